"""The API of filings beyond sending: search, downloads, replies, cancellation, and that another body's things are not there."""
import csv
import io
import json
import os
import subprocess
import urllib.parse
import xml.etree.ElementTree as ET

import papers
import pytest
from stack import wait_for


def call(stack, method, path, body=None, who="filer", **headers):
    status, kept, data = stack.request(method, path, who, body, headers)
    return status, json.loads(data) if "json" in kept.get("Content-Type", "") else data


def acte(stack, house, object="Réfection d'une toiture", **more):
    """A submitted acte: its id."""
    number = "F" + os.urandom(4).hex().upper()
    status, made = call(stack, "POST", "/api/v1/filings", {"kind": "acte", "number": number, "date": "2026-11-20", "nature": 1, "matter": "8.9.2", "object": object,
                                                         "classification": "2019-08-29", "documents": [{"name": "délib.pdf", "type": "99_DE"}], **more})
    assert status == 201, made
    put(stack, house, made["id"], "délib.pdf")
    status, receipt = call(stack, "POST", f"/api/v1/filings/{made['id']}/submit")
    assert status in (200, 202), receipt
    return made["id"]


def put(stack, house, filing, name):
    with open(papers.pdf(house.at("d.pdf"), "Délibération"), "rb") as file:
        status, answer = call(stack, "PUT", f"/api/v1/filings/{filing}/files/{urllib.parse.quote(name)}", file.read(), **{"Content-Type": "application/pdf"})
    assert status == 200, answer


def show(stack, filing):
    return call(stack, "GET", f"/api/v1/filings/{filing}")[1]


def acknowledged(stack, filing):
    wait_for("the acknowledgement", lambda: show(stack, filing)["state"] == "acknowledged")


def test_filings_are_found_by_state_date_text_and_page_by_page(stack, house):
    word = "mot" + os.urandom(4).hex()
    filings = [acte(stack, house, f"Toitures {word} numéro {n}") for n in range(3)]
    def search(**query):
        status, found = call(stack, "GET", "/api/v1/filings?" + urllib.parse.urlencode(query))
        assert status == 200, found
        return found
    assert [f["id"] for f in search(text=word)["filings"]] == filings[::-1]
    first = search(text=word, limit=2)
    assert [f["id"] for f in first["filings"]] == filings[:0:-1]
    rest = search(text=word, limit=2, after=first["next"])
    assert [f["id"] for f in rest["filings"]] == filings[:1] and rest["next"] is None
    assert search(text=word, **{"from": "2026-11-21"})["filings"] == [] and len(search(text=word, to="2026-11-20", kind="acte")["filings"]) == 3
    act = show(stack, filings[0])["act"]
    assert [f["id"] for f in search(text=act)["filings"]] == filings[:1]
    for wrong in ("from=yesterday", "after=x", "limit=x"):
        assert call(stack, "GET", "/api/v1/filings?" + wrong)[0] == 400, wrong


def test_everything_comes_out_again(stack, house):
    filing = acte(stack, house, "Deux courriers [2-1] [4-1]")
    wait_for("two letters", lambda: len(show(stack, filing)["letters"]) == 2)
    with open(house.at("d.pdf"), "rb") as file:
        assert call(stack, "GET", f"/api/v1/filings/{filing}/files/{urllib.parse.quote('délib.pdf')}")[1] == file.read()
    shown = show(stack, filing)
    for answer in shown["answers"]:
        for number, kept in enumerate(answer["files"]):
            status, data = call(stack, "GET", f"/api/v1/filings/{filing}/answers/{answer['id']}/{number}")
            assert status == 200 and len(data) == kept["size"] and (data.startswith(b"%PDF") or b"actes:" in data)
        assert call(stack, "GET", f"/api/v1/filings/{filing}/answers/{answer['id']}/9")[0] == 404
    letter = next(l for l in shown["letters"] if l["message"] == "4-1")
    assert call(stack, "GET", f"/api/v1/letters/{letter['id']}")[1]["text"] == "La délibération n'est pas motivée"
    made = [call(stack, "POST", f"/api/v1/letters/{letter['id']}/replies", {"message": "4-4", "documents": [{"name": "r.pdf"}]}, **{"Idempotency-Key": filing})
            for _ in range(2)]
    assert made[0][0] == 201 and made[0][1]["id"] == made[1][1]["id"]
    reply = made[0][1]["id"]
    assert call(stack, "POST", f"/api/v1/filings/{reply}/submit")[0] == 409  # its file has not come
    put(stack, house, reply, "r.pdf")
    assert call(stack, "POST", f"/api/v1/filings/{reply}/submit")[0] in (200, 202)
    wait_for("the reply acknowledged", lambda: show(stack, reply)["state"] == "acknowledged")
    assert call(stack, "GET", "/api/v1/letters?state=settled")[1]["letters"][0]["id"] == letter["id"]
    assert call(stack, "POST", f"/api/v1/letters/{letter['id']}/replies", {"message": "2-2", "documents": [{"name": "r.pdf"}]})[0] == 409


def looked_into(path):
    """The PDF's content as text, by qpdf, which also says that it is whole."""
    subprocess.run(["qpdf", "--check", path], check=True, capture_output=True)
    return subprocess.run(["qpdf", "--qdf", "--normalize-content=n", "--object-streams=disable", path, "-"], check=True, capture_output=True).stdout


def test_the_stamped_copy_bears_the_receipts_numbers_and_the_acte_stays_as_it_came(stack, house):
    filing = acte(stack, house, "À afficher [silent]")
    assert call(stack, "GET", f"/api/v1/filings/{filing}/stamped")[0] == 409
    filing = acte(stack, house, "À afficher")
    acknowledged(stack, filing)
    status, data = call(stack, "GET", f"/api/v1/filings/{filing}/stamped")
    assert status == 200 and data.startswith(b"%PDF")
    with open(house.at("stamped.pdf"), "wb") as file:
        file.write(data)
    seen, shown = looked_into(house.at("stamped.pdf")), show(stack, filing)
    assert shown["act"].encode() in seen and "Accusé de réception en préfecture".encode("latin-1").replace(b"\xe9", b"\\351") in seen
    assert "Récépissé n° ".encode("latin-1").replace(b"\xe9", b"\\351").replace(b"\xb0", b"\\260") + str(shown["event"]).encode() in seen
    assert b"(D\xe9lib\xe9ration)" in seen or b"lib" in seen  # what was there is still there
    assert call(stack, "GET", f"/api/v1/filings/{filing}/stamped?file=autre.pdf")[0] == 404
    with open(house.at("d.pdf"), "rb") as file:
        assert call(stack, "GET", f"/api/v1/filings/{filing}/files/{urllib.parse.quote('délib.pdf')}")[1] == file.read()


def test_a_cancellation_ends_with_the_states_word(stack, house):
    filing = acte(stack, house, "À annuler")
    acknowledged(stack, filing)
    status, message = call(stack, "POST", f"/api/v1/filings/{filing}/cancel")
    assert status == 202 and message["message"] == "6-1"
    wait_for("the cancellation", lambda: show(stack, filing)["state"] == "cancelled")
    assert call(stack, "POST", f"/api/v1/filings/{filing}/cancel")[0] == 409


def test_the_current_classification_is_meant_where_none_is_named_and_holds_the_acte(stack, house):
    call(stack, "POST", "/api/v1/classification")
    wait_for("the classification", lambda: call(stack, "GET", "/api/v1/classification")[0] == 200)
    form = {"kind": "acte", "number": "C" + os.urandom(4).hex().upper(), "date": "2026-11-20", "nature": 1, "matter": "8.9.2", "object": "x", "documents": [{"name": "a.pdf"}]}
    status, made = call(stack, "POST", "/api/v1/filings", form)
    assert status == 201 and show(stack, made["id"])["classification"] == "2019-08-29"
    for wrong, code in (({"matter": "8.9.7"}, "acte-matter"), ({"documents": [{"name": "a.pdf", "type": "70_DE"}]}, "acte-document-type")):
        status, refused = call(stack, "POST", "/api/v1/filings", {**form, "number": "CX", **wrong})
        assert status == 422 and [r["code"] for r in refused["reasons"]] == [code], refused


@pytest.fixture(scope="module")
def strangers(stack):
    """People of another commune, in every role that a body gives; and an auditor and an operator."""
    siret = "21069999700014"
    stack.administer("enrol", "body", "--siret", siret, "--name", "Commune de Val-Fictif", "--department", "069", "--district", "1", "--nature", "31")
    roles = ("filer", "buyer", "member", "operator", "auditor")
    for role in roles:
        name = "stranger-" + role
        stack.pki.certify(name, "person", "p256", f"/C=FR/O=Commune de Val-Fictif/CN=Voisin {role}")
        of_body = ["--siret", siret, "--body", siret] if role in ("filer", "buyer", "member") else []
        stack.administer("enrol", "party", "--name", "Voisin " + role, "--organisation", "Commune de Val-Fictif", *of_body, "--roles", role,
                         "--certificate", stack.pki.path(name + ".pem"))
    return ["stranger-" + role for role in roles] + ["company-1", "state"]


def routes_of_filings():
    """Every route of a filing or letter, out of the table itself."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with open(os.path.join(root, "gateway", "front", "route.c")) as file:
        for line in file:
            words = line.strip().removeprefix("{").split(", ")
            if len(words) > 3 and words[1].startswith(("FILING", "LETTER")):
                path = words[1].replace("FILING", "/api/v1/filings/{id}").replace("LETTER", "/api/v1/letters/{id}").replace('"', "").replace(" ", "")
                yield words[0].strip('"'), path


def test_another_bodys_things_are_not_there_whatever_the_role_and_the_auditor_is_told(stack, house, strangers):
    filing = acte(stack, house, "Rien que pour nous [2-1]")
    wait_for("the letter", lambda: show(stack, filing)["letters"])
    letter = show(stack, filing)["letters"][0]["id"]
    routes = list(routes_of_filings())
    assert len(routes) >= 9
    for method, path in routes:
        subject = letter if "letters" in path else filing
        for who in strangers:
            place = path.replace("{id}", subject).replace("{name}", "a.pdf").replace("{answer}", "1").replace("{number}", "0")
            status, answer = call(stack, method, place, {} if method == "POST" else b"x" if method == "PUT" else None, who)
            assert status == 404, f"{who} {method} {place}: {status} {answer}"
    for subject in (filing, letter):
        told = [json.loads(text) for text in stack.cluster.psql(f"select text from pli.event where fact = 'access.refused' and subject = '{subject}'")]
        assert len(told) == len(strangers) and {t["asker"]["name"] for t in told} >= {"Voisin filer", "Voisin auditor"}  # once an hour each


def test_only_what_is_marked_as_public_and_acknowledged_is_open_data(stack, house):
    word = "ouvert" + os.urandom(3).hex()
    shown, hidden, waiting = acte(stack, house, f"=Public {word}", public=True), acte(stack, house, f"Pas public {word}"), acte(stack, house, f"Sans accusé {word} [silent]", public=True)
    for filing in (shown, hidden):
        acknowledged(stack, filing)
    def published(query=""):
        status, _, data = stack.request("GET", "/api/v1/published/acts?siret=210609991&limit=1000" + query)
        assert status == 200
        return data
    acts = {a["id"]: a for a in json.loads(published())["acts"]}
    assert shown in acts and hidden not in acts and waiting not in acts
    table = list(csv.DictReader(io.StringIO(published("&format=csv").decode("utf-8-sig"))))
    (row,) = [r for r in table if word in r["DELIB_OBJET"]]
    assert row["PREF_ID"] == acts[shown]["act"] and row["PREF_DATE"] == acts[shown]["received"] and row["PREF_DATE"] and row["DELIB_OBJET"].startswith("'=")
    assert row["COLL_SIRET"] == "21060999100018" and row["DELIB_MATIERE_CODE"] == "8.9.2" and len(row) == 20
    feed = ET.fromstring(published("&format=atom"))
    ids = [e.text for e in feed.iter("{http://www.w3.org/2005/Atom}id")]
    assert f"urn:uuid:{shown}" in ids and f"urn:uuid:{hidden}" not in ids
    name = urllib.parse.quote("délib.pdf")
    assert stack.request("GET", f"/api/v1/published/acts/{shown}/{name}")[2].startswith(b"%PDF")
    for filing in (hidden, waiting):
        assert stack.request("GET", f"/api/v1/published/acts/{filing}/{name}")[0] == 404
    assert call(stack, "POST", f"/api/v1/filings/{shown}/cancel")[0] == 202
    wait_for("the cancellation", lambda: stack.request("GET", f"/api/v1/published/acts/{shown}/{name}")[0] == 404)


def test_the_command_does_what_the_api_does(stack, house):
    papers.pdf(house.at("acte.pdf"), "Délibération")
    number = "P" + os.urandom(4).hex().upper()
    filing = json.loads(stack.pli("filer", "--json", "file", "acte", "--number", number, "--nature", "1", "--matter", "8.9.2", "--date", "2026-11-20", "--object",
                                  "Par la commande [2-1]", "--classification", "2019-08-29", "--public", "--receipt", house.at("r.xml"), house.at("acte.pdf")).stdout)["id"]
    steps = [json.loads(line)["state"] for line in stack.pli("filer", "--json", "watch", filing).stdout.splitlines()]
    assert steps[0] == "draft" and steps[-1] == "acknowledged"
    assert filing in stack.pli("filer", "filing", "list", "--text", number).stdout
    wait_for("the letter", lambda: show(stack, filing)["letters"])
    letter = next(l["id"] for l in json.loads(stack.pli("filer", "--json", "filing", "letters").stdout)["letters"] if l["filing"] == filing)
    assert json.loads(stack.pli("filer", "--json", "filing", "reply", letter, "2-2", house.at("acte.pdf")).stdout)["message"] == "2-2"
    stack.pli("filer", "filing", "download", filing, "--output", house.at("all"))
    assert "acte.pdf" in os.listdir(house.at("all")) and len(os.listdir(house.at("all"))) >= 4
    stack.pli("filer", "filing", "stamped", filing, "--output", house.at("s.pdf"))
    assert show(stack, filing)["act"].encode() in looked_into(house.at("s.pdf"))
    assert stack.pli("filer", "filing", "cancel", filing).returncode == 0
    wait_for("the cancellation", lambda: show(stack, filing)["state"] == "cancelled")
    refused = acte(stack, house, "Refusé [999]")
    assert stack.pli("filer", "watch", refused, check=False).returncode == 10
    assert "filing.answered" in stack.pli("filer", "watch", "--once").stdout
    assert stack.pli("filer", "--json", "filing", "classification", check=False).returncode in (0, 66)
