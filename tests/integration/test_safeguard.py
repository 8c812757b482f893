"""Copies de sauvegarde (annexe 6): registered, opened in the law's cases only, else destroyed unopened; and the registers that say so."""
import csv
import datetime
import json

from stack import EICAR


def ago(stack, seconds):
    return (stack.now() - datetime.timedelta(seconds=seconds)).isoformat()


def test_a_safeguard_copy_is_opened_for_malware_and_destroyed_otherwise(stack, house):
    consultation = house.consultation()
    with open(house.at("facture.txt"), "wb") as file:
        file.write(EICAR)
    stack.pli("company-1", "pack", "--output", house.at("bid.asice"), house.at("facture.txt"))
    stack.pli("company-1", "seal", "--consultation", consultation, "--kind", "offre", "--output", house.at("bid.pli"), house.at("bid.asice"))
    house.deposit("company-1", consultation, house.at("bid.pli"))
    sound, _ = house.bid("company-2", consultation)
    house.deposit("company-2", consultation, sound)
    copies = [json.loads(stack.pli("buyer", "--json", "safeguard", "register", consultation, "--company", name, "--siret", siret, "--form", "medium",
                                   "--received", ago(stack, 30)).stdout)["id"]
              for name, siret in (("=cmd|' /C calc'!A0", "90000000100017"), ("Charpentes du Nord SA", "90000000200015"))]
    assert stack.pli("buyer", "safeguard", "open", copies[0], check=False).returncode != 0
    house.end_now(consultation)
    house.open(consultation)
    shown = json.loads(stack.pli("member-1", "--json", "safeguard", "list", consultation).stdout)["safeguards"]
    assert [each.get("may") for each in shown] == ["malware", None]
    opened = json.loads(stack.pli("buyer", "--json", "safeguard", "open", copies[0], "--reason", "Eicar").stdout)
    assert opened["state"] == "opened" and opened["ground"] == "malware"
    assert stack.pli("buyer", "safeguard", "open", copies[1], check=False).returncode != 0
    assert json.loads(stack.pli("buyer", "--json", "safeguard", "destroy", copies[1]).stdout)["state"] == "destroyed"
    assert stack.request("GET", f"/api/v1/consultations/{consultation}/safeguards", "company-1")[0] == 403
    folder = house.at("registers")
    stack.pli("buyer", "registers", consultation, "--output", folder)
    with open(folder + "/safeguards.csv", newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["organisation"] for row in rows] == ["'=cmd|' /C calc'!A0", "Charpentes du Nord SA"]
    assert [row["state"] for row in rows] == ["opened", "destroyed"]
    with open(folder + "/deposits.csv", newline="", encoding="utf-8-sig") as file:
        assert {row["siret"] for row in csv.DictReader(file)} == {"90000000100017", "90000000200015"}
    status, headers, body = stack.request("GET", f"/api/v1/consultations/{consultation}/registers/deposits", "member-1")
    assert status == 200 and {row["state"] for row in json.loads(body)["rows"]} == {"opened", "unreadable"}, headers
    assert stack.request("GET", f"/api/v1/consultations/{consultation}/registers/deposits", "company-1")[0] == 403
    assert stack.request("GET", f"/api/v1/consultations/{consultation}/registers/deposits?format=xls", "buyer")[0] == 400
