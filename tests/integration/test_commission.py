"""The commission: substitutes, tokens, proofs and rehearsals; wrong shares; openings in an order, interrupted, decided on."""
import base64
import csv
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import zipfile

import pytest

import papers
from shares import share_of
from stack import BODY, wait_for

MODULE = "/usr/lib/softhsm/libsofthsm2.so"


# ---- people ----

@pytest.fixture(scope="module", name="deputies")
def _deputies(stack):
    """More people of the commune: two who may stand in for members, and one enrolled without the request of her key."""
    people = {"deputy-1": "Inès Suppléante", "deputy-2": "Jean Suppléant", "newcomer": "Karine Nouvelle"}
    for name, person in people.items():
        stack.pki.certify(name, "member", "p256", f"/C=FR/O={BODY['name']}/CN={person}")
        proof = () if name == "newcomer" else ("--request", stack.pki.path(name + ".csr"))
        stack.administer("enrol", "party", "--name", person, "--organisation", BODY["name"], "--siret", BODY["siret"], "--body", BODY["siret"],
                         "--roles", "member", "--certificate", stack.pki.path(name + ".pem"), *proof)
    return list(people)


def draft(house, *seats, **more):
    """A draft whose commission is these people, each alone or with who stands in for her."""
    path = house.at(f"draft-{os.urandom(3).hex()}.json")
    members = []
    for seat in seats:
        member, substitute = seat if isinstance(seat, tuple) else (seat, None)
        members.append({"certificateFile": house.stack.pki.path(member + ".pem")} |
                       ({"substitute": {"certificateFile": house.stack.pki.path(substitute + ".pem")}} if substitute else {}))
    with open(path, "w") as file:
        json.dump({"reference": "C-" + os.urandom(4).hex(), "title": "Fournitures", "object": "Fournitures", "procedure": "MAPA", "quorum": 2,
                   "deadline": "2099-01-01T12:00:00+01:00", "envelopes": ["offre"], "members": members, **more}, file)
    return json.loads(house.stack.pli("buyer", "--json", "consultation", "create", path).stdout)["id"]


def publish(house, consultation):
    return house.stack.pli("buyer", "consultation", "publish", consultation, "--lang", "en")


def digest_of(stack, who):
    der = subprocess.run(["openssl", "x509", "-in", stack.pki.path(who + ".pem"), "-outform", "DER"], check=True, stdout=subprocess.PIPE).stdout
    return hashlib.sha256(der).digest()


class Member:
    """A member whose software is not ours: HTTP, and shares unwrapped by the openssl command."""

    def __init__(self, stack, consultation, who):
        self.stack, self.who, self.path = stack, who, f"/api/v1/consultations/{consultation}/opening"

    def wanted(self):
        status, _, body = self.stack.request("GET", self.path + "/shares", self.who)
        assert status == 200, body
        return {row["envelope"]: self.unwrap(row["manifest"]) for row in json.loads(body)["envelopes"]}

    def unwrap(self, manifest):
        return share_of(base64.b64decode(manifest), self.stack.pki.path(self.who + ".key"), digest_of(self.stack, self.who))

    def hand(self, shares):
        """(status, {envelope: code of what was refused})"""
        message = {"shares": [{"envelope": envelope, "share": base64.b64encode(share).decode()} for envelope, share in shares]}
        status, _, body = self.stack.request("POST", self.path + "/shares", self.who, message)
        return status, {row["envelope"]: row["code"] for row in json.loads(body).get("refused", [])}


# ---- wrong shares ----

def test_a_wrong_share_costs_its_own_envelope_only_and_is_told_to_its_member(stack, house):
    consultation = house.consultation()
    files = []
    for company in ("company-1", "company-2"):
        envelope, signed = house.bid(company, consultation, 20_000)
        files += signed
        house.deposit(company, consultation, envelope)
    house.end_now(consultation)
    assert stack.request("POST", f"/api/v1/consultations/{consultation}/opening", "member-1")[0] == 200
    first, second = Member(stack, consultation, "member-1"), Member(stack, consultation, "member-2")
    mine, hers = first.wanted(), second.wanted()
    one, two = mine
    flipped = mine[one][:20] + bytes([mine[one][20] ^ 4]) + mine[one][21:]
    assert first.hand([(one, flipped)]) == (422, {one: "opening-share-wrong"})
    assert first.hand([(one, hers[one])]) == (422, {one: "opening-share-foreign"})  # another member's, replayed
    assert first.hand([(one, mine[two]), (two, mine[two])]) == (200, {one: "opening-share-wrong"})  # of another envelope; the good one is kept
    assert first.hand([(two, mine[two])]) == (422, {two: "opening-share-unwanted"})  # twice
    assert first.hand([(one, mine[one][:-1])]) == (422, {one: "opening-share-malformed"})
    assert house.opening(consultation)["state"] == "opening"
    assert first.hand([(one, mine[one])]) == (200, {})
    assert second.hand(hers.items()) == (200, {})
    wait_for("the opening", lambda: house.opening(consultation)["state"] == "opened")
    house.assert_same(consultation, files)


def test_a_key_that_is_not_the_members_hands_over_nothing(stack, house):
    consultation = house.consultation()
    envelope, files = house.bid("company-1", consultation, 20_000)
    house.deposit("company-1", consultation, envelope)
    house.end_now(consultation)
    ran = stack.pli("member-1", "open", consultation, "--member-key", stack.pki.path("member-3.key"), "--member-certificate",
                    stack.pki.path("member-1.pem"), check=False)
    assert ran.returncode != 0
    assert [e["shares"] for d in house.opening(consultation)["deposits"] for e in d["envelopes"]] == [0]
    house.open(consultation)
    house.assert_same(consultation, files)


# ---- seats ----

def test_a_lost_key_within_the_quorum_loses_nothing_and_a_substitute_sits_in(stack, house, deputies):
    consultation = draft(house, ("member-1", "deputy-1"), ("member-2", "deputy-2"), "member-3")
    publish(house, consultation)
    envelope, files = house.bid("company-1", consultation, 20_000)
    house.deposit("company-1", consultation, envelope)
    house.end_now(consultation)
    # Farid has lost his key and so has Hugo; Farid's substitute and Gisèle make the quorum.
    for who in ("deputy-1", "member-2"):
        stack.pli(who, "open", consultation, "--key", stack.pki.path(who + ".key"))
    wait_for("the opening", lambda: house.opening(consultation)["state"] == "opened")
    house.assert_same(consultation, files)
    seat = house.opening(consultation)["members"][0]
    assert (seat["present"], seat["substitute"], seat["substitutePresent"]) == (False, "Inès Suppléante", True)


def test_a_seat_counts_once_when_both_come(stack, house, deputies):
    consultation = draft(house, ("member-1", "deputy-1"), "member-2", "member-3")
    publish(house, consultation)
    envelope, files = house.bid("company-1", consultation, 20_000)
    house.deposit("company-1", consultation, envelope)
    house.end_now(consultation)
    for who in ("member-1", "deputy-1"):
        stack.pli(who, "open", consultation, "--key", stack.pki.path(who + ".key"))
    assert house.opening(consultation)["state"] == "opening"
    stack.pli("member-3", "open", consultation, "--key", stack.pki.path("member-3.key"))
    wait_for("the opening", lambda: house.opening(consultation)["state"] == "opened")
    house.assert_same(consultation, files)


# ---- proofs and rehearsals ----

def test_a_key_without_proof_is_refused_and_pli_key_prove_is_one(stack, house, deputies):
    with pytest.raises(RuntimeError, match="(?s)Karine Nouvelle|key-unproven"):
        draft(house, "newcomer", "member-2")
    wrong = stack.pli("newcomer", "key", "prove", "--member-key", stack.pki.path("member-1.key"), "--member-certificate",
                      stack.pki.path("newcomer.pem"), check=False)
    assert wrong.returncode != 0
    stack.pli("newcomer", "key", "prove")
    draft(house, "newcomer", "member-2")


def test_a_request_that_does_not_prove_is_refused_at_enrolment(stack, deputies):
    with pytest.raises(RuntimeError, match="another key"):
        stack.administer("enrol", "party", "--name", "X", "--roles", "member", "--certificate", stack.pki.path("deputy-1.pem"), "--request",
                         stack.pki.path("deputy-2.csr"))
    with open(stack.pki.path("deputy-1.csr")) as file:
        lines = file.read().split("\n")
    der = bytearray(base64.b64decode("".join(lines[1:-2])))
    der[-1] ^= 1  # of the signature
    forged = stack.at("forged.csr")
    with open(forged, "w") as file:
        file.write("-----BEGIN CERTIFICATE REQUEST-----\n" + base64.encodebytes(bytes(der)).decode() + "-----END CERTIFICATE REQUEST-----\n")
    with pytest.raises(RuntimeError, match="not signed by its key"):
        stack.administer("enrol", "party", "--name", "X", "--roles", "member", "--certificate", stack.pki.path("deputy-1.pem"), "--request", forged)


def test_the_opening_is_rehearsed_before_publication(stack, house, deputies):
    consultation = draft(house, ("member-1", "deputy-1"), "member-2")
    rehearsed = json.loads(stack.pli("member-1", "--json", "opening", "rehearse", consultation).stdout)
    assert [(k["name"], k["at"] is not None) for k in rehearsed["keys"]] == [("Farid Adjoint", True), ("Inès Suppléante", False),
                                                                            ("Gisèle Conseillère", False)]
    assert rehearsed["opened"] is None
    rehearsed = json.loads(stack.pli("member-2", "--json", "opening", "rehearse", consultation).stdout)
    assert rehearsed["opened"] is not None  # the quorum's shares opened it, in a judge
    assert stack.request("POST", f"/api/v1/consultations/{consultation}/opening/rehearsal", "member-3")[0] == 404
    assert "have not rehearsed the opening: Inès Suppléante." in publish(house, consultation).stderr


# ---- a key on paper ----

def code_of(sheet):
    """What a scanner that is not ours (zbar) reads from the sheet's code, drawn as a picture of 4 points a module."""
    with open(sheet, encoding="utf-8") as file:
        text = file.read()
    width = int(re.search(r'viewBox="0 0 (\d+) ', text)[1])
    rows = [[255] * width for _ in range(width)]
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1", text):
        for at in range(int(x), int(x) + int(run)):
            rows[int(y)][at] = 0
    with open(sheet + ".pgm", "wb") as file:
        file.write(b"P5 %d %d 255\n" % (4 * width, 4 * width))
        for row in rows:
            file.write(4 * b"".join(bytes([point]) * 4 for point in row))
    return subprocess.run(["zbarimg", "--quiet", "--raw", sheet + ".pgm"], check=True, stdout=subprocess.PIPE, text=True).stdout


@pytest.mark.skipif(shutil.which("zbarimg") is None, reason="zbarimg is not installed")
@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_key_made_by_pli_lost_and_had_back_from_its_sheet_opens(stack, house, kind, monkeypatch):
    monkeypatch.setenv("PLI_PASSPHRASE", "le soleil se lève à Nice")
    name, person = "paper-" + kind, "Lucie Papier " + kind.upper()
    stack.pli(None, "key", "new", "--type", kind, "--name", person, "--organisation", BODY["name"], "--output", stack.pki.path(name))
    stack.pki.sign(name, "member", f"/C=FR/O={BODY['name']}/CN={person}")
    stack.administer("enrol", "party", "--name", person, "--organisation", BODY["name"], "--body", BODY["siret"], "--roles", "member",
                     "--certificate", stack.pki.path(name + ".pem"), "--request", stack.pki.path(name + ".csr"))
    consultation = draft(house, name, "member-2")
    publish(house, consultation)
    envelope, files = house.bid("company-1", consultation, 20_000)
    house.deposit("company-1", consultation, envelope)
    os.unlink(stack.pki.path(name + ".key"))
    with open(house.at("scanned"), "w") as file:
        file.write(code_of(stack.pki.path(name + ".sheet.html")))
    ran = stack.pli(None, "key", "recover", house.at("scanned"), "--output", house.at("wrong"), check=False,
                    env_more={"PLI_PASSPHRASE": "une autre"})
    assert ran.returncode != 0 and not os.path.exists(house.at("wrong.key"))
    stack.pli(None, "key", "recover", house.at("scanned"), "--output", stack.pki.path(name))
    house.end_now(consultation)
    stack.pli(name, "open", consultation)
    monkeypatch.delenv("PLI_PASSPHRASE")
    stack.pli("member-2", "open", consultation)
    wait_for("the opening", lambda: house.opening(consultation)["state"] == "opened")
    house.assert_same(consultation, files)


# ---- a key in a token ----

@pytest.mark.skipif(not os.path.exists(MODULE) or shutil.which("pkcs11-tool") is None, reason="SoftHSM2 or pkcs11-tool is not installed")
@pytest.mark.parametrize("who", ["member-1", "member-2"])  # an elliptic curve, RSA
def test_a_member_opens_with_a_key_that_never_leaves_its_token(stack, house, who, monkeypatch):
    tokens, key = house.at("tokens"), house.at("key.der")
    os.makedirs(tokens)
    with open(house.at("softhsm2.conf"), "w") as file:
        file.write(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", house.at("softhsm2.conf"))
    run = lambda *words: subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: E731
    run("softhsm2-util", "--init-token", "--free", "--label", "Membre", "--so-pin", "8765", "--pin", "4321")
    for kind, more in (("privkey", ()), ("pubkey", ("-pubout",))):
        run("openssl", "pkey", "-in", stack.pki.path(who + ".key"), *more, "-outform", "DER", "-out", key)
        run("pkcs11-tool", "--module", MODULE, "--token-label", "Membre", "--login", "--pin", "4321", "--write-object", key, "--type", kind,
            "--label", "membre", "--id", "01", *(("--usage-decrypt",) if who == "member-2" else ("--usage-derive",)))
    os.unlink(key)
    with open(house.at("pin"), "w") as file:
        file.write("4321\n")
    consultation = house.consultation()
    envelope, files = house.bid("company-1", consultation, 20_000)
    house.deposit("company-1", consultation, envelope)
    house.end_now(consultation)
    stack.pli(who, "open", consultation, "--member-token", f"pkcs11:token=Membre;object=membre?module-path={MODULE}", "--passphrase-file",
              house.at("pin"))
    stack.pli("member-3", "open", consultation, "--key", stack.pki.path("member-3.key"))
    wait_for("the opening", lambda: house.opening(consultation)["state"] == "opened")
    house.assert_same(consultation, files)


# ---- the order of an opening ----

def sealed(house, who, consultation, kind, *options):
    path = papers.pdf(house.at(f"{who}-{kind}.pdf"), kind, who)
    house.stack.pli(who, "pack", "--output", house.at(f"{who}-{kind}.asice"), path)
    house.stack.pli(who, "seal", "--consultation", consultation, "--kind", kind, *options, "--output", house.at(f"{who}-{kind}.pli"),
                    house.at(f"{who}-{kind}.asice"))
    return house.at(f"{who}-{kind}.pli")


def test_candidatures_open_first_then_the_offers_of_those_admitted(stack, house):
    consultation = draft(house, "member-1", "member-2", "member-3", candidaturesFirst=True, envelopes=["candidature", "offre"])
    publish(house, consultation)
    for company in ("company-1", "company-2"):
        stack.pli(company, "deposit", "--consultation", consultation, "--receipt", house.at(company + ".xml"),
                  *(sealed(house, company, consultation, kind) for kind in ("candidature", "offre")))
    house.end_now(consultation)
    states = lambda: [{e["kind"]: e["state"] for e in d["envelopes"]} for d in house.opening(consultation)["deposits"]]  # noqa: E731
    quorum = lambda: [stack.pli(who, "open", consultation, "--key", stack.pki.path(who + ".key")) for who in ("member-1", "member-2")]  # noqa: E731
    quorum()
    wait_for("the candidatures", lambda: all(d["candidature"] == "opened" for d in states()))
    assert [d["offre"] for d in states()] == ["sealed", "sealed"] and house.opening(consultation)["state"] == "opening"
    first, second = (d["deposit"] for d in house.opening(consultation)["deposits"])
    stack.pli("buyer", "opening", "decide", consultation, first, "admit")
    assert stack.pli("buyer", "opening", "decide", consultation, second, "eliminate", check=False).returncode != 0
    stack.pli("buyer", "opening", "decide", consultation, second, "eliminate", "--reason", "Attestations fiscales absentes")
    quorum()
    wait_for("the opening", lambda: house.opening(consultation)["state"] == "opened")
    assert [d["offre"] for d in states()] == ["opened", "sealed"]


def test_a_late_deposit_stays_sealed_until_the_buyer_decides(stack, house):
    consultation = house.consultation()
    envelope, files = house.bid("company-3", consultation, 20_000)
    house.end_now(consultation)
    house.deposit("company-3", consultation, envelope)
    assert house.open(consultation, ("member-1",))["state"] == "opened"  # nothing came in time
    late = house.opening(consultation)["deposits"][0]
    assert late["late"] and late["envelopes"][0]["state"] == "sealed"
    stack.pli("buyer", "opening", "decide", consultation, late["deposit"], "open-late", "--reason", "Panne de la plateforme à 11 h 58")
    for who in ("member-2", "member-3"):
        stack.pli(who, "open", consultation, "--key", stack.pki.path(who + ".key"))
    wait_for("the late one", lambda: house.opening(consultation)["deposits"][0]["state"] == "opened")
    house.assert_same(consultation, files)
    assert house.opening(consultation)["deposits"][0]["decisions"][0]["by"] == "Alice Marchand"


def test_a_depositors_signature_of_the_manifest_is_verified_at_the_opening(stack, house):
    consultation = house.consultation()
    house.deposit("company-1", consultation, sealed(house, "company-1", consultation, "offre", "--sign"))
    forged = sealed(house, "company-2", consultation, "offre", "--sign")
    with open(forged + "/manifest.xml") as file:
        text = file.read()
    with open(forged + "/manifest.xml", "w") as file:
        file.write(text.replace('Name="company-2-offre.pdf"', 'Name="company-2-offer.pdf"'))
    with open(forged + "/seal.json") as file:
        seal = json.load(file)
    seal["manifest"] = hashlib.sha256(text.replace('Name="company-2-offre.pdf"', 'Name="company-2-offer.pdf"').encode()).hexdigest()
    with open(forged + "/seal.json", "w") as file:
        json.dump(seal, file)
    house.deposit("company-2", consultation, forged)
    house.end_now(consultation)
    reports = [d["envelopes"][0]["report"] for d in house.open(consultation)["deposits"]]
    assert [r["manifestVerification"]["indication"] for r in reports] == ["TOTAL-PASSED", "TOTAL-FAILED"]
    assert "Claire Duval" in reports[0]["manifestVerification"]["signatures"][0]["signingCertificate"]["subject"]
    assert reports[1]["missing"] == ["company-2-offer.pdf"] and [d["listed"] for d in reports[1]["documents"]] == [False]


# ---- interruptions ----

def judges(stack):
    """The front's own judges."""
    found = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", str(stack.pid("front"))], stdout=subprocess.PIPE, text=True, check=False).stdout
    return [int(line.split()[0]) for line in found.splitlines() if "pli-judge" in line]


def large_opening(stack, house):
    consultation = house.consultation()
    envelope, files = house.bid("company-1", consultation, 60_000_000)
    house.deposit("company-1", consultation, envelope)
    house.end_now(consultation)
    stack.pli("member-1", "open", consultation, "--key", stack.pki.path("member-1.key"))
    stack.pli("member-2", "open", consultation, "--key", stack.pki.path("member-2.key"), "--no-wait")
    return consultation, files


def test_judges_killed_during_an_opening_cost_only_time(stack, house):
    consultation, files = large_opening(stack, house)
    for pid in judges(stack):
        os.kill(pid, signal.SIGKILL)
    wait_for("the opening", lambda: house.opening(consultation)["state"] == "opened", 120)
    house.assert_same(consultation, files)


def test_a_database_killed_during_an_opening_costs_only_time(stack, house):
    consultation, files = large_opening(stack, house)
    with open(os.path.join(stack.cluster.data, "postmaster.pid")) as file:
        os.kill(int(file.readline()), signal.SIGKILL)
    wait_for("the gateway's /readyz", stack.ready, 120)
    wait_for("the opening", lambda: house.opening(consultation)["state"] == "opened", 120)
    house.assert_same(consultation, files)


def test_a_member_who_leaves_in_the_middle_and_comes_back_holds_up_nobody(stack, house):
    consultation = house.consultation()
    files = []
    for company in ("company-1", "company-2"):
        envelope, signed = house.bid(company, consultation, 20_000)
        files += signed
        house.deposit(company, consultation, envelope)
    house.end_now(consultation)
    stack.pli("member-1", "open", consultation, "--key", stack.pki.path("member-1.key"))
    leaver = Member(stack, consultation, "member-2")
    one, two = (list(leaver.wanted().items()) + [None])[:2]
    assert leaver.hand([one]) == (200, {})  # and the line is cut
    wait_for("the first envelope", lambda: any(d["state"] == "opened" for d in house.opening(consultation)["deposits"]))
    assert house.opening(consultation)["state"] == "opening"
    stack.pli("member-3", "open", consultation, "--key", stack.pki.path("member-3.key"))
    wait_for("the opening", lambda: house.opening(consultation)["state"] == "opened")
    assert leaver.hand([two])[0] in (200, 422)  # too late, and harmless
    house.assert_same(consultation, files)


# ---- minutes and registers ----

def pdf_text(path):
    return subprocess.run(["pdftotext", "-layout", path, "-"], check=True, stdout=subprocess.PIPE, text=True).stdout


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_minutes_and_registers_are_had_on_paper_and_as_proof(stack, house, deputies):
    consultation = draft(house, ("member-1", "deputy-1"), "member-2")
    publish(house, consultation)
    envelope, files = house.bid("company-1", consultation, 20_000)
    house.deposit("company-1", consultation, envelope)
    house.end_now(consultation)
    late, _ = house.bid("company-2", consultation, 20_000)
    house.deposit("company-2", consultation, late)
    assert stack.request("GET", f"/api/v1/consultations/{consultation}/opening/minutes?format=xml", "buyer")[0] == 409
    for who in ("deputy-1", "member-2"):
        stack.pli(who, "open", consultation)
    wait_for("the opening", lambda: house.opening(consultation)["state"] == "opened")
    opening = house.opening(consultation)
    for form in ("html", "pdf", "xml"):
        wait_for("the minutes", lambda form=form: stack.request(
            "GET", f"/api/v1/consultations/{consultation}/opening/minutes?format={form}", "member-2")[0] == 200)
        stack.pli("buyer", "opening", consultation, "--lang", "fr", "--minutes", house.at("pv." + form))
    with open(house.at("pv.html"), encoding="utf-8") as file:
        page = file.read()
    paper = re.sub(r"\s+", " ", pdf_text(house.at("pv.pdf")))
    hour = opening["startedLocal"][11:19] + " heure de Paris (" + opening["started"][11:19] + " UTC)"
    for said in (hour, "Inès Suppléante (suppléant)", "Menuiserie Duval SARL (SIRET 90000000100017)", "hors délai", "Claire Duval"):
        assert said in page and said in paper, said
    # The XML proves: the notary's seal and time-stamp, and its place in the journal.
    verified = stack.pli(None, "receipt", "verify", house.at("pv.xml"), "--trust", stack.pki.path("root.pem"), "--journal-key", stack.journal_key)
    assert verified.returncode == 0
    stack.pli(None, "verify", house.at("pv.xml"), "--trust", stack.pki.path("root.pem"), "--stamp-trust", stack.pki.path("root.pem"))
    with open(house.at("pv.xml"), encoding="utf-8") as file:
        xml = file.read()
    assert f"<FinishedLocal>{opening['finishedLocal']}</FinishedLocal>" in xml and "<Substitute>Inès Suppléante</Substitute>" in xml
    assert xml.count("<OpenedEnvelope>") == 2 and "<Signature>TOTAL-PASSED</Signature>" in xml
    for form in ("csv", "json", "html", "pdf"):
        stack.pli("buyer", "registers", consultation, "--lang", "fr", "--format", form, "--output", house.at("registers"))
    register = re.sub(r"\s+", " ", pdf_text(house.at("registers", "deposits.pdf")))
    for said in ("Registre des dépôts", "90000000100017", "90000000200015", "oui"):
        assert said in register, (said, register)


def test_no_formula_of_a_company_reaches_a_spreadsheet(stack, house):
    """A name may be a formula; a spreadsheet must not run it (CSV injection)."""
    name = "evil-company"
    stack.pki.certify(name, "person", "p256", "/C=FR/O=Formule SARL/CN=Zoe")
    stack.administer("enrol", "party", "--name", '=cmd|"/c calc"!A1', "--organisation", "@SUM(1+1)*cmd", "--siret", "90000000700019", "--roles",
                     "company", "--certificate", stack.pki.path(name + ".pem"))
    consultation = house.consultation()
    stack.pli(name, "documents", consultation, "--output", house.at("documents"))
    stack.pli("buyer", "registers", consultation, "--name", "withdrawals", "--output", house.at("registers"))
    with open(house.at("registers", "withdrawals.csv"), encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert '\'=cmd|"/c calc"!A1' in cells and "'@SUM(1+1)*cmd" in cells
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@")]


# ---- everything in one archive ----

def test_an_opening_is_exported_whole_and_as_it_was_deposited(stack, house):
    from stack import EICAR
    consultation = house.consultation()
    envelope, files = house.bid("company-1", consultation, 700_000, name="duval-é")
    house.deposit("company-1", consultation, envelope)
    with open(house.at("facture.txt"), "wb") as file:
        file.write(EICAR)
    stack.pli("company-2", "pack", "--output", house.at("bad.asice"), house.at("facture.txt"))
    stack.pli("company-2", "seal", "--consultation", consultation, "--output", house.at("bad.pli"), house.at("bad.asice"))
    house.deposit("company-2", consultation, house.at("bad.pli"))
    house.end_now(consultation)
    assert stack.pli("buyer", "opening", "export", consultation, "--output", house.at("early.zip"), check=False).returncode != 0
    house.open(consultation)
    wait_for("the minutes", lambda: stack.request("GET", f"/api/v1/consultations/{consultation}/opening/minutes?format=xml", "buyer")[0] == 200)
    for who in ("company-1", "filer", "state"):
        assert stack.request("GET", f"/api/v1/consultations/{consultation}/opening/export", who)[0] == 403
    stack.pli("member-1", "opening", "export", consultation, "--containers", "--output", house.at("all.zip"))
    with zipfile.ZipFile(house.at("all.zip")) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        read = lambda name: archive.read(name)  # noqa: E731
        assert names >= {"proces-verbal.html", "proces-verbal.pdf", "proces-verbal.xml", "ouverture.json", "registres/deposits.csv",
                         "registres/deposits.json", "registres/deposits.pdf", "registres/withdrawals.csv"}
        folder = "plis/01-Menuiserie_Duval_SARL/offre"
        for path in files:
            with open(path, "rb") as file:
                assert read(f"{folder}/documents/{os.path.basename(path)}") == file.read()
        assert json.loads(read(f"{folder}/rapport.json"))["verification"]["indication"] == "TOTAL-PASSED"
        with open(house.at("duval-é.asice"), "rb") as file:
            assert read(f"{folder}/depose.asice") == file.read()
        assert read("proces-verbal.pdf").startswith(b"%PDF-1.4")
        # What is infected is reported, not handed on.
        assert [name for name in names if name.startswith("plis/02")] == ["plis/02-Charpentes_du_Nord_SA/offre/rapport.json"]
        assert json.loads(read("plis/02-Charpentes_du_Nord_SA/offre/rapport.json"))["antivirus"][0]["outcome"] == "infected"


# ---- the end of keeping ----

def test_tenders_are_destroyed_at_their_day_with_the_archives_visa_and_what_they_were_stays_proven(stack, house):
    consultation = house.consultation()
    envelope, files = house.bid("company-1", consultation, 20_000)
    receipt, _ = house.deposit("company-1", consultation, envelope)
    house.end_now(consultation)
    house.open(consultation)
    kept = json.loads(stack.pli("buyer", "--json", "retention", consultation).stdout)
    assert not kept["deposits"][0]["due"]
    stack.cluster.psql("update pli.consultation set deadline = deadline - interval '6 years', opened_at = opened_at - interval '6 years', "
                       f"opening_at = opening_at - interval '6 years' where id = '{consultation}'")
    stack.administer("retention", "run")
    assert consultation in stack.administer("retention", "list") and house.opening(consultation)["deposits"][0]["envelopes"][0]["state"] == "opened"
    stack.pli("buyer", "retention", consultation, "--visa", "AD06 2032-4")
    stack.administer("retention", "run")
    opening = house.opening(consultation)["deposits"][0]
    assert opening["envelopes"][0]["state"] == "destroyed"
    name = os.path.basename(files[0])
    path = f"/api/v1/envelopes/{opening['envelopes'][0]['envelope']}/documents/{name}"
    assert stack.request("GET", path, "buyer")[0] == 409
    # The company's receipt proves as before; the destruction has one of its own.
    verify = lambda path: stack.pli(None, "receipt", "verify", path, "--trust", stack.pki.path("root.pem"), "--journal-key", stack.journal_key)  # noqa: E731
    verify(receipt)
    event = int(stack.cluster.psql(f"select id from pli.event where fact = 'deposit.destroyed' and subject = '{opening['deposit']}'")[0])
    wait_for("its receipt", lambda: stack.request("GET", f"/api/v1/receipts/{event}", "company-1")[0] == 200)
    with open(house.at("destroyed.xml"), "wb") as file:
        file.write(stack.request("GET", f"/api/v1/receipts/{event}", "company-1")[2])
    verify(house.at("destroyed.xml"))
    with open(receipt, encoding="utf-8") as before, open(house.at("destroyed.xml"), encoding="utf-8") as after:
        digest = re.search("<Envelopes>.*?<Digest>(.*?)</Digest>", before.read(), re.S)[1]
        assert digest in after.read()
