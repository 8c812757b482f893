"""Revocation data on their way: a certificate says where its status is to be had, the relay fetches it, the verdict has it; and
trusted lists tell qualified signatures."""
import json
import os
import subprocess

import pytest
from lists import Server, pointer, service, text, write
from stack import wait_for

# QcCompliance, QcSSCD, QcType of electronic signatures (EN 319 412-5)
QUALIFIED = "1.3.6.1.5.5.7.1.3=DER:30293008060604008e4601013008060604008e4601043013060604008e4601063009060704008e46010601\n"


@pytest.fixture
def served(tmp_path):
    server = Server(str(tmp_path))
    yield server
    server.stop()


def certify(stack, name, more):
    stack.pki.certify(name, "person", "p256", f"/C=FR/O=Menuiserie Duval SARL/CN={name}", more=more)


def responder_says(stack, name, word):
    """`openssl ocsp` looks at its index once a question has come, so one is lost on it; and tells a changed one by its second."""
    def asked():
        os.utime(stack.pki.path("index.txt"))
        return word in subprocess.run(["openssl", "ocsp", "-issuer", stack.pki.path("root.pem"), "-cert", stack.pki.path(name + ".pem"), "-url",
                                       f"http://127.0.0.1:{stack.state['ocsp']}", "-CAfile", stack.pki.path("root.pem")],
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    wait_for(f"the responder's {word}", asked)


def an_hour_passes(stack):
    """For what was fetched, and what could not be."""
    stack.cluster.psql("update pli.revocation set fetched_at = fetched_at - interval '1 hour', due_at = least(due_at, clock_timestamp())")


def tender_report(stack, house, signer):
    """The verification of a tender of company-1 that bears this person's signature."""
    consultation = house.consultation(quorum=1)
    house.serial += 1
    name = house.at(f"offre-{house.serial}")
    with open(name + ".txt", "w") as file:
        file.write("Offre de la menuiserie Duval")
    stack.pli("company-1", "sign", "--key", stack.pki.path(signer + ".key"), "--certificate", stack.pki.path(signer + ".pem"), "--output",
              name + ".asice", name + ".txt")
    stack.pli("company-1", "seal", "--consultation", consultation, "--kind", "offre", "--output", name + ".pli", name + ".asice")
    house.deposit("company-1", consultation, name + ".pli")
    house.end_now(consultation)
    report = house.open(consultation, ("member-1",))["deposits"][0]["envelopes"][0]["report"]
    assert [document["listed"] for document in report["documents"]] == [True] and len(report["antivirus"]) == 1
    assert "wanted" not in json.dumps(report)
    return report["verification"]


def codes(verification):
    return [reason["code"] for reason in verification["signatures"][0]["reasons"]]


def test_a_tender_is_judged_with_the_answer_of_its_responder_until_that_says_revoked(stack, house):
    name = "signataire-" + os.urandom(3).hex()
    certify(stack, name, f"authorityInfoAccess=OCSP;URI:http://127.0.0.1:{stack.state['ocsp']}/\n")
    responder_says(stack, name, "good")
    good = tender_report(stack, house, name)
    assert good["indication"] == "TOTAL-PASSED", json.dumps(good, indent=1)
    stack.pki.revoke(name)
    responder_says(stack, name, "revoked")
    an_hour_passes(stack)
    bad = tender_report(stack, house, name)
    assert bad["indication"] != "TOTAL-PASSED" and "REVOKED" in bad["subIndication"], bad
    assert codes(bad) == ["CERTIFICATE_REVOKED_NO_POE"]


def test_a_tender_is_judged_with_its_authoritys_list_and_says_where_one_is_missing(stack, house, served):
    name = "signataire-" + os.urandom(3).hex()
    served.faults["ac.crl"] = 503
    certify(stack, name, f"crlDistributionPoints=URI:{served.url('ac.crl')}\n")
    missing = tender_report(stack, house, name)
    assert (missing["indication"], missing["subIndication"]) == ("INDETERMINATE", "TRY_LATER")
    assert codes(missing) == ["REVOCATION_MISSING"] and served.url("ac.crl") in missing["signatures"][0]["reasons"][0]["text"]
    sources = json.loads(stack.administer("--json", "revocation", "list"))
    assert [source["failures"] for source in sources if source["url"] == served.url("ac.crl")] == [1]
    stack.pki.list_revoked(os.path.join(served.folder, "ac.crl"))
    served.faults.clear()
    an_hour_passes(stack)
    wait_for("the list", lambda: ("ac.crl", 200) in served.asked)
    assert tender_report(stack, house, name)["indication"] == "TOTAL-PASSED"
    stack.pki.revoke(name)
    stack.pki.list_revoked(os.path.join(served.folder, "ac.crl"))
    an_hour_passes(stack)
    assert codes(tender_report(stack, house, name)) == ["CERTIFICATE_REVOKED_NO_POE"]


def test_a_qualified_signature_is_told_by_the_trusted_lists(stack, house, served):
    name = "qualifie-" + os.urandom(3).hex()
    certify(stack, name, QUALIFIED)
    root, program, folder = stack.pki.path("root.pem"), stack.program("pli"), served.folder
    assert tender_report(stack, house, name)["signatures"][0]["qualification"] is None
    for territory in ("FR", "EU"):
        stack.pki.certify("list-" + territory, "seal", "p256", f"/C=FR/O=Listes/CN={territory}")
    write(program, stack.pki, "list-FR", os.path.join(folder, "FR.xml"), text("FR", 7, services=[service(root)]))
    write(program, stack.pki, "list-EU", os.path.join(folder, "lotl.xml"),
          text("EU", 3, [pointer("FR", served.url("FR.xml"), stack.pki.path("list-FR.pem"))], of_lists=True))
    trust = stack.at("trust")
    try:
        stack.pli(None, "trust", "refresh", "--lotl", served.url("lotl.xml"), "--signers", stack.pki.path("list-EU.pem"), "--output", trust)
        signature = tender_report(stack, house, name)["signatures"][0]
        assert (signature["indication"], signature["qualification"]) == ("TOTAL-PASSED", "QESIG"), signature
    finally:
        for each in os.listdir(trust):
            os.unlink(os.path.join(trust, each))
