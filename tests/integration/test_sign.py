"""`pli sign`, `pli augment` and `pli verify`: every form at every level, with a time-stamp authority, an OCSP responder and a
PKCS#11 token that are really there; what comes out is judged by us, by the xmlsec1 command and against its schema's order."""
import json
import os
import shutil
import subprocess
import sys
import zipfile
import xml.etree.ElementTree as tree

import pytest

from conftest import ROOT
import clock
from pki import Pki
from stack import free_port, wait_for

LEVELS = ["B-B", "B-T", "B-LT", "B-LTA"]
FORMS = ["enveloped", "enveloping", "detached", "asic-e"]
DOCUMENT = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<offre xmlns=\"urn:essai\"><prix monnaie=\"EUR\">12 500</prix></offre>\n"
MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PROPERTIES = "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"
REPORT = "{http://uri.etsi.org/19102/v1.2.1#}"


class Desk:
    """A PKI, an authority, a responder, and the command."""

    def __init__(self, folder):
        self.folder = folder
        self.pki = Pki(os.path.join(folder, "pki"))
        self.pki.make()
        self.program = os.path.join(os.environ.get("PLI_BUILD", os.path.join(ROOT, "build")), "pli")
        self.evidence = self.at("evidence")
        self.running, self.responder = [], None

    def at(self, *names):
        return os.path.join(self.folder, *names)

    def start(self):
        port_file, self.ocsp = self.at("stamper.port"), free_port()
        self.running.append(subprocess.Popen([sys.executable, os.path.join(ROOT, "tests", "harness", "stamper.py"), "--port-file", port_file,
                                              "--config", self.pki.path("stamp.cnf"), "--section", "authority"]))
        self.respond()
        wait_for("the time-stamp authority", lambda: os.path.exists(port_file))
        with open(port_file) as file:
            self.stamp_url = f"http://127.0.0.1:{file.read().strip()}/"
        os.makedirs(self.evidence)
        for name in ("company-1", "company-2", "stamp"):
            wait_for("the OCSP responder", lambda: self.ask_ocsp(name))

    def respond(self):
        """Starts the responder, or another one in its place: `openssl ocsp` does not always see that its index has changed."""
        if self.responder is not None:
            self.running.remove(self.responder)
            self.responder.terminate()
            self.responder.wait()
        self.responder = subprocess.Popen(["openssl", "ocsp", "-port", str(self.ocsp), "-index", self.pki.path("index.txt"), "-CA",
                                           self.pki.path("root.pem"), "-rsigner", self.pki.path("ocsp.pem"), "-rkey",
                                           self.pki.path("ocsp.key"), "-ndays", "2"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.running.append(self.responder)

    def ask_ocsp(self, name):
        """Is it good?"""
        return subprocess.run(["openssl", "ocsp", "-issuer", self.pki.path("root.pem"), "-cert", self.pki.path(name + ".pem"), "-url",
                               f"http://127.0.0.1:{self.ocsp}", "-respout", os.path.join(self.evidence, name + ".ocsp"), "-CAfile",
                               self.pki.path("root.pem")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.find(": good") > 0

    def stop(self):
        for process in self.running:
            process.terminate()
            process.wait()

    def pli(self, *arguments, environment=None, folder=None):
        return subprocess.run([self.program, "--lang", "en", *arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**os.environ, **(environment or {})}, cwd=folder)

    def key(self, who):
        return ["--key", self.pki.path(who + ".key"), "--certificate", self.pki.path(who + ".pem")]

    def raising(self, level):
        return ["--level", level, *(["--stamp-url", self.stamp_url] if level != "B-B" else []), "--trust", self.pki.path("root.pem"),
                "--evidence", self.evidence]

    def verify(self, path, *more, trust=True):
        """(exit status, the report)."""
        ran = self.pli("--json", "verify", *(["--trust", self.pki.path("root.pem")] if trust else []), *more, path)
        return ran.returncode, json.loads(ran.stdout) if ran.stdout.startswith("{") else ran.stderr


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    made = Desk(str(tmp_path_factory.mktemp("desk")))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def paper(tmp_path):
    path = tmp_path / "offre.xml"
    path.write_text(DOCUMENT)
    return str(path)


def ending(form):
    return "asice" if form == "asic-e" else "xml"


def sign(desk, form, level, paper, who="company-1", output=None):
    output = output or os.path.join(os.path.dirname(paper), f"signed-{form}-{level}.{ending(form)}")
    ran = desk.pli("sign", "--form", form, *desk.key(who), *desk.raising(level), "--output", output, paper)
    assert ran.returncode == 0, ran.stderr
    return output


def xmlsec1(path, folder):
    ran = subprocess.run(["xmlsec1", "--verify", "--insecure", "--enabled-key-data", "x509", "--id-attr:Id", PROPERTIES, path], cwd=folder,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert ran.returncode == 0, ran.stdout


def xmlsec1_agrees(form, signed):
    folder = os.path.dirname(signed)
    if form == "asic-e":
        folder = signed + ".unpacked"
        with zipfile.ZipFile(signed) as container:
            container.extractall(folder)
        signed = os.path.join(folder, "META-INF", "signatures0.xml")
    xmlsec1(signed, folder)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_reaches_every_level_and_others_agree(desk, form, level, paper):
    signed = sign(desk, form, level, paper)
    beside = ["--detached", os.path.dirname(paper)] if form == "detached" else []
    status, report = desk.verify(signed, *beside, *(["--evidence", desk.evidence] if level in ("B-B", "B-T") else []))
    assert status == 0, json.dumps(report, indent=1)
    signature = report["signatures"][0]
    assert signature["level"] == "XAdES-" + level
    assert signature["coversAll"] and signature["intact"] and signature["signedPropertiesCovered"]
    assert len(signature["timestamps"]) == {"B-B": 0, "B-T": 1, "B-LT": 1, "B-LTA": 2}[level]
    assert all(stamp["intact"] and stamp["trusted"] for stamp in signature["timestamps"])
    if form != "asic-e":
        assert signature["packaging"] == form
    xmlsec1_agrees(form, signed)


@pytest.mark.parametrize("kind", ["rsa", "pss", "p256", "p384", "p521", "ed25519"])
def test_every_kind_of_key_signs_every_form_from_either_file_and_reaches_the_last_level(desk, kind, paper, tmp_path):
    who, container = "kind-" + kind, str(tmp_path / "key.p12")
    desk.pki.certify(who, "person", kind, f"/C=FR/O=Menuiserie Duval SARL/CN=Clé {kind}")
    subprocess.run(["openssl", "pkcs12", "-export", "-inkey", desk.pki.path(who + ".key"), "-in", desk.pki.path(who + ".pem"), "-passout",
                    "pass:secret", "-out", container], check=True)
    desk.respond()
    wait_for("the OCSP responder", lambda: desk.ask_ocsp(who))
    for form in FORMS:
        output = str(tmp_path / f"{form}.{ending(form)}")
        ran = desk.pli("sign", "--form", form, "--p12", container, "--output", output, paper, environment={"PLI_PASSPHRASE": "secret"})
        assert ran.returncode == 0 and ran.stderr == "", ran.stderr
        status, report = desk.verify(output, *(["--detached", os.path.dirname(paper)] if form == "detached" else []))
        assert status == 0, json.dumps(report, indent=1)
        if kind not in ("pss", "ed25519"):  # xmlsec 1.2.37 has neither
            xmlsec1_agrees(form, output)
    assert desk.verify(sign(desk, "asic-e", "B-LTA", paper, who))[0] == 0


def test_a_key_that_cannot_sign_is_named_and_an_expired_certificate_warned_of(desk, paper, tmp_path):
    output = str(tmp_path / "none.xml")
    desk.pki.certify("brainpool", "person", "brainpool", "/CN=Essai")
    for key, certificate, says in (("company-1", "company-2", "CERTIFICATE_MISSING"), ("brainpool", "brainpool", "KEY_UNUSABLE")):
        ran = desk.pli("sign", "--form", "enveloped", "--key", desk.pki.path(key + ".key"), "--certificate", desk.pki.path(certificate + ".pem"),
                       "--output", output, paper)
        assert ran.returncode == 65 and says in ran.stderr and not os.path.exists(output), ran.stderr
    late = subprocess.run(clock.faked([desk.program, "--lang", "en", "sign", "--form", "enveloped", *desk.key("company-1"), "--output",
                           output, paper], "+1000 days"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert late.returncode == 0 and "has expired" in late.stderr, late.stderr


def test_a_rsa_key_in_a_pkcs12_file_signs_too(desk, paper, tmp_path):
    container, output = str(tmp_path / "key.p12"), str(tmp_path / "signed.xml")
    subprocess.run(["openssl", "pkcs12", "-export", "-inkey", desk.pki.path("company-2.key"), "-in", desk.pki.path("company-2.pem"), "-passout",
                    "pass:secret", "-out", container], check=True)
    ran = desk.pli("sign", "--form", "enveloped", "--p12", container, *desk.raising("B-LTA"), "--output", output, paper,
                   environment={"PLI_PASSPHRASE": "secret"})
    assert ran.returncode == 0, ran.stderr
    assert desk.verify(output)[0] == 0
    xmlsec1(output, str(tmp_path))


@pytest.mark.skipif(not os.path.exists(MODULE) or not shutil.which("softhsm2-util"), reason="SoftHSM2 is not installed")
@pytest.mark.parametrize("who", ["company-1", "company-2"])
def test_a_key_that_stays_in_its_token_signs(desk, who, paper, tmp_path):
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path}/tokens\nlog.level = ERROR\n")
    (tmp_path / "pin").write_text("4321\n")
    environment = {**os.environ, "SOFTHSM2_CONF": str(tmp_path / "softhsm2.conf")}
    key = str(tmp_path / "key.pem")
    subprocess.run(["openssl", "pkcs8", "-topk8", "-nocrypt", "-in", desk.pki.path(who + ".key"), "-out", key], check=True)
    for arguments in (["--init-token", "--free", "--label", "Essai", "--so-pin", "8765", "--pin", "4321"],
                      ["--import", key, "--token", "Essai", "--label", "signature", "--id", "a1", "--pin", "4321"]):
        subprocess.run(["softhsm2-util", *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)
    os.unlink(key)
    token = f"pkcs11:token=Essai;object=signature?module-path={MODULE}"
    output = str(tmp_path / "signed.asice")
    ran = desk.pli("sign", "--token", token, "--passphrase-file", str(tmp_path / "pin"), "--certificate", desk.pki.path(who + ".pem"),
                   *desk.raising("B-LT"), "--output", output, paper, environment=environment)
    assert ran.returncode == 0, ran.stderr
    assert desk.verify(output)[0] == 0
    xmlsec1_agrees("asic-e", output)
    (tmp_path / "pin").write_text("0000\n")
    ran = desk.pli("sign", "--token", token, "--passphrase-file", str(tmp_path / "pin"), "--certificate", desk.pki.path(who + ".pem"),
                   "--output", str(tmp_path / "none.asice"), paper, environment=environment)
    assert ran.returncode == 78 and not (tmp_path / "none.asice").exists(), ran.stderr


def test_a_signature_is_raised_step_by_step_and_renewed(desk, paper, tmp_path):
    step = sign(desk, "asic-e", "B-B", paper)
    for number, (level, wanted) in enumerate([("B-T", "B-T"), ("B-LT", "B-LT"), ("B-LTA", "B-LTA"), ("B-LTA", "B-LTA")]):
        after = str(tmp_path / f"step-{number}.asice")
        ran = desk.pli("augment", *desk.raising(level), "--output", after, step)
        assert ran.returncode == 0, ran.stderr
        status, report = desk.verify(after, *(["--evidence", desk.evidence] if level == "B-T" else []))
        assert status == 0 and report["signatures"][0]["level"] == "XAdES-" + wanted, json.dumps(report, indent=1)
        step = after
    assert [stamp["type"] for stamp in report["signatures"][0]["timestamps"]] == ["SignatureTimeStamp", "ArchiveTimeStamp", "ArchiveTimeStamp"]
    with zipfile.ZipFile(step) as container:
        assert container.namelist()[0] == "mimetype" and container.infolist()[0].compress_type == zipfile.ZIP_STORED
        assert container.read("offre.xml").decode() == DOCUMENT


def test_what_cannot_be_raised_is_refused_and_nothing_is_written(desk, paper, tmp_path):
    output = tmp_path / "refused.xml"

    def refused(*options, status, says):
        ran = desk.pli("sign", "--form", "enveloped", *desk.key("company-1"), *options, "--output", str(output), paper)
        assert ran.returncode == status and says in ran.stderr and not output.exists(), ran.stderr

    refused("--level", "B-T", status=64, says="--stamp-url")
    refused("--level", "B-LT", "--stamp-url", desk.stamp_url, status=64, says="--trust")
    refused("--level", "B-X", status=64, says="B-LTA")
    refused("--level", "B-T", "--stamp-url", "http://127.0.0.1:9/", status=69, says="127.0.0.1:9")
    refused("--level", "B-LT", "--stamp-url", desk.stamp_url, "--trust", desk.pki.path("root.pem"), status=65, says="revocation data")
    other = subprocess.run([desk.program, "sign", "--form", "scroll", *desk.key("company-1"), "--output", str(output), paper])
    assert other.returncode == 64


def test_a_lying_authority_is_caught(desk, paper, tmp_path):
    for lie in ("imprint", "nonce"):
        port_file = str(tmp_path / (lie + ".port"))
        liar = subprocess.Popen([sys.executable, os.path.join(ROOT, "tests", "harness", "stamper.py"), "--port-file", port_file, "--config",
                                 desk.pki.path("stamp.cnf"), "--section", "authority", "--lie", lie])
        try:
            wait_for("the liar", lambda: os.path.exists(port_file))
            with open(port_file) as file:
                url = f"http://127.0.0.1:{file.read().strip()}/"
            ran = desk.pli("sign", "--form", "enveloped", *desk.key("company-1"), "--level", "B-T", "--stamp-url", url, "--output",
                           str(tmp_path / "none.xml"), paper)
            assert ran.returncode == 65 and not (tmp_path / "none.xml").exists(), ran.stderr
        finally:
            liar.terminate()
            liar.wait()


def test_verify_answers_by_its_exit_status(desk, paper, tmp_path):
    signed = sign(desk, "enveloped", "B-LTA", paper)
    assert desk.verify(signed)[0] == 0
    assert desk.verify(signed, trust=False)[0] == 10
    bent = tmp_path / "bent.xml"
    with open(signed) as file:
        bent.write_text(file.read().replace("12 500", "2 500"))
    status, report = desk.verify(str(bent))
    assert status == 11 and report["subIndication"] == "HASH_FAILURE"
    assert desk.pli("verify").returncode == 64
    assert desk.verify(paper)[0] == 65
    detached = sign(desk, "detached", "B-B", paper)
    status, report = desk.verify(detached)
    assert status == 10 and report["subIndication"] == "SIGNED_DATA_NOT_FOUND"


def test_the_report_in_words_is_complete_in_both_languages(desk, paper, tmp_path):
    signed = sign(desk, "enveloped", "B-LTA", paper)
    bent = tmp_path / "bent.xml"
    with open(signed) as file:
        bent.write_text(file.read().replace("12 500", "2 500"))
    said = {}
    for language in ("fr", "en"):
        for path in (signed, str(bent)):
            ran = desk.pli("--lang", language, "verify", "--trust", desk.pki.path("root.pem"), path)
            said[language, path] = ran.stdout
            for word in ("XAdES-B-LTA, enveloped", "CN=Claire Duval", "SignatureTimeStamp", "ArchiveTimeStamp"):
                assert word in ran.stdout, ran.stdout
    assert "TOTAL-PASSED : la signature est valide" in said["fr", signed] and "TOTAL-PASSED: the signature is valid" in said["en", signed]
    assert "DIGEST_DIFFERS" in said["fr", str(bent)] and "ont été modifiées" in said["fr", str(bent)]
    assert "have been changed" in said["en", str(bent)] and "[EN 319 102-1 5.2.7]" in said["en", str(bent)]
    assert "Couvre" in said["fr", signed] and "tout" in said["fr", signed]


def test_the_validation_report_of_etsi_names_signature_times_and_proofs(desk, paper, tmp_path):
    signed, path = sign(desk, "asic-e", "B-LTA", paper), str(tmp_path / "report.xml")
    status, report = desk.verify(signed, "--report", path)
    assert status == 0
    root = tree.parse(path).getroot()
    assert root.tag == REPORT + "ValidationReport"
    one = root.find(REPORT + "SignatureValidationReport")
    assert one.find(f"{REPORT}SignatureValidationStatus/{REPORT}MainIndication").text == "urn:etsi:019102:mainindication:total-passed"
    assert one.find(f"{REPORT}SignatureValidationProcess/{REPORT}SignatureValidationProcessID").text.endswith(":LTA")
    times = one.find(REPORT + "ValidationTimeInfo")
    assert times.find(f"{REPORT}BestSignatureTime/{REPORT}POETime").text == report["signatures"][0]["bestSignatureTime"]
    objects = {item.get("id"): item for item in root.iter(REPORT + "ValidationObject") if item.get("id")}
    wanted = {item.get("VOReference") for item in root.iter() if item.get("VOReference")}
    assert wanted and wanted <= set(objects)
    kinds = [item.find(REPORT + "ObjectType").text.rsplit(":", 1)[1] for item in objects.values()]
    assert kinds.count("signedData") == 1 and kinds.count("timestamp") == 2 and kinds.count("certificate") >= 2, kinds
    assert "CRL" in kinds or "OCSPResponse" in kinds, kinds
    assert len(report["signatures"][0]["certificateChain"]) >= 2 and report["signatures"][0]["revocationData"]
