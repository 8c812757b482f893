"""A batch of filings in one ZIP: each item for itself."""
import io
import json
import os
import zipfile

import accounts
import papers
from stack import BODY, EICAR, wait_for

GOOD = 200


def form(number, documents, **more):
    return {"kind": "acte", "number": number, "date": "2026-11-20", "nature": 1, "matter": "8.9.2", "object": f"Lot {number}", "classification": "2019-08-29",
            "documents": documents, **more}


def packed(index, files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr("filings.json", index if isinstance(index, str) else json.dumps(index))
    return out.getvalue()


def submit(stack, data, **headers):
    status, _, body = stack.request("POST", "/api/v1/filings/batch", "filer", data, {"Content-Type": "application/zip", **headers})
    return status, json.loads(body)


def test_one_bad_item_refuses_itself_only_and_the_same_batch_again_is_the_same(stack, house):
    stem = "L" + os.urandom(3).hex().upper()
    with open(papers.pdf(house.at("d.pdf"), "Délibération"), "rb") as file:
        pdf = file.read()
    with open(accounts.pes(house.at("p.xml"), f"PES-{os.urandom(6).hex()}.xml", BODY["siret"]), "rb") as file:
        pes = file.read()
    documents = [{"name": "délib.pdf", "path": "communs/d.pdf"}]
    filings = [form(f"{stem}_{n}", documents) for n in range(GOOD)]
    bad = {7: form("minuscule", documents), 70: form(f"{stem}_0", documents), 71: form(f"{stem}_V", [{"name": "v.pdf"}]), 72: form(f"{stem}_M", [{"name": "absent.pdf"}]),
           73: form(f"{stem}_F", [{"name": "faux.pdf"}])}
    for n, item in bad.items():
        filings.insert(n, item)
    filings.append({"kind": "pes", "documents": [{"name": "comptes.xml"}]})
    data = packed({"filings": filings}, {"communs/d.pdf": pdf, "v.pdf": EICAR, "faux.pdf": b"nothing", "comptes.xml": pes, "de trop.txt": b"x"})
    status, answer = submit(stack, data, **{"Idempotency-Key": stem})
    assert status == 200, answer
    refused = {item["index"]: item for item in answer["items"] if "code" in item}
    assert sorted(refused) == sorted(bad) and (answer["accepted"], answer["refused"]) == (GOOD + 1, len(bad)), refused
    assert refused[70]["code"] == "filing-number-taken" and refused[72]["code"] == "filing-incomplete" and refused[7]["reasons"][0]["code"] == "acte-number"
    assert {refused[n]["code"] for n in (71, 73)} == {"filing-refused"}
    status, again = submit(stack, data, **{"Idempotency-Key": stem})
    assert status == 200 and [i.get("id") for i in again["items"]] == [i.get("id") for i in answer["items"]] and again["accepted"] == GOOD + 1
    last = answer["items"][GOOD - 1]["id"]
    wait_for("the last acte on its way", lambda: json.loads(stack.request("GET", f"/api/v1/filings/{last}", "filer")[2])["state"] in ("sent", "acknowledged"), 120)


def test_an_archive_that_cannot_be_read_makes_nothing(stack, house):
    before = stack.cluster.psql("select count(*) from pli.filing")
    for data in (b"no archive", packed([], {}), packed("{", {}), packed([form("ZIP_A", [{"name": "a.pdf"}])] * 501, {}),
                 packed([form("ZIP_B", [{"name": "a.pdf"}])], {"../a.pdf": b"%PDF-1.7"})):
        status, answer = submit(stack, data)
        assert status == 422 and answer["type"], answer
    assert stack.cluster.psql("select count(*) from pli.filing") == before
