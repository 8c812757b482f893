"""Open data: essential data checked and published, catalogue, releases, feeds."""
import json
import os
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

from test_exchange import opened
from test_procedure import call, draft, written

DATA = os.environ.get("PLI_DATA", os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared", "data"))
MORE = {"modalitesExecution": {"modaliteExecution": ["Sans objet"]}, "marcheInnovant": False, "ccag": "Fournitures courantes et services",
        "attributionAvance": False, "typeGroupementOperateurs": "Pas de groupement", "sousTraitanceDeclaree": False,
        "typesPrix": {"typePrix": ["Définitif ferme"]}, "formePrix": "Forfaitaire",
        "considerationsSociales": {"considerationSociale": ["Pas de considération sociale"]},
        "considerationsEnvironnementales": {"considerationEnvironnementale": ["Critère environnemental"]},
        "lieuExecution": {"code": "06", "typeCode": "Code département"}, "codeCPV": "30192000"}


def notified(stack, house):
    consultation, deposits = opened(stack, house, "company-1", "company-2")
    deposit = deposits["Menuiserie Duval SARL"]
    call(stack, "buyer", "POST", f"/consultations/{consultation}/analysis", {"lots": [{"lot": "", "offers": [{"deposit": deposit, "decision": "retained", "rank": 1}]}]})
    call(stack, "buyer", "POST", f"/consultations/{consultation}/award", {"lots": [{"lot": "", "deposit": deposit, "amount": 12000.5, "months": 6}]})
    contract = call(stack, "buyer", "GET", f"/consultations/{consultation}/contracts")["contracts"][0]
    return consultation, contract


@pytest.fixture(scope="module")
def published(stack, tmp_path_factory):
    from conftest import House
    house = House(stack, tmp_path_factory.mktemp("open"))
    consultation, contract = notified(stack, house)
    path = f"/contracts/{contract['id']}"
    missing = call(stack, "buyer", "POST", path + "/essential-data", status=422)["reasons"]
    listed = json.loads(stack.pli("buyer", "--json", "contract", "essential", contract["id"]).stdout)
    assert missing == listed["missing"] and {r["text"].split()[0] for r in missing} >= {"ccag", "typesPrix", "lieuExecution", "codeCPV", "dateNotification"}
    stack.pli("buyer", "contract", "data", contract["id"], written(house, "data.json", MORE))
    call(stack, "buyer", "POST", path + "/essential-data", status=422)  # not notified yet
    stack.pli("buyer", "contract", "notify", contract["id"])
    stack.pli("buyer", "contract", "publish", contract["id"])
    return consultation, contract, house


def test_published_data_obey_the_official_schemas(stack, published):
    _, contract, house = published
    data = call(stack, None, "GET", "/open/decp.json?body=21060999100018")
    (market,) = [m for m in data["marches"]["marche"] if m["id"] == contract["number"]]
    assert market["montant"] == 12000.5 and market["offresRecues"] == 2 and market["titulaires"][0]["titulaire"]["id"] == "90000000100017"
    if not os.path.exists(os.path.join(DATA, "decp")):
        pytest.skip("the official schemas are not there (PLI_DATA)")
    jsonschema = pytest.importorskip("jsonschema")
    with open(os.path.join(DATA, "decp", "schema_decp_v2.0.3.json")) as file:
        jsonschema.validate(data, json.load(file))
    xml = written(house, "decp.xml", call(stack, None, "GET", "/open/decp.xml?body=21060999100018"))
    ran = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", os.path.join(DATA, "decp", "schema_decp_v2.0.2.xsd"), xml],
                         stderr=subprocess.PIPE, text=True)
    assert ran.returncode == 0, ran.stderr


def test_the_catalogue_leads_to_the_data(stack, published):
    catalogue = call(stack, None, "GET", "/open/catalogue.jsonld?body=21060999100018") or {}
    catalogue = catalogue if isinstance(catalogue, dict) else json.loads(catalogue)
    (dataset,) = catalogue["dcat:dataset"]
    assert dataset["dct:publisher"]["dct:identifier"] == "21060999100018" and dataset["dct:modified"]
    for distribution in dataset["dcat:distribution"]:
        address = distribution["dcat:downloadURL"].removeprefix(stack.public_url)
        assert stack.request("GET", address)[0] == 200
    call(stack, None, "GET", "/open/catalogue.jsonld?body=99999999999999", status=404)


def test_releases_tell_the_tender_the_award_and_the_contract(stack, published):
    consultation, contract, _ = published
    package = call(stack, None, "GET", "/open/ocds.json")
    assert package["version"] == "1.1"
    (release,) = [r for r in package["releases"] if r["ocid"] == f"ocds-pli-{consultation}"]
    assert release["tender"]["procurementMethod"] == "open" and release["tender"]["status"] == "complete"
    assert release["awards"][0]["suppliers"][0]["id"] == "FR-SIRET-90000000100017" and release["contracts"][0]["id"] == contract["number"]
    assert {role for party in release["parties"] for role in party["roles"]} == {"buyer", "supplier"}
    assert "estimate" not in json.dumps(release)


def test_feeds_are_well_formed_and_name_the_consultation(stack, published):
    consultation, _, _ = published
    atom = ElementTree.fromstring(call(stack, None, "GET", "/open/consultations.atom"))
    space = "{http://www.w3.org/2005/Atom}"
    assert f"urn:uuid:{consultation}" in [e.find(space + "id").text for e in atom.findall(space + "entry")]
    rss = ElementTree.fromstring(call(stack, None, "GET", "/open/consultations.rss"))
    assert consultation in [i.find("guid").text for i in rss.iter("item")] and rss.find("channel/item/pubDate").text.endswith("+0000")
    feed = call(stack, None, "GET", "/open/consultations.json")
    assert feed["version"] == "https://jsonfeed.org/version/1.1" and consultation in [i["id"] for i in feed["items"]]


def test_a_notice_for_the_concentrator_says_what_it_lacks_then_is_written(stack, published):
    consultation, contract, _ = published
    reasons = call(stack, "buyer", "GET", f"/consultations/{consultation}/notice.xml?subtype=E4", status=422)["reasons"]
    assert {r["text"].split()[0] for r in reasons} == {"nature", "cpv", "place"}
    made = draft(stack, cpv=["45421000-4"], place={"code": "06100", "type": "postal"})
    stack.pli("buyer", "consultation", "publish", made["id"])
    notice = ElementTree.fromstring(call(stack, "buyer", "GET", f"/consultations/{made['id']}/notice.xml?subtype=E3"))
    assert notice.tag.endswith("}ContractNotice") and made["id"] in [e.text for e in notice.iter() if e.tag.endswith("}ContractFolderID")]
    call(stack, "company-1", "GET", f"/consultations/{made['id']}/notice.xml?subtype=E3", status=403)
