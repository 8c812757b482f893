"""A PES at reception: each control by its code, the grades of its signatures, names with accents; nothing refused is ever sent."""
import base64
import gzip
import json
import os
import re
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import accounts  # noqa: E402
from stack import BODY, EICAR  # noqa: E402

SAMPLES = os.path.join(os.environ.get("PLI_DATA", os.path.join(ROOT, "..", "shared", "data")), "pes", "samples")


class Desk:
    """The clerk's desk: PES made and sent as the API takes them."""

    def __init__(self, stack, folder):
        self.stack, self.folder = stack, folder

    def make(self, **more):
        name = more.pop("name", f"PES-{os.urandom(6).hex()}.xml")
        path = os.path.join(self.folder, "a-" + os.urandom(4).hex() + ".xml")
        return accounts.pes(path, name, more.pop("siret", BODY["siret"]), **more)

    def sign(self, path, **more):
        return accounts.sign(path, self.stack.pki.path("ordonnateur.key"), self.stack.pki.path("ordonnateur.pem"), **more)

    def upload(self, path, name="comptes.xml"):
        status, _, body = self.stack.request("POST", "/api/v1/filings", "filer", {"kind": "pes", "documents": [{"name": name}]})
        assert status == 201, body
        filing = json.loads(body)["id"]
        with open(path, "rb") as file:
            status, _, body = self.stack.request("PUT", f"/api/v1/filings/{filing}/files/{name}", "filer", file.read(), {"Content-Type": "application/xml"})
        assert status == 200, body
        return filing

    def submit(self, path):
        """(status, the filing afterwards, codes of the refusal)"""
        filing = self.upload(path)
        status, _, body = self.stack.request("POST", f"/api/v1/filings/{filing}/submit", "filer")
        codes = [reason["code"] for reason in json.loads(body)["reasons"]] if status == 422 else []
        return status, self.show(filing), codes

    def show(self, filing):
        return json.loads(self.stack.request("GET", f"/api/v1/filings/{filing}", "filer")[2])


@pytest.fixture
def desk(stack, tmp_path):
    return Desk(stack, tmp_path)


def test_a_good_pes_is_taken_with_its_receipt(desk):
    path = desk.make(bordereaux=((7, 2, 3), (8, 1, 1)), attachments=[accounts.attachment("PJ" + os.urandom(5).hex(), b"%PDF-1.7 facture")])
    status, filing, codes = desk.submit(path)
    assert (status, codes) == (200, []), (status, codes)
    assert filing["state"] in ("submitted", "sending", "sent", "acknowledged")
    assert [b["pieces"] for b in filing["pes"]["bordereaux"]] == [2, 1] and filing["pes"]["attachments"] == 1
    assert filing["pes"]["label"] == "Commune d'Été-sur-Mer"
    assert filing["checks"]["antivirus"][0]["outcome"] == "clean"


BAD = {
    "pes-encoding": {"encoding": "UTF-8"},
    "pes-name": {"name": "nom interdit.xml"},
    "pes-type": {"kind": "PESALR9"},
    "pes-post": {"post": "61"},
    "pes-collectivity": {"siret": "123"},
    "pes-collectivity-foreign": {"siret": "98765432100017"},
    "pes-code": {"code": "000"},
    "pes-budget": {"budget": "0"},
    "pes-label": {"label": "é" * 39},
    "pes-date": {"date": "31/03/2026"},
    "pes-empty": {"bordereaux": ()},
    "pes-bordereau": {"exercise": ""},
    "pes-bordereau-empty": {"bordereaux": ((1, 0, 0),)},
    "pes-id-twice": {"bordereaux": ((1, 1, 1), (1, 1, 1))},
    "pes-attachment-id": {"attachments": [accounts.attachment("", b"x")]},
    "pes-attachment-name": {"attachments": [accounts.attachment("N1", b"x", name="sans-extension")]},
    "pes-attachment-type": {"attachments": [accounts.attachment("T1", b"x", kind="099")]},
    "pes-attachment-duplicate": {"attachments": [accounts.attachment("D1", b"x"), accounts.attachment("D1", b"y")]},
    "pes-attachment-content": {"attachments": [accounts.attachment("C1", b"", packed="AAAA")]},
    "pes-attachment-bomb": {"attachments": [accounts.attachment("B1", bytes(130 << 20))]},
    "filing-infected": {"attachments": [accounts.attachment("E1", EICAR)]},
}


@pytest.mark.parametrize("code", BAD)
def test_each_control_refuses_by_its_code(desk, code):
    status, filing, codes = desk.submit(desk.make(**BAD[code]))
    assert status == 422 and code in codes, (status, codes)
    assert filing["state"] == "rejected" and filing["event"] is not None


@pytest.mark.parametrize("code,text", [
    ("pes-malformed", "<?xml version='1.0' encoding='ISO-8859-1'?><a><b></a>"),
    ("pes-malformed", "<?xml version='1.0' encoding='ISO-8859-1'?><!DOCTYPE a><a/>"),
    ("pes-malformed", "<?xml version='1.0' encoding='ISO-8859-1'?><a " + " ".join(f"a{n}=''" for n in range(100)) + "/>"),
    ("pes-malformed", "<?xml version='1.0' encoding='ISO-8859-1'?>" + "<a>" * 100 + "</a>" * 100),
    ("pes-encoding", "<?xml version='1.0' encoding='UTF-16'?><a/>"),
    ("pes-root", "<?xml version='1.0' encoding='ISO-8859-1'?><PES_Aller/>"),
])
def test_what_is_no_pes_is_refused(desk, tmp_path, code, text):
    path = tmp_path / "x.xml"
    path.write_text(text, encoding="iso-8859-1")
    status, _, codes = desk.submit(path)
    assert status == 422 and code in codes, (status, codes)


def test_a_name_is_used_once_for_a_code_and_the_same_bytes_once(desk):
    name = f"UNE-FOIS-{os.urandom(4).hex()}.xml"
    first = desk.make(name=name)
    assert desk.submit(first)[0] == 200
    assert desk.submit(desk.make(name=name, bordereaux=((9, 1, 1),)))[2] == ["pes-name-used"]
    assert desk.submit(desk.make(name=name, code="124"))[0] == 200
    assert "pes-duplicate" in desk.submit(first)[2]


def test_an_attachment_is_sent_once_for_ever(desk):
    paper = accounts.attachment("POUR-TOUJOURS-" + os.urandom(4).hex(), b"facture")
    assert desk.submit(desk.make(attachments=[paper]))[0] == 200
    assert desk.submit(desk.make(attachments=[paper]))[2] == ["pes-attachment-used"]


def verdicts(filing):
    return {verdict["code"]: verdict for signature in filing["checks"]["signature"]["signatures"] for verdict in signature["verdicts"]}


def test_a_signed_bordereau_is_graded_and_covered(desk):
    path = desk.sign(desk.make(bordereaux=((1, 2, 2),), relied=1), bordereau=1)
    status, filing, codes = desk.submit(path)
    assert (status, codes) == (200, [])
    grade = filing["checks"]["signature"]
    assert grade["kind"] == "bordereaux" and grade["reliance"] == "metier"
    assert grade["bordereaux"][0]["covered"] and grade["bordereaux"][0]["by"] == ["BORD1_SIG_1"]
    assert "NOT_SIGNED_CONTENT" not in verdicts(filing) and "INVALID_SIGNATURE" not in verdicts(filing)


def test_a_global_signature_covers_every_bordereau_and_may_cover_another_signature(desk):
    path = desk.sign(desk.sign(desk.make(bordereaux=((1, 1, 1), (2, 1, 1)), relied=1), bordereau=1))
    status, filing, codes = desk.submit(path)
    assert (status, codes) == (200, [])
    grade = filing["checks"]["signature"]
    assert grade["kind"] == "globale+bordereaux" and all(b["covered"] for b in grade["bordereaux"])


def test_a_bordereau_relied_on_and_not_signed_is_refused(desk):
    path = desk.sign(desk.make(bordereaux=((1, 1, 1), (2, 1, 1)), relied=1), bordereau=1)
    status, filing, codes = desk.submit(path)
    assert status == 422 and codes == ["pes-signature-coverage"]
    assert [b["covered"] for b in filing["checks"]["signature"]["bordereaux"]] == [True, False]
    unsigned = desk.submit(desk.make(relied=1))
    assert unsigned[2] == ["pes-signature-coverage"]


def change(path, old, new):
    with open(path, "rb") as file:
        data = file.read()
    assert old in data
    with open(path, "wb") as file:
        file.write(data.replace(old, new, 1))
    return path


def test_what_was_changed_after_signing_is_refused_and_named(desk):
    path = change(desk.sign(desk.make(), bordereau=1), b'MtHT V="125.40"', b'MtHT V="925.40"')
    status, filing, codes = desk.submit(path)
    assert status == 422 and codes == ["pes-signature"] and "INVALID_SIGNATURE" in verdicts(filing)
    path = change(desk.sign(desk.make(), bordereau=1), b">Ordonnateur<", b">Maire<")
    status, filing, codes = desk.submit(path)
    assert status == 422 and "XADES_UPDATED" in verdicts(filing) and "INVALID_SIGNATURE" not in verdicts(filing)


@pytest.mark.parametrize("code,how", [
    ("ROLE_BLANK", {"role": ""}), ("DATE_BLANK", {"time": ""}), ("DATE_FORMAT_ERROR", {"time": "2026-03-31T10:00:00+02:00"}),
    ("NO_POLICY", {"policy": None}), ("POLICY_QUALIFIER_MISSING", {"policy": (*accounts.POLICY[:2], "")}),
    ("POLICY_ID_MISSING", {"policy": ("", *accounts.POLICY[1:])}), ("XADES_UNSIGNED", {"properties_signed": False})])
def test_what_a_signature_leaves_out_is_a_grade_of_its_own(desk, code, how):
    status, filing, codes = desk.submit(desk.sign(desk.make(), bordereau=1, **how))
    assert (status, codes) == (200, []), codes
    found = verdicts(filing)[code]
    assert found["indication"] == ("TOTAL-PASSED" if "POLICY" in code else "INDETERMINATE") and found["texte"]


def test_accents_come_through_in_names_and_labels(desk):
    path = desk.make(label="Forêt d'Hyères ÿ ½")
    status, filing, _ = desk.submit(path)
    assert status == 200 and filing["pes"]["label"] == "Forêt d'Hyères ÿ ½"


@pytest.mark.skipif(not os.path.isdir(SAMPLES), reason="the State's samples are not here")
def test_the_samples_give_the_grades_that_are_known(desk):
    status, filing, codes = desk.submit(os.path.join(SAMPLES, "PES_signe_bordereau_sha256_xades122.xml"))
    assert status == 422 and "pes-collectivity-foreign" in codes  # another body's, though well signed
    grade = filing["checks"]["signature"]
    assert grade["kind"] == "bordereaux" and grade["bordereaux"][0]["covered"]
    assert {"UNTRUSTED_CERTIFICATE"} <= set(verdicts(filing)) and "INVALID_SIGNATURE" not in verdicts(filing)
