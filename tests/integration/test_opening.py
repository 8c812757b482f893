"""Openings: nobody before the hour, nobody alone, and what is opened is judged and reported."""
import json

from demo import Story


def test_nobody_opens_before_the_hour(stack, house):
    consultation = house.consultation()
    envelope, _ = house.bid("company-1", consultation)
    house.deposit("company-1", consultation, envelope)
    status, _, body = stack.request("POST", f"/api/v1/consultations/{consultation}/opening", "member-1")
    assert (status, json.loads(body)["code"]) == (409, "opening-before-deadline")
    for who in ("buyer", "member-1", "company-2", "filer", "state"):
        assert stack.request("GET", f"/api/v1/consultations/{consultation}/opening/shares", who)[0] in (403, 404, 409)


def test_one_member_alone_opens_nothing(stack, house):
    consultation = house.consultation()
    envelope, files = house.bid("company-1", consultation)
    house.deposit("company-1", consultation, envelope)
    house.end_now(consultation)
    stack.pli("member-1", "open", consultation, "--key", stack.pki.path("member-1.key"))
    opening = house.opening(consultation)
    assert opening["state"] != "opened"
    assert all(each["state"] != "opened" for deposit in opening["deposits"] for each in deposit["envelopes"])
    house.open(consultation, ("member-3",))
    house.assert_same(consultation, files)


def test_a_signature_broken_after_signing_is_reported_with_its_clause(stack, house):
    consultation = house.consultation()
    name = "nordmann"
    house.stack.pli("company-2", "--version")
    files_envelope, _ = house.bid("company-2", consultation, name=name)
    Story.break_signature_of(house.at(name + ".asice"), name + ".pdf")
    house.stack.pli("company-2", "seal", "--consultation", consultation, "--kind", "offre", "--output", house.at("broken.pli"),
                    house.at(name + ".asice"))
    house.deposit("company-2", consultation, house.at("broken.pli"))
    house.end_now(consultation)
    opening = house.open(consultation)
    report = opening["deposits"][0]["envelopes"][0]["report"]
    assert report["verification"]["indication"] == "TOTAL-FAILED"
    assert report["verification"]["subIndication"] == "HASH_FAILURE"
    assert report["verification"]["signatures"][0]["reasons"][0]["clause"]


def test_an_infected_document_is_named(stack, house):
    from stack import EICAR
    consultation = house.consultation()
    with open(house.at("facture.txt"), "wb") as file:
        file.write(EICAR)
    stack.pli("company-1", "pack", "--output", house.at("bid.asice"), house.at("facture.txt"))
    stack.pli("company-1", "seal", "--consultation", consultation, "--kind", "offre", "--output", house.at("bid.pli"), house.at("bid.asice"))
    house.deposit("company-1", consultation, house.at("bid.pli"))
    house.end_now(consultation)
    report = house.open(consultation)["deposits"][0]["envelopes"][0]["report"]
    assert [(each["name"], each["outcome"]) for each in report["antivirus"]] == [("facture.txt", "infected")]


def test_a_front_killed_during_an_opening_goes_on(stack, house):
    consultation = house.consultation()
    envelope, files = house.bid("company-1", consultation, 80_000_000)
    house.deposit("company-1", consultation, envelope)
    house.end_now(consultation)
    stack.pli("member-1", "open", consultation, "--key", stack.pki.path("member-1.key"))
    stack.pli("member-2", "open", consultation, "--key", stack.pki.path("member-2.key"), "--no-wait")
    stack.kill("front")
    from stack import wait_for
    wait_for("the gateway's /readyz", stack.ready)
    wait_for("the opening", lambda: house.opening(consultation)["state"] == "opened", 120)
    house.assert_same(consultation, files)
