"""Rehearsals (annexe 7): every step on a consultation that counts for nothing, or of the bid itself, and what would go wrong."""
import json
import shutil


def test_a_rehearsal_goes_through_every_step_and_leaves_nothing(stack, house):
    dummy = house.consultation(3600 * 24 * 300, rehearsal=True, title="Consultation d'essai")
    listed = json.loads(stack.request("GET", "/api/v1/consultations?limit=100")[2])["consultations"]
    assert json.loads(stack.request("GET", "/api/v1/rehearsal")[2])["id"] == dummy and dummy not in [each["id"] for each in listed]
    house.bid("company-1", dummy, 3_000_000, name="essai")
    shutil.rmtree(house.at("essai.pli"))
    stack.pli("company-1", "seal", "--rehearsal", "--kind", "offre", "--output", house.at("essai.pli"), house.at("essai.asice"))
    ran = stack.pli("company-1", "--json", "deposit", "--rehearsal", house.at("essai.pli"))
    deposit = json.loads(ran.stdout)
    assert deposit["state"] == "rehearsed" and all(finding["well"] for finding in deposit["findings"])
    assert {finding["name"] for finding in deposit["findings"]} == {"deadline", "clock", "certificate", "size", "line", "cuts"}
    assert house.receipt(house.at("essai.pli/rehearsal.xml"))["fact"] == "deposit.rehearsed"
    assert house.stored(dummy) == 0


def test_a_rehearsal_of_the_bid_itself_says_what_would_go_wrong(stack, house):
    consultation = house.consultation()
    envelope, _ = house.bid("company-1", consultation, 2_000_000)
    house.end_now(consultation)
    ran = stack.pli("company-1", "--json", "deposit", "--rehearsal", envelope, check=False)
    assert ran.returncode == 11
    assert {finding["name"] for finding in json.loads(ran.stdout)["findings"] if not finding["well"]} >= {"deadline", "line"}
    assert house.open(consultation)["deposits"] == []
