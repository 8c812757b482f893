"""Limits: what one company may hold open, said in words; what is given up or forgotten leaves its place, and its company is told."""
import base64
import hashlib
import json

from stack import wait_for


def code(answer):
    return answer[0], json.loads(answer[2])["code"]


def test_a_company_is_told_its_limit_of_deposits_and_giving_one_up_frees_it(stack, house, setting):
    consultation = house.consultation()
    setting("company-deposits", 2)
    opened = [house.begin("company-1", consultation) for _ in range(2)]
    assert code(stack.request("POST", f"/api/v1/consultations/{consultation}/deposits", "company-1", {})) == (409, "quota-deposits")
    assert "id" in house.begin("company-2", consultation), "another company has its own limit"
    receipt = house.at("abandoned.xml")
    for _ in range(2):  # its answer lost, it is asked again
        stack.pli("company-1", "deposit", "abandon", opened[0]["id"], "--receipt", receipt)
    assert house.receipt(receipt)["fact"] == "deposit.abandoned"
    assert "id" in house.begin("company-1", consultation)


def test_a_company_and_a_consultation_are_told_their_limits_of_bytes(stack, house, setting):
    consultation = house.consultation()
    deposit = house.begin("company-1", consultation)["id"]

    def put(number):
        value = base64.b64encode(hashlib.sha256(b"x").digest()).decode()
        return stack.request("PUT", f"/api/v1/deposits/{deposit}/envelopes/offre/chunks/{number}", "company-1", b"x", {"Content-Digest": f"sha-256=:{value}:"})
    setting("company-bytes", 1 << 20)
    assert code(put(4)) == (409, "quota-bytes") and put(3)[0] == 204
    setting("company-bytes", 1 << 30)
    setting("consultation-bytes", 1 << 20)
    assert code(put(5)) == (409, "quota-bytes")
    setting("consultation-deposits", 1)
    assert code(stack.request("POST", f"/api/v1/consultations/{consultation}/deposits", "company-2", {})) == (409, "quota-deposits")


def test_a_forgotten_deposit_is_swept_and_its_company_told(stack, house):
    consultation = house.consultation()
    opened = house.begin("company-1", consultation)
    deposit = opened["id"]
    assert opened["expires"] > opened["started"]
    stack.cluster.psql(f"update pli.deposit set started = started - interval '60 days' where id = '{deposit}'")
    stack.cluster.psql(f"set session_replication_role = replica; update pli.transfer set at = at - interval '60 days' where deposit = '{deposit}'")
    assert json.loads(stack.administer("--json", "maintain"))["abandoned"] >= 1
    assert json.loads(stack.request("GET", f"/api/v1/deposits/{deposit}", "company-1")[2])["state"] == "abandoned"
    wait_for("the notice", lambda: any(deposit in row["receipt"] and "expired" in row["receipt"] for row in house.events("company-1")
                                       if row["fact"] == "deposit.abandoned"))
    assert code(stack.request("POST", f"/api/v1/deposits/{deposit}/commit", "company-1")) == (409, "deposit-closed")
