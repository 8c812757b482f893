"""Receipts for ten years: evidence embedded, time-stamps over time-stamps, renewed in time; structure and imprint checked from
EN 319 132-1 alone."""
import base64
import json
import os
import re
import subprocess
from xml.etree.ElementTree import canonicalize

import pytest

from evidence import DSIG, canonical, root_and_token
from office import assert_in_journal, assert_sealed, assert_stamped, opened_office
from stack import wait_for

XADES = b' xmlns:xades="http://uri.etsi.org/01903/v1.3.2#"'


@pytest.fixture(scope="module", name="office")
def _office():
    with opened_office() as built:
        built.evidence = os.path.join(built.folder, "evidence")
        os.makedirs(built.evidence)
        revocation_list(built)
        yield built


def revocation_list(office):
    """What the root says of revoked certificates: none."""
    folder = office.pki.folder
    with open(os.path.join(folder, "ca.cnf"), "w") as file:
        file.write(f"[ca]\ndefault_ca = root\n[root]\ndatabase = {folder}/revoked.txt\ncrlnumber = {folder}/crlnumber\ndefault_md = sha256\n")
    for name, text in (("revoked.txt", ""), ("crlnumber", "01\n")):
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    subprocess.run(["openssl", "ca", "-gencrl", "-config", os.path.join(folder, "ca.cnf"), "-cert", office.pki.path("root.pem"), "-keyfile",
                    office.pki.path("root.key"), "-crldays", "30", "-out", os.path.join(office.evidence, "root.crl")], check=True,
                   stderr=subprocess.DEVNULL)


def options(office, **more):
    return {"archive_evidence": office.evidence, "stamp_seconds": "20", "seal_anchors": office.pki.path("root.pem"), "keep_after": 0, **more}


def renew(office, url, **more):
    words = (word for name, value in options(office, stamp_url=url, **more).items() for word in ("--set", f"{name}={value}"))
    ran = subprocess.run([office.program("pli-notary"), "--config", office.config, *words, "renew"], stderr=subprocess.PIPE, check=False, timeout=60)
    return ran.returncode, ran.stderr.decode()


def judged(office, receipt, folder):
    (folder / "kept.xml").write_bytes(receipt)
    ran = subprocess.run([office.program("pli"), "verify", "--json", "--trust", office.pki.path("root.pem"), "--", folder / "kept.xml"],
                         stdout=subprocess.PIPE, check=False)
    return json.loads(ran.stdout)["signatures"][0]


def properties(receipt):
    """The unsigned signature properties: (name, text), in order."""
    inner = re.search(rb"<x:UnsignedSignatureProperties>(.*)</x:UnsignedSignatureProperties>", receipt, re.S)[1]
    found, at = [], 0
    while at < len(inner):
        tag, name = re.match(rb"<([\w]+:(\w+))", inner[at:]).groups()
        end = inner.index(b"</" + tag + b">", at) + len(tag) + 3
        found.append((name.decode(), inner[at:end]))
        at = end
    return found


def property_canonical(text):
    """Each declares its own prefixes, in the order that exclusive canonicalisation wants: only empty elements get their end tags.
    (ElementTree would rename a prefix whose namespace has another one around it.)"""
    return re.sub(rb"<([\w:]+)([^<>]*)/>", rb"<\1\2></\1>", text)


def archive_imprint(receipt, before):
    """EN 319 132-1 5.5.2.2: the references' data, SignedInfo, SignatureValue, KeyInfo, the unsigned properties before."""
    document = canonicalize(re.sub(rb"<ds:Signature .*</ds:Signature>", b"", receipt, flags=re.S)).encode()
    signed = re.search(rb"<xades:SignedProperties .*?</xades:SignedProperties>", receipt, re.S)[0]
    signed = canonicalize(signed.replace(b"<xades:SignedProperties", b"<xades:SignedProperties" + XADES + DSIG, 1)).encode()
    parts = [document, signed] + [canonical(receipt, element) for element in (b"SignedInfo", b"SignatureValue", b"KeyInfo")]
    return b"".join(parts + [property_canonical(text) for _, text in before])


def token_of(text, folder):
    (folder / "token").write_bytes(base64.b64decode(re.search(rb"EncapsulatedTimeStamp[^>]*>([^<]+)<", text)[1]))
    return folder / "token"


def assert_archived(office, receipt, folder):
    """Every archive time-stamp is about all that stands before it, says openssl."""
    found = properties(receipt)
    stamps = [n for n, (name, _) in enumerate(found) if name == "ArchiveTimeStamp"]
    assert stamps and found[0][0] == "SignatureTimeStamp"
    values = [name for name, _ in found[:stamps[0]]]
    assert "RevocationValues" in values or "TimeStampValidationData" in values
    for n in stamps:
        (folder / "data").write_bytes(archive_imprint(receipt, found[:n]))
        subprocess.run(["openssl", "ts", "-verify", "-data", folder / "data", "-in", token_of(found[n][1], folder), "-token_in", "-CAfile",
                        office.pki.path("root.pem")], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return len(stamps)


def test_receipts_are_raised_to_b_lta_and_renewed_before_their_stamp_ends(office, tmp_path):
    stamper, port = office.stamper()
    url = f"http://127.0.0.1:{port}/"
    notary = office.notary(url)
    events = office.facts(40)
    office.wait_receipts(events, stamped=True)
    code, log = renew(office, url)
    assert code == 0 and "kept=40" in log, log
    for receipt in office.receipts(events)[::13]:
        assert_sealed(office, receipt, tmp_path)
        assert_in_journal(receipt)
        assert_stamped(office, receipt, tmp_path)
        assert assert_archived(office, receipt, tmp_path) == 1
        signature = judged(office, receipt, tmp_path)
        assert signature["level"] == "XAdES-B-LTA" and signature["indication"] == "TOTAL-PASSED", signature
        assert all(stamp["intact"] for stamp in signature["timestamps"])
    assert office.number("count(*) from pli.receipt where kept_until > now() + interval '800 days'") == 40
    assert renew(office, url)[0] == 0 and "kept=0" in renew(office, url)[1]
    code, log = renew(office, url, keep_days=900)  # the authority's certificate has 825 days
    assert code == 0 and "kept=40" in log, log
    receipt = office.receipts(events)[7]
    assert assert_archived(office, receipt, tmp_path) == 2
    assert judged(office, receipt, tmp_path)["indication"] == "TOTAL-PASSED"
    (tmp_path / "receipt.xml").write_bytes(receipt)
    assert office.verify(tmp_path / "receipt.xml").returncode == 0
    named = ("--journal-key", *office.journal_keys())
    ran = office.verify(tmp_path / "receipt.xml", *named, "--stamp-trust", office.pki.path("root.pem"))
    said = [check["text"] for check in json.loads(ran.stdout)["checks"] if check["check"] == "time-stamp"]
    assert ran.returncode == 0 and said == ["The seal's time-stamp is intact", "The archive time-stamp is intact", "The archive time-stamp is intact"], ran.stdout
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null", "-subj", "/CN=Autre",
                    "-out", tmp_path / "other.pem"], check=True, stderr=subprocess.DEVNULL)
    ran = office.verify(tmp_path / "receipt.xml", *named, "--stamp-trust", tmp_path / "other.pem")
    assert ran.returncode == 10 and b"--stamp-trust does not name" in ran.stdout, ran.stdout
    office.end(notary)
    office.end(stamper)


def test_a_running_notary_does_it_by_itself_and_by_batch_where_stamps_come_so(office, tmp_path):
    stamper, port = office.stamper("--count", str(tmp_path / "count"))
    notary = office.notary(f"http://127.0.0.1:{port}/", stamp_mode="batch", stamp_interval=1)
    events = office.facts(20)
    office.wait_receipts(events, stamped=True)
    office.end(notary)
    notary = office.notary(f"http://127.0.0.1:{port}/", **options(office, stamp_mode="batch", stamp_interval=1))
    wait_for("the round", lambda: office.number("count(*) from pli.receipt where stamped and kept_until is null") == 0)
    assert (tmp_path / "count").read_text() == ".."
    for receipt in office.receipts(events)[::6]:
        names = [name for name, _ in properties(receipt)]
        assert names[0] == names[-1] == "SealingEvidenceRecords" and len(names) > 2
        assert_sealed(office, receipt, tmp_path)
        root_and_token(receipt)
        signature = judged(office, receipt, tmp_path)
        assert signature["indication"] == "TOTAL-PASSED" and [stamp["intact"] for stamp in signature["timestamps"]] == [True, True]
    office.end(notary)
    office.end(stamper)


def test_without_evidence_a_receipt_stays_as_it_is_and_it_is_said(office):
    stamper, port = office.stamper()
    url = f"http://127.0.0.1:{port}/"
    notary = office.notary(url)
    events = office.facts(2)
    former = office.wait_receipts(events, stamped=True)
    office.end(notary)
    os.rename(os.path.join(office.evidence, "root.crl"), os.path.join(office.folder, "root.crl"))
    code, log = renew(office, url)
    assert code == 0 and "EVIDENCE_MISSING" in log and "refused=2" in log, log
    assert office.receipts(events) == former
    os.rename(os.path.join(office.folder, "root.crl"), os.path.join(office.evidence, "root.crl"))
    office.end(stamper)
    code, log = renew(office, url)
    assert code == 0 and office.receipts(events) == former  # the authority is away
