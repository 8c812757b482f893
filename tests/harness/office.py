"""The notary alone over a database, with what its receipts are checked by: code that is not ours (xmlsec1, openssl ts, openssl's
Ed25519, xmllint) and a reader of the tree written from RFC 9162 alone."""
import base64
import contextlib
import hashlib
import json
import os
import re
import signal
import subprocess
import tempfile

from cluster import Cluster
from pki import Pki
from stack import ROOT, wait_for

STAMPER = os.path.join(ROOT, "tests", "harness", "stamper.py")
FACT = """set search_path = pli, pg_temp;
select rule.append(row(null::bigint, 'SubmissionAcceptance', 'deposit.committed', 'procurement', 'deposit', gen_random_uuid()::text,
        null::uuid)::rule.fact, jsonb_build_object('received', rule.instant(clock_timestamp()), 'late', false, 'documents',
        jsonb_build_array(jsonb_build_object('name', 'Mémoire <' || i || '> & prix.pdf', 'mediaType', 'application/pdf', 'size', i))))
from generate_series(1, {count}) i"""


class Office:
    """A cluster with Pli's schema, a PKI, notaries and time-stamp authorities, each started when a story wants it."""

    def __init__(self, folder, environment=None):
        self.folder = folder
        self.build = os.environ.get("PLI_BUILD") or os.path.join(ROOT, "build")
        self.pki = Pki(os.path.join(folder, "pki"))
        self.cluster = Cluster(os.path.join(folder, "cluster"), environment)
        self.config = os.path.join(folder, "pli.conf")
        self.running = []
        self.logs = 0

    def start(self):
        self.pki.make()
        self.cluster.create()
        self.cluster.start()
        self.cluster.psql("create database pli encoding 'UTF8'", database="postgres")
        values = {"database": self.cluster.conninfo, "seal_key": self.pki.path("seal.p12"), "journal_key": self.pki.path("journal.pem"),
                  "journal_origin": "notaire.example/journal", "stamp_anchors": self.pki.path("root.pem"),
                  "public_url": "https://notaire.example", "stamp_seconds": "1"}
        with open(self.config, "w") as file:
            file.write("".join(f"{name} = {value}\n" for name, value in values.items()))
        subprocess.run([self.program("pliadm"), "--config", self.config, "migrate", "--sql", os.path.join(ROOT, "sql")], check=True,
                       stdout=subprocess.DEVNULL)
        return self

    def destroy(self):
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.cluster.destroy()

    def program(self, name):
        return os.path.join(self.build, name)

    def notary(self, stamp_url="", **options):
        self.logs += 1
        options = {"stamp_url": stamp_url, **options}
        with open(os.path.join(self.folder, f"notary-{self.logs}.log"), "wb") as log:
            process = subprocess.Popen([self.program("pli-notary"), "--config", self.config,
                                        *(word for name, value in options.items() for word in ("--set", f"{name}={value}"))],
                                       stdout=log, stderr=log, cwd="/")
        self.running.append(process)
        return process

    def stamper(self, *faults, port=0):
        note = os.path.join(self.folder, "stamper.port")
        if os.path.exists(note):
            os.unlink(note)
        process = subprocess.Popen(["/usr/bin/python3", STAMPER, "--port", str(port), "--port-file", note, "--config",
                                    self.pki.path("stamp.cnf"), "--section", "authority", *faults])
        self.running.append(process)
        wait_for("the stamper", lambda: os.path.exists(note))
        with open(note) as file:
            return process, int(file.read())

    def end(self, process, number=signal.SIGTERM):
        process.send_signal(number)
        assert process.wait(20) == (0 if number == signal.SIGTERM and "notary" in process.args[0] else -number)

    def doctor(self):
        """{name: (well, sentence)}"""
        ran = subprocess.run([self.program("pliadm"), "--config", self.config, "--json", "doctor"], stdout=subprocess.PIPE, check=False)
        return {found["name"]: (found["well"], found["sentence"]) for found in json.loads(ran.stdout)}

    def metrics(self):
        """{name, or name:result: value}"""
        rows = json.loads(self.cluster.psql("select api.metrics_local()")[0])
        return {row["name"] + "".join(":" + value for value in row["labels"].values()): row["value"] for row in rows}

    def log(self):
        """Of the last notary."""
        with open(os.path.join(self.folder, f"notary-{self.logs}.log"), errors="replace") as file:
            return file.read()

    def facts(self, count):
        return [int(row) for row in self.cluster.psql(FACT.format(count=count))]

    def numbers(self, sql):
        return [int(row) for row in self.cluster.psql(sql)]

    def journal_keys(self, *more):
        shown = subprocess.run([self.program("pli-notary"), "--config", self.config, *more, "journal-key"], check=True, stdout=subprocess.PIPE)
        return shown.stdout.decode().split()

    def verify(self, path, *options):
        """`pli receipt verify`, with the office's own anchors and the journal's key unless others are given."""
        options = options or ("--journal-key", *self.journal_keys())
        return subprocess.run([self.program("pli"), "--json", "--lang", "en", "receipt", "verify", path, "--trust", self.pki.path("root.pem"), *options],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)

    def audit(self):
        return subprocess.run([self.program("pliadm"), "--config", self.config, "journal", "audit", "--journal-key", *self.journal_keys()],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)

    def number(self, sql):
        return int(self.cluster.psql("select " + sql)[0])

    def receipts(self, events):
        rows = self.cluster.psql("select encode(xml, 'hex') from pli.receipt where event in (%s) order by index" % ",".join(map(str, events)))
        return [bytes.fromhex(row) for row in rows]

    def wait_receipts(self, events, stamped=False):
        want = "event in (%s)" % ",".join(map(str, events)) + (" and stamped" if stamped else "")
        wait_for("receipts", lambda: self.number(f"count(*) from pli.receipt where {want}") == len(events), 60)
        return self.receipts(events)

    def assert_gapless(self):
        assert self.number("count(*) from pli.event_pending") == 0
        assert self.number("count(*) from pli.event") == self.number("count(*) from pli.journal") == self.number("count(*) from pli.receipt")
        assert self.number("coalesce(max(index) + 1, 0) - count(*) from pli.journal") == 0


@contextlib.contextmanager
def opened_office(environment=None, prepare=None):
    with tempfile.TemporaryDirectory(prefix="pli-notary-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        if prepare is not None:
            prepare(folder)
        built = Office(folder, environment)
        try:
            yield built.start()
        finally:
            built.destroy()


# ---- what a reader needs who has only the specifications ----

def field(receipt, name):
    return re.search(rf"<{name}>(.*?)</{name}>".encode(), receipt, re.S)[1]


def unescaped(text):
    for entity, plain in ((b"&lt;", b"<"), (b"&gt;", b">"), (b"&quot;", b'"'), (b"&#13;", b"\r"), (b"&amp;", b"&")):
        text = text.replace(entity, plain)
    return text


def root_of(leaves):
    """RFC 9162 2.1.1."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def root_from(index, size, leaf, proof):
    """RFC 9162 2.1.3.2, told from the leaf up by splitting the tree from the root down."""
    if size == 1:
        assert proof == []
        return leaf
    half = 1 << ((size - 1).bit_length() - 1)
    if index < half:
        return hashlib.sha256(b"\1" + root_from(index, half, leaf, proof[:-1]) + proof[-1]).digest()
    return hashlib.sha256(b"\1" + proof[-1] + root_from(index - half, size - half, leaf, proof[:-1])).digest()


def assert_checkpoint_signed(office, note, folder):
    text, signatures = note.rsplit(b"\n\n", 1)
    line = signatures.decode().rstrip("\n").split(" ")
    shown = subprocess.run([office.program("pli-notary"), "--config", office.config, "journal-key"], check=True, stdout=subprocess.PIPE)
    name, identifier, key = shown.stdout.decode().strip().split("+", 2)
    public = base64.b64decode(key)
    assert hashlib.sha256(name.encode() + b"\n" + public).digest()[:4].hex() == identifier
    assert line[:2] == ["\u2014", name] and base64.b64decode(line[2])[:4].hex() == identifier
    parts = {"text": text + b"\n", "signature": base64.b64decode(line[2])[4:], "key": bytes.fromhex("302a300506032b6570032100") + public[1:]}
    for part, data in parts.items():
        (folder / part).write_bytes(data)
    subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", folder / "key", "-rawin", "-in", folder / "text",
                    "-sigfile", folder / "signature"], check=True, stdout=subprocess.DEVNULL)


def assert_in_journal(receipt):
    leaf = hashlib.sha256(b"\0" + bytes.fromhex(field(receipt, "Salt").decode()) + unescaped(field(receipt, "Event"))).digest()
    proof = [bytes.fromhex(h.decode()) for h in re.findall(b"<Hash>(.*?)</Hash>", receipt)]
    _, size, root = field(receipt, "Checkpoint").split(b"\n")[:3]
    assert root_from(int(field(receipt, "Index")), int(size), leaf, proof) == base64.b64decode(root)


def assert_sealed(office, receipt, folder):
    (folder / "receipt.xml").write_bytes(receipt)
    subprocess.run(["xmllint", "--noout", "--nonet", "--schema", os.path.join(ROOT, "gateway", "formats", "receipt.xsd"), folder / "receipt.xml"],
                   check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["xmlsec1", "--verify", "--enabled-key-data", "x509", "--trusted-pem", office.pki.path("root.pem"), "--id-attr:Id",
                    "urn:pli:receipt:1:Receipt", "--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
                    folder / "receipt.xml"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def assert_stamped(office, receipt, folder):
    """The token is about the canonical SignatureValue (EN 319 132-1 5.3): its namespace declared, then its Id."""
    identifier, value = re.search(rb'<ds:SignatureValue Id="([^"]+)">([^<]*)</ds:SignatureValue>', receipt).groups()
    (folder / "value").write_bytes(b'<ds:SignatureValue xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="%s">%s</ds:SignatureValue>'
                                   % (identifier, value))
    (folder / "token").write_bytes(base64.b64decode(re.search(rb"EncapsulatedTimeStamp[^>]*>([^<]+)<", receipt)[1]))
    subprocess.run(["openssl", "ts", "-verify", "-data", folder / "value", "-in", folder / "token", "-token_in", "-CAfile",
                    office.pki.path("root.pem")], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
