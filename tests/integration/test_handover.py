"""Shares handed over one by one, minutes, filings refused whole, the journal and the pages as anyone reads them."""
import base64
import hashlib
import json
import os
import re
import subprocess
import xml.etree.ElementTree as ElementTree

import papers
from stack import EICAR, wait_for

XENC = "{http://www.w3.org/2001/04/xmlenc#}"


def unwrap(stack, manifest, member, x):
    """The share of a member with an RSA key, by openssl alone (RSA-OAEP, SHA-256, MGF1 SHA-256)."""
    keys = list(ElementTree.fromstring(manifest).iter(XENC + "EncryptedKey"))
    wrapped = base64.b64decode(keys[x - 1].find(f".//{XENC}CipherValue").text)
    key = subprocess.run(["openssl", "pkeyutl", "-decrypt", "-inkey", stack.pki.path(member + ".key"), "-pkeyopt", "rsa_padding_mode:oaep",
                          "-pkeyopt", "rsa_oaep_md:sha256", "-pkeyopt", "rsa_mgf1_md:sha256"], input=wrapped, stdout=subprocess.PIPE, check=True)
    return bytes([x]) + key.stdout


def text(share):
    return base64.b64encode(share).decode()


def hand_over(stack, consultation, member, shares):
    status, headers, body = stack.request("POST", f"/api/v1/consultations/{consultation}/opening/shares", member, {"shares": shares})
    return status, headers["Content-Type"], json.loads(body)


def wanted(stack, consultation, member):
    status, _, body = stack.request("GET", f"/api/v1/consultations/{consultation}/opening/shares", member)
    assert status == 200, body
    return json.loads(body)


def started(stack, house, bidders):
    consultation = house.consultation()
    for bidder in bidders:
        envelope, _ = house.bid(bidder, consultation)
        house.deposit(bidder, consultation, envelope)
    house.end_now(consultation)
    assert stack.request("POST", f"/api/v1/consultations/{consultation}/opening", "member-2")[0] == 200
    return consultation


def test_a_wrong_share_costs_its_own_envelope_only(stack, house):
    consultation = started(stack, house, ("company-1", "company-2"))
    asked = wanted(stack, consultation, "member-2")
    assert asked["x"] == 2
    first, second = asked["envelopes"]
    good = unwrap(stack, base64.b64decode(first["manifest"]), "member-2", 2)
    status, _, answer = hand_over(stack, consultation, "member-2", [{"envelope": first["envelope"], "share": text(good)},
                                                                    {"envelope": second["envelope"], "share": text(b"\x02" + os.urandom(32))}])
    assert status == 200
    assert [(each["envelope"], each["code"]) for each in answer["refused"]] == [(second["envelope"], "opening-share-wrong")]
    assert [each["envelope"] for each in wanted(stack, consultation, "member-2")["envelopes"]] == [second["envelope"]]


def test_shares_that_cannot_be_are_refused_by_name(stack, house):
    consultation = started(stack, house, ("company-1",))
    envelope = wanted(stack, consultation, "member-2")["envelopes"][0]["envelope"]
    cases = [(envelope, text(b"\x01" + bytes(32)), "opening-share-foreign"), (envelope, text(b"\x02" + bytes(31)), "opening-share-malformed"),
             (envelope, "no base64", "opening-share-malformed"), (envelope, text(b"\x02" + bytes(32)), "opening-share-wrong"),
             ("00000000-0000-4000-8000-000000000000", text(b"\x02" + bytes(32)), "opening-share-unwanted")]
    for subject, share, code in cases:
        status, media_type, answer = hand_over(stack, consultation, "member-2", [{"envelope": subject, "share": share}])
        assert (status, media_type, answer["code"]) == (422, "application/problem+json", code)
        assert answer["refused"][0]["envelope"] == subject
    for body in ({"shares": []}, {"shares": "x"}, {}, {"shares": [7]}):
        assert stack.request("POST", f"/api/v1/consultations/{consultation}/opening/shares", "member-2", body)[0] in (400, 422)
    assert stack.request("GET", f"/api/v1/consultations/{consultation}/opening/shares", "buyer")[0] == 403


def test_minutes_tell_the_opening_in_both_languages(stack, house):
    consultation = house.consultation()
    envelope, files = house.bid("company-1", consultation)
    house.deposit("company-1", consultation, envelope)
    house.end_now(consultation)
    late, _ = house.bid("company-3", consultation)
    house.deposit("company-3", consultation, late)
    opening = house.open(consultation)
    path = f"/api/v1/consultations/{consultation}/opening/minutes"
    french, english = (stack.request("GET", f"{path}?lang={language}", "buyer")[2].decode() for language in ("fr", "en"))
    for page in (french, english):
        assert "Menuiserie Duval SARL" in page and "Bois et Toits SAS" in page and "Farid Adjoint" in page
        assert all(os.path.basename(path) in page for path in files)
        assert "style=" not in page and "<script" not in page
    assert "hors délai" in french and "Ce pli n'a pas été ouvert." in french
    assert "late" in english and "This envelope has not been opened." in english
    assert stack.request("GET", path, "company-1")[0] == 403
    report = opening["deposits"][0]["envelopes"][0]["report"]
    assert [each["outcome"] for each in report["antivirus"]] == ["clean", "clean"]
    identity = opening["deposits"][0]["envelopes"][0]["envelope"]
    status, _, body = stack.request("GET", f"/api/v1/envelopes/{identity}", "buyer")
    assert status == 200 and not {"shares", "manifest", "content", "day"} & set(json.loads(body))
    assert stack.request("GET", f"/api/v1/envelopes/{identity}/documents/nothing.pdf", "buyer")[0] == 404
    assert stack.request("GET", f"/api/v1/envelopes/{identity}/documents/{os.path.basename(files[0])}", "company-2")[0] == 403


# ---- filings ----

def draft(stack, documents, **more):
    filing = {"kind": "acte", "number": "H" + os.urandom(4).hex().upper(), "date": "2026-11-20", "nature": 1, "matter": "1.1",
              "object": "Réfection d'une toiture", "classification": "2019-08-29", "documents": documents, **more}
    return stack.request("POST", "/api/v1/filings", "filer", filing)


def put(stack, filing, name, data, media_type):
    return stack.request("PUT", f"/api/v1/filings/{filing}/files/{name}", "filer", data, {"Content-Type": media_type})


def submit(stack, filing):
    status, headers, body = stack.request("POST", f"/api/v1/filings/{filing}/submit", "filer")
    return status, headers["Content-Type"], body


def test_a_form_is_refused_with_every_reason_at_once(stack, house):
    status, _, body = draft(stack, [{"name": "a.pdf", "type": "99_DE"}], number="trop long pour un acte", nature=9, matter="x")
    answer = json.loads(body)
    assert (status, answer["code"]) == (422, "filing-refused")
    assert len(answer["reasons"]) >= 3 and all(each["code"] and each["clause"] and each["text"] for each in answer["reasons"])


def test_a_filing_waits_for_its_files_and_is_refused_for_what_they_are(stack, house):
    filing = json.loads(draft(stack, [{"name": "deliberation.pdf", "type": "99_DE"}, {"name": "annexe.pdf", "type": "99_DE"}])[2])["id"]
    status, _, body = submit(stack, filing)
    assert (status, json.loads(body)["code"]) == (409, "filing-incomplete")
    with open(papers.pdf(house.at("deliberation.pdf"), "Délibération"), "rb") as file:
        assert put(stack, filing, "deliberation.pdf", file.read(), "application/pdf")[0] == 200
    assert put(stack, filing, "annexe.pdf", b"GIF89a no pdf at all", "application/pdf")[0] == 200
    for _ in range(2):
        status, media_type, body = submit(stack, filing)
        answer = json.loads(body)
        assert (status, media_type, answer["code"]) == (422, "application/problem+json", "filing-refused")
        assert [each["code"] for each in answer["reasons"]] == ["acte-document-media"]
    shown = json.loads(stack.request("GET", f"/api/v1/filings/{filing}", "filer")[2])
    assert shown["state"] == "rejected" and all("content" not in each and "day" not in each for each in shown["files"])
    wait_for("the receipt of the refusal", lambda: stack.request("GET", f"/api/v1/filings/{filing}/receipt", "filer")[0] == 200)


def test_malware_in_a_filing_is_refused(stack, house):
    filing = json.loads(draft(stack, [{"name": "deliberation.pdf", "type": "99_DE"}])[2])["id"]
    assert put(stack, filing, "deliberation.pdf", EICAR, "application/pdf")[0] == 200
    status, _, body = submit(stack, filing)
    assert status == 422 and "filing-infected" in [each["code"] for each in json.loads(body)["reasons"]]


def test_the_receipt_of_a_submission_comes_again_and_again(stack, house):
    filing = json.loads(draft(stack, [{"name": "deliberation.pdf", "type": "99_DE"}])[2])["id"]
    with open(papers.pdf(house.at("deliberation.pdf"), "Délibération"), "rb") as file:
        put(stack, filing, "deliberation.pdf", file.read(), "application/pdf")
    first, second = submit(stack, filing), submit(stack, filing)
    assert (first[0], first[1]) == (200, "application/xml")
    assert re.findall(rb"<EvidenceIdentifier>[^<]*", first[2]) == re.findall(rb"<EvidenceIdentifier>[^<]*", second[2])


# ---- journal and pages ----

def test_the_first_tile_has_the_leaves_of_the_checkpoint(stack, house):
    house.consultation()
    wait_for("a checkpoint", lambda: stack.request("GET", "/checkpoint")[0] == 200)
    origin, size, root = stack.request("GET", "/checkpoint")[2].decode().split("\n")[:3]
    size = int(size)
    width = min(size, 256)
    status, headers, tile = stack.request("GET", "/tile/0/000" + (f".p/{width}" if width < 256 else ""))
    assert origin == "localhost/pli" and status == 200 and len(tile) == 32 * width and "immutable" in headers["Cache-Control"]
    if size <= 256:
        leaves = [tile[at:at + 32] for at in range(0, len(tile), 32)]
        assert base64.b64encode(merkle_root(leaves)).decode() == root
    assert stack.request("GET", "/tile/0/x000/000")[0] == 404
    assert stack.request("GET", "/tile/0/999")[0] == 404


def merkle_root(leaves):
    """RFC 9162 2.1.1 over leaf hashes."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + merkle_root(leaves[:split]) + merkle_root(leaves[split:])).digest()


def test_pages_are_served_by_name_under_a_strict_policy(stack):
    for path, media_type in (("/", "text/html"), ("/ui/consultation.html", "text/html"), ("/ui/verify.html", "text/html"),
                             ("/ui/style.css", "text/css"), ("/ui/page.js", "text/javascript")):
        status, headers, body = stack.request("GET", path)
        assert status == 200 and headers["Content-Type"].startswith(media_type)
        assert "default-src 'none'" in headers["Content-Security-Policy"] and "unsafe" not in headers["Content-Security-Policy"]
        assert b"style=" not in body and b"onclick" not in body and not re.search(rb"<script(?![^>]*src=)", body)
        assert stack.request("GET", path, headers={"If-None-Match": headers["ETag"]})[0] == 304
    for path in ("/ui/..%2Fpage.c", "/ui/%2e%2e/page.c", "/ui/", "/ui/nothing.html"):
        assert stack.request("GET", path)[0] in (400, 404)
