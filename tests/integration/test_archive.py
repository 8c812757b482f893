"""The end of a procedure: its file taken away whole, handed over to an archive service, and what that answers."""
import glob
import hashlib
import io
import json
import os
import subprocess
import xml.etree.ElementTree as ElementTree
import zipfile

import pytest

from test_open import DATA
from test_procedure import call, draft, written


def ended(stack, house):
    made = draft(stack)
    stack.pli("buyer", "consultation", "document", made["id"], written(house, "reglement final.txt", b"reglement"))
    stack.pli("buyer", "consultation", "publish", made["id"])
    question = call(stack, "company-1", "POST", f"/consultations/{made['id']}/questions", {"question": "Quand ?"}, 201)
    call(stack, "buyer", "POST", f"/questions/{question['id']}/answer", {"answer": "Demain."})
    stack.pli("buyer", "consultation", "abandon", made["id"], "--reason", "Crédits supprimés")
    return made


def reply(transfer, code, version="2.1"):
    space = f"fr:gouv:culture:archivesdefrance:seda:v{version}"
    return (f'<ArchiveTransferReply xmlns="{space}"><Date>2026-11-24T20:00:00Z</Date><MessageIdentifier>ATR-1</MessageIdentifier><CodeListVersions/>'
            f"<ReplyCode>{code}</ReplyCode><MessageRequestIdentifier>{transfer['message']}</MessageRequestIdentifier><ArchivalAgency><Identifier>FRAD006</Identifier>"
            f"</ArchivalAgency><TransferringAgency><Identifier>1</Identifier></TransferringAgency></ArchiveTransferReply>").encode()


def test_the_whole_file_is_readable_without_the_gateway(stack, house):
    made = ended(stack, house)
    data = call(stack, "buyer", "GET", f"/consultations/{made['id']}/export.zip")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None and archive.namelist()[0] == "index.html"
        dossier = json.loads(archive.read("dossier.json"))
        assert dossier["questions"][0]["answer"] == "Demain." and [s["state"] for s in dossier["steps"]] == ["draft", "published", "without-follow-up"]
        assert archive.read("dce/reglement final.txt") == b"reglement"
        links = [a.get("href") for a in ElementTree.fromstring(archive.read("index.html")).iter("{http://www.w3.org/1999/xhtml}a")]
        assert links == archive.namelist()[1:]
    call(stack, "company-1", "GET", f"/consultations/{made['id']}/export.zip", status=403)


@pytest.mark.parametrize("version", ["2.1", "2.2"])
def test_a_transfer_obeys_the_schema_and_its_reply_archives(stack, house, version):
    made = ended(stack, house)
    call(stack, "buyer", "POST", f"/consultations/{made['id']}/archives", {"version": "9", "agency": "FRAD006"}, 400)
    transfer = json.loads(stack.pli("buyer", "--json", "archive", "begin", made["id"], "--agency", "FRAD006", "--version-seda", version).stdout)
    with zipfile.ZipFile(io.BytesIO(call(stack, "buyer", "GET", f"/archives/{transfer['id']}/transfer.zip"))) as archive:
        manifest = archive.read("manifest.xml")
        space = f"{{fr:gouv:culture:archivesdefrance:seda:v{version}}}"
        for thing in ElementTree.fromstring(manifest).iter(space + "BinaryDataObject"):
            data = archive.read(thing.find(space + "Uri").text)
            if not thing.find(space + "Uri").text.endswith("dossier.json"):  # tells the hour it was made
                assert hashlib.sha256(data).hexdigest() == thing.find(space + "MessageDigest").text
    path = written(house, f"manifest-{version}.xml", manifest)
    wrong = written(house, "wrong.xml", reply({"message": "pli-other"}, "000"))
    assert stack.pli("buyer", "archive", "reply", transfer["id"], wrong, check=False).returncode != 0
    call(stack, "buyer", "POST", f"/archives/{transfer['id']}/reply", b"<!DOCTYPE a><a/>", 422, headers={"Content-Type": "application/xml"})
    call(stack, "buyer", "POST", f"/archives/{transfer['id']}/reply", reply(transfer, "200", version), headers={"Content-Type": "application/xml"})
    assert call(stack, None, "GET", f"/consultations/{made['id']}")["state"] == "without-follow-up", "a refusal archives nothing"
    for _ in range(2):  # said twice, it is the first one
        answered = call(stack, "buyer", "POST", f"/archives/{transfer['id']}/reply", reply(transfer, "000", version), headers={"Content-Type": "application/xml"})
    assert answered["code"] == "000" and call(stack, None, "GET", f"/consultations/{made['id']}")["state"] == "archived"
    schema = os.path.join(DATA, "seda", f"seda-{version}", f"seda-{version}-main.xsd")
    if not os.path.exists(schema):
        pytest.skip("the official schemas are not there (PLI_DATA)")
    ran = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", schema, path], stderr=subprocess.PIPE, text=True)
    assert ran.returncode == 0, ran.stderr


def test_replies_of_a_real_archive_service_are_read(stack, house):
    samples = [p for p in glob.glob(os.path.join(DATA, "seda", "samples", "*ATR*.xml")) if "seda21" in p]
    if not samples:
        pytest.skip("the samples are not there (PLI_DATA)")
    made = ended(stack, house)
    transfer = call(stack, "buyer", "POST", f"/consultations/{made['id']}/archives", {"agency": "FRAD006"}, 201)
    for path in samples:
        with open(path, "rb") as file:
            status, _, data = stack.request("POST", f"/api/v1/archives/{transfer['id']}/reply", "buyer", file.read(), {"Content-Type": "application/xml"})
        assert status == 404 and json.loads(data)["code"] == "answer-unmatched", path
