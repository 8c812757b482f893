"""The life of a procedure through the gateway: documents, corrections, a code, the hour, the award."""
import datetime
import io
import json
import os
import zipfile

from stack import wait_for


def call(stack, who, method, path, body=None, status=200, **more):
    got, headers, data = stack.request(method, "/api/v1" + path, who, body, **more)
    assert got == status, (got, data[:2000])
    return json.loads(data) if data and "json" in headers.get("Content-Type", "") else data


def written(house, name, data):
    with open(house.at(name), "wb") as file:
        file.write(data if isinstance(data, bytes) else json.dumps(data).encode())
    return house.at(name)


def draft(stack, seconds=3600, **more):
    return call(stack, "buyer", "POST", "/consultations", {
        "reference": "P-" + os.urandom(4).hex(), "title": "Isolation de la mairie", "object": "Travaux d'isolation", "nature": "works",
        "deadline": (stack.now() + datetime.timedelta(seconds=seconds)).isoformat(), "quorum": 2, "members": stack.member_certificates(), **more}, 201)


def test_all_documents_come_in_one_archive_and_each_counts_as_taken(stack, house):
    made = draft(stack)
    large = os.urandom(3_000_000)
    for name, data in (("règlement é.pdf", b"%PDF reglement"), ("plans.zip", large), ("vide.txt", b"")):
        stack.pli("buyer", "consultation", "document", made["id"], written(house, name, data))
    stack.pli("buyer", "consultation", "publish", made["id"])
    status, headers, data = stack.request("GET", f"/api/v1/consultations/{made['id']}/documents.zip")
    assert status == 200 and headers["Content-Type"] == "application/zip" and made["reference"] + ".zip" in headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == sorted(["règlement é.pdf", "plans.zip", "vide.txt"])
        assert archive.read("plans.zip") == large and archive.read("vide.txt") == b""
    register = call(stack, "buyer", "GET", f"/consultations/{made['id']}/registers/withdrawals?format=json")["rows"]
    assert sorted(row["document"] for row in register) == sorted(["règlement é.pdf", "plans.zip", "vide.txt"])


def test_a_correction_is_dated_told_and_the_former_version_stays(stack, house):
    made = draft(stack)
    stack.pli("buyer", "consultation", "document", made["id"], written(house, "cctp.txt", b"one"))
    stack.pli("buyer", "consultation", "publish", made["id"])
    stack.pli("company-1", "documents", made["id"], "--output", house.at("taken"))
    refused = stack.pli("buyer", "consultation", "document", made["id"], written(house, "cctp.txt", b"other"), check=False)
    assert refused.returncode == 65
    stack.pli("buyer", "consultation", "document", "--note", "Article 4 : délai", made["id"], written(house, "cctp.txt", b"second"))
    assert stack.request("GET", f"/api/v1/consultations/{made['id']}/documents/cctp.txt")[2] == b"second"
    assert stack.request("GET", f"/api/v1/consultations/{made['id']}/documents/cctp.txt?version=1")[2] == b"one"
    change = json.loads(stack.pli(None, "--json", "consultation", "changes", made["id"]).stdout)["changes"][0]
    assert change["reason"] == "Article 4 : délai" and change["changes"][0]["version"] == 2

    def told():
        events = call(stack, "company-1", "GET", "/events?after=-1&limit=1000")["events"]
        return [e for e in events if e["fact"] == "consultation.corrected" and made["id"] in e["receipt"]]
    wait_for("the company's event", told, 30)
    assert "Article 4 : délai" in told()[0]["receipt"]
    shown = json.loads(stack.pli(None, "--json", "consultation", "versions", made["id"]).stdout)
    assert shown["documents"][0]["former"][0]["size"] == 3


def test_a_code_opens_a_restricted_consultation(stack, house):
    made = draft(stack)
    stack.pli("buyer", "consultation", "document", made["id"], written(house, "dce.txt", b"dce"))
    code = json.loads(stack.pli("buyer", "--json", "consultation", "access-code", made["id"]).stdout)["code"]
    stack.pli("buyer", "consultation", "publish", made["id"])
    path = f"/consultations/{made['id']}"
    assert "documents" not in call(stack, None, "GET", path)
    call(stack, None, "GET", path + "/documents/dce.txt", status=403)
    call(stack, None, "GET", path + "/access", status=403, headers={"Access-Code": "AAAA-AAAA-AAAA"})
    token = call(stack, None, "GET", path + "/access", headers={"Access-Code": code})["token"]
    assert call(stack, None, "GET", f"{path}/documents/dce.txt?access={token}") == b"dce"
    assert call(stack, None, "GET", f"{path}?access={token}")["documents"][0]["name"] == "dce.txt"
    for log in ("front", "edge"):
        assert code not in stack.log(log)


def test_a_publication_waits_for_its_hour(stack, house):
    made = draft(stack)
    at = (stack.now() + datetime.timedelta(seconds=1)).isoformat()
    assert json.loads(stack.pli("buyer", "--json", "consultation", "publish", "--at", at, made["id"]).stdout)["state"] == "scheduled"
    call(stack, None, "GET", f"/consultations/{made['id']}", status=404)
    wait_for("the hour", lambda: stack.now().isoformat() > at)
    stack.kill("front")  # a front looks when it starts, then each minute
    wait_for("the gateway's /readyz", stack.ready)
    wait_for("the publication", lambda: stack.request("GET", f"/api/v1/consultations/{made['id']}")[0] == 200)


def test_offers_are_analysed_awarded_and_the_contract_is_notified(stack, house):
    consultation = house.consultation()
    for who in ("company-1", "company-2"):
        envelope, _ = house.bid(who, consultation)
        house.deposit(who, consultation, envelope)
    house.end_now(consultation)
    first, second = (d["deposit"] for d in house.open(consultation)["deposits"])
    analysis = {"lots": [{"lot": "", "offers": [{"deposit": first, "decision": "retained", "rank": 1, "score": 88.5, "price": 12000},
                                                {"deposit": second, "decision": "irregular", "reason": "Acte d'engagement absent"}]}]}
    stack.pli("buyer", "award", "analyse", consultation, written(house, "analysis.json", analysis))
    wrong = {"lots": [{"lot": "", "deposit": second, "amount": 12000, "months": 6}]}
    assert stack.pli("buyer", "award", "decide", consultation, written(house, "award.json", wrong), check=False).returncode == 65
    wrong["lots"][0]["deposit"] = first
    stack.pli("buyer", "award", "decide", consultation, written(house, "award.json", wrong))
    (contract,) = json.loads(stack.pli("buyer", "--json", "contract", "list", consultation).stdout)["contracts"]
    assert contract["holder"]["name"] in ("Menuiserie Duval SARL", "Charpentes du Nord SA") and contract["state"] == "awarded"
    stack.pli("buyer", "contract", "notify", contract["id"])
    assert call(stack, None, "GET", f"/consultations/{consultation}")["state"] == "notified"
    assert stack.pli("company-3", "contract", "show", contract["id"], check=False).returncode != 0
