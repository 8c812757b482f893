"""The relay against the ministry's simulator: every fault of the line, of the State and of the relay itself, and each acte arrives once."""
import base64
import email
import email.policy
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import tempfile
import time

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
from cluster import Cluster  # noqa: E402
from pki import Pki  # noqa: E402
from stack import free_port, wait_for  # noqa: E402

BUILD = os.path.abspath(os.environ.get("PLI_BUILD") or os.path.join(ROOT, "build"))
SCHEMA = os.path.join(os.environ.get("PLI_DATA", os.path.join(ROOT, "..", "shared", "data")), "actes", "actesv1_1.xsd")
TOWNS = {"Saint-Exemple": "21060999100018", "Valmont": "21060998300017"}


class Line:
    """A database with two towns, and relays and ministries that a story starts and kills."""

    def __init__(self, folder):
        self.folder, self.running, self.serial = folder, [], 0
        self.pki = Pki(os.path.join(folder, "pki"))
        self.pki.make()
        self.cluster = Cluster(os.path.join(folder, "cluster"))
        self.cluster.create()
        self.cluster.start()
        self.cluster.psql("create database pli encoding 'UTF8'", database="postgres")
        subprocess.run([os.path.join(BUILD, "pliadm"), "--set", "database=" + self.cluster.conninfo, "migrate", "--sql", os.path.join(ROOT, "sql")],
                       check=True, stdout=subprocess.DEVNULL)
        self.filers = {town: self._enrol(town, siret) for town, siret in TOWNS.items()}

    def _enrol(self, town, siret):
        self.call("pli_admin", "body_enrol", {"siret": siret, "name": "Commune de " + town, "department": "006", "district": "1", "nature": "31"})
        return self.call("pli_admin", "party_enrol", {"name": "Secrétaire", "organisation": town, "siret": siret, "body": siret, "roles": ["filer"],
                                                      "certificate": base64.b64encode(os.urandom(200)).decode()})["id"]

    def call(self, user, function, *arguments):
        values = ", ".join("null" if value is None else "'" + (value if isinstance(value, str) else json.dumps(value)).replace("'", "''") + "'"
                           for value in arguments)
        rows = self.cluster.psql(f"select api.{function}({values})", user=user)
        return json.loads(rows[0]) if rows and rows[0] else None

    def file(self, town="Saint-Exemple", chunks=1, number=None, object="L'été à l'œuvre : 3 € — <école>"):
        """A submitted acte with one document of so many full chunks that do not compress."""
        self.serial += 1
        number, filer = number or f"R{self.serial}", self.filers[town]
        filing = self.call("pli_front", "filing_create", filer, {
            "kind": "acte", "number": number, "date": "2026-03-31", "nature": 1, "matter": "8.9.2", "object": object,
            "classification": "2019-08-29", "documents": [{"name": "délibération.pdf", "type": "99_DE"}]}, None)["id"]
        return self.submit(filer, filing, "délibération.pdf", chunks)

    def submit(self, filer, filing, name, chunks=1):
        """Sends the draft's one document and submits it."""
        place = self.call("pli_front", "filing_file_begin", filer, filing, name, "application/pdf")
        noise = "(select string_agg(sha256(int4send(n * 8192 + i)), '' order by i) from generate_series(1, 8192) i)"
        data = f"overlay({noise} placing convert_to('%PDF-1.7', 'UTF8') from 1 for 8)"
        self.cluster.psql(f"select count(api.chunk_put('{place['day']}', {place['content']}, n, sha256(d), d)) from generate_series(0, {chunks - 1}) n, "
                          f"lateral (select {data} as d) as made")
        digest = self.cluster.psql(f"select encode(sha256(string_agg(data, '' order by number)), 'hex') from pli.chunk where content = {place['content']}")[0]
        self.call("pli_front", "filing_file_finish", filer, filing, name, str(chunks * 262144), "\\x" + digest)
        self.call("pli_front", "filing_submit", filer, filing, {})
        return filing

    def state(self, filing):
        return self.cluster.psql(f"select state from pli.filing where id = '{filing}'")[0]

    def detail(self, filing):
        return json.loads(self.cluster.psql(f"select coalesce(detail, '{{}}') from pli.outbox where filing = '{filing}'")[0])

    def due_now(self):
        self.cluster.psql("update pli.outbox set due_at = clock_timestamp() where state = 'waiting'")

    # ---- programs ----
    def start(self, argv, log):
        with open(os.path.join(self.folder, log), "ab") as file:
            process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        self.running.append(process)
        return process

    def ministry(self, name, *faults, port=0):
        """Starts a ministry that keeps its archives under its name; its port."""
        place = os.path.join(self.folder, name)
        note = place + ".port"
        if os.path.exists(note):
            os.unlink(note)
        schema = ["--schema", SCHEMA] if os.path.exists(SCHEMA) else []
        process = self.start(["/usr/bin/python3", os.path.join(ROOT, "tests", "state", "ministry"), "--port", str(port), "--port-file", note,
                              "--certificate", self.pki.path("ministry.pem"), "--key", self.pki.path("ministry.key"), "--client-anchors",
                              self.pki.path("root.pem"), "--directory", place, "--answers", place + ".answers", *schema, *faults], name + ".log")
        wait_for(name, lambda: os.path.exists(note))
        with open(note) as file:
            process.port = int(file.read())
        return process

    def relay(self, main, rescue=None, log="relay.log", **options):
        address = "https://ministere.localhost:{}/actes"
        values = {"database": self.cluster.conninfo, "actes_url": address.format(main), "actes_certificate": self.pki.path("relay.pem"),
                  "actes_key": self.pki.path("relay.key"), "actes_anchors": self.pki.path("root.pem"), "relay_seconds": "1",
                  "relay_spool": self.folder, **options}
        if rescue:
            values["actes_rescue_url"] = address.format(rescue)
        argv = [os.path.join(BUILD, "pli-relay")]
        for name, value in values.items():
            argv += ["--set", f"{name}={value}"]
        return self.start(argv, log)

    def log(self, name):
        with open(os.path.join(self.folder, name + ".log"), errors="replace") as file:
            return file.read()

    def outcomes(self, name, act):
        return re.findall(rf"outcome=(\S+) act={act}\b", self.log(name)) if act else re.findall(r"archive=\S+ outcome=(\S+)", self.log(name))

    def stop_all(self):
        for process in self.running:
            process.kill()
            process.wait()
        self.running.clear()


@pytest.fixture(scope="module")
def made():
    with tempfile.TemporaryDirectory(prefix="pli-relay-") as folder:
        os.chmod(folder, 0o755)  # the database's user must reach its data
        line = Line(folder)
        try:
            yield line
        finally:
            line.stop_all()
            line.cluster.destroy()


@pytest.fixture
def line(made, request):
    """The line with nothing waiting; a story's programs end with it."""
    made.cluster.psql("update pli.outbox set state = 'done', lease_until = null where state <> 'done'")
    made.name = request.node.name.removeprefix("test_")[:40]
    yield made
    made.stop_all()


def sent(line, *filings):
    return all(line.state(filing) == "sent" for filing in filings)


def test_an_acte_arrives_as_the_norm_wants_it(line):
    ministry = line.ministry(line.name)
    line.relay(ministry.port)
    filing = line.file()
    wait_for("the acte sent", lambda: sent(line, filing), 20)
    detail = line.detail(filing)
    assert line.outcomes(line.name, detail["act"]) == ["accepted"], line.log(line.name)
    assert re.fullmatch(r"PLI-EACT--210609991--\d{8}-\d+\.tar\.gz", detail["archive"])
    kept = os.path.join(line.folder, line.name, detail["archive"])
    with tarfile.open(kept) as tar:
        names = tar.getnames()
    assert names == [detail["envelope"], detail["act"] + "-1-1_0.xml", "99_DE-" + detail["act"] + "-1-1_1.pdf"]
    assert os.path.getsize(kept) == detail["bytes"]
    parts = answers(line)
    assert len(parts) == 2 and any(name.startswith(detail["act"] + "-1-2_") for name in parts)


def answers(line):
    """The only mail's attachments by name; each valid by the State's schema where that is at hand."""
    folder = os.path.join(line.folder, line.name + ".answers", "new")
    (name,) = os.listdir(folder)
    with open(os.path.join(folder, name), "rb") as file:
        mail = email.message_from_binary_file(file, policy=email.policy.default)
    parts = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}
    for data in parts.values() if os.path.exists(SCHEMA) else ():
        subprocess.run(["xmllint", "--nonet", "--noout", "--schema", SCHEMA, "-"], input=data, check=True, capture_output=True)
    return parts


def test_the_states_acknowledgement_is_applied_once(line):
    ministry = line.ministry(line.name)
    line.relay(ministry.port)
    filing = line.file()
    wait_for("the acte sent", lambda: sent(line, filing), 20)
    act = line.detail(filing)["act"]
    (message,) = [data for name, data in answers(line).items() if name.startswith(act)]
    answer = {"kind": "received", "message": "1-2", "act": act, "siren": "210609991", "at": "2026-04-01"}
    first = line.call("pli_relay", "filing_answer", "actes", answer, "\\x" + message.hex())
    again = line.call("pli_relay", "filing_answer", "actes", answer, "\\x" + message.hex())
    assert line.state(filing) == "acknowledged" and not first["duplicate"] and again["duplicate"]


def test_a_notification_wakes_the_relay(line):
    ministry = line.ministry(line.name)
    line.relay(ministry.port, log=line.name + ".relay.log", relay_seconds="60")
    wait_for("the relay", lambda: "relay-active" in line.log(line.name + ".relay"))
    filing = line.file()
    wait_for("the acte sent", lambda: sent(line, filing), 10)


def test_the_rescue_address_is_used_when_the_main_one_is_away(line):
    ministry = line.ministry(line.name)
    line.relay(free_port(), ministry.port)
    filing = line.file()
    wait_for("the acte sent", lambda: sent(line, filing), 20)
    assert line.detail(filing)["url"] == "rescue"


@pytest.mark.parametrize("fault", ["--status=503", "--status=404", "--status=401", "--down"])
def test_a_state_in_trouble_is_asked_again_with_the_same_archive(line, fault):
    name = line.name.split("[")[0] + fault.replace("=", "")
    ministry = line.ministry(name, fault)
    relay = line.relay(ministry.port)
    filing = line.file()
    wait_for("a failed sending", lambda: line.detail(filing).get("reasons"), 20)
    first = line.detail(filing)
    assert line.state(filing) == "submitted" and first["reasons"][0]["code"] == "actes-unavailable"
    ministry.kill()
    ministry.wait()
    line.ministry(name, port=ministry.port)
    line.due_now()
    wait_for("the acte sent", lambda: sent(line, filing), 20)
    again = line.detail(filing)
    assert relay.poll() is None and (first["archive"], first["sha256"]) == (again["archive"], again["sha256"])


def test_a_refusal_ends_the_sending_and_keeps_the_states_words(line):
    ministry = line.ministry(line.name, "--status=400")
    line.relay(ministry.port)
    filing = line.file()
    wait_for("the refusal", lambda: line.state(filing) == "failed", 20)
    assert line.detail(filing)["text"].strip() == "Défaut simulé 400 é"


def test_a_relay_killed_while_sending_is_followed_by_one_that_sends_the_same(line):
    ministry = line.ministry(line.name, "--slow=2")
    relay = line.relay(ministry.port)
    filing = line.file()
    wait_for("the sending", lambda: line.state(filing) == "sending", 20)
    time.sleep(1)  # the archive is on its way: the ministry answers after two seconds
    relay.send_signal(signal.SIGKILL)
    relay.wait()
    line.relay(ministry.port)
    wait_for("the acte sent", lambda: sent(line, filing), 30)
    wait_for("both on record", lambda: len(line.outcomes(line.name, None)) == 2, 20)
    assert sorted(line.outcomes(line.name, None)) == ["accepted", "duplicate"]
    assert len(os.listdir(os.path.join(line.folder, line.name + ".answers", "new"))) == 1


def test_a_relay_asked_to_stop_while_sending_stops_at_once_and_loses_nothing(line):
    ministry = line.ministry(line.name, "--slow=30")
    relay = line.relay(ministry.port)
    filing = line.file()
    wait_for("the sending", lambda: line.state(filing) == "sending", 20)
    relay.send_signal(signal.SIGTERM)
    assert relay.wait(10) == 0
    ministry.kill()
    ministry.wait()
    other = line.ministry(line.name)
    line.relay(other.port)
    wait_for("the acte sent", lambda: sent(line, filing), 20)


def test_of_two_relays_one_works_and_the_other_takes_over(line):
    ministry = line.ministry(line.name)
    logs = [line.name + ".first", line.name + ".second"]
    first = line.relay(ministry.port, log=logs[0] + ".log")
    wait_for("the first", lambda: "relay-active" in line.log(logs[0]))
    line.relay(ministry.port, log=logs[1] + ".log")
    filings = [line.file() for _ in range(10)]
    wait_for("the actes sent", lambda: sent(line, *filings), 30)
    assert "relay-active" not in line.log(logs[1])
    first.kill()
    first.wait()
    filing = line.file()
    wait_for("the second one's acte", lambda: sent(line, filing), 20)
    assert line.outcomes(line.name, None) == ["accepted"] * 11


def test_a_broken_item_blocks_neither_its_body_nor_another(line):
    ministry = line.ministry(line.name)
    broken = line.file()
    line.cluster.psql(f"delete from pli.chunk where content = (select content from pli.filing_file where filing = '{broken}')")
    good = [line.file(), line.file("Valmont")]
    line.relay(ministry.port)
    wait_for("the good ones sent", lambda: sent(line, *good), 20)
    assert line.state(broken) == "submitted" and line.detail(broken)["reasons"][0]["code"] == "content-missing"


def test_bodies_take_turns(line):
    ministry = line.ministry(line.name)
    flood = [line.file() for _ in range(8)]
    one = line.file("Valmont")
    line.relay(ministry.port)
    wait_for("all sent", lambda: sent(line, one, *flood), 30)
    order = re.findall(r"act=006-(\d{9})-\d{8}-\w+-DE", line.log(line.name))
    assert "210609983" in order[:2], order


def test_an_unknown_server_or_another_key_gets_nothing(line):
    ministry = line.ministry(line.name)
    for option in ({"actes_anchors": line.pki.path("seal.pem")}, {"actes_pin": "sha256//" + base64.b64encode(bytes(32)).decode()}):
        relay = line.relay(ministry.port, **option)
        filing = line.file()
        wait_for("a failed sending", lambda: line.detail(filing).get("reasons"), 20)
        relay.kill()
        relay.wait()
    assert line.outcomes(line.name, None) == []


def test_the_right_pin_passes(line):
    ministry = line.ministry(line.name)
    key = subprocess.run(["openssl", "x509", "-in", line.pki.path("ministry.pem"), "-pubkey", "-noout"], check=True, capture_output=True).stdout
    der = base64.b64decode("".join(key.decode().splitlines()[1:-1]))
    digest = subprocess.run(["openssl", "dgst", "-sha256", "-binary"], input=der, check=True, capture_output=True).stdout
    line.relay(ministry.port, actes_pin="sha256//" + base64.b64encode(digest).decode())
    filing = line.file()
    wait_for("the acte sent", lambda: sent(line, filing), 20)


def test_a_hundred_mebibytes_pass_through_little_memory(line):
    ministry = line.ministry(line.name)
    filing = line.file(chunks=400)
    relay = line.relay(ministry.port)
    wait_for("the acte sent", lambda: sent(line, filing), 120)
    with open(f"/proc/{relay.pid}/status") as file:
        most = int(re.search(r"VmHWM:\s+(\d+)", file.read())[1]) // 1024
    assert line.detail(filing)["bytes"] > 100 * 1000 * 1000 and most < 64, most


@pytest.mark.parametrize("option", ["actes_url=", "actes_url=http://a.test/", "actes_trigram=PLIX", "actes_return_mail=a@b", "relay_spool=/nowhere"])
def test_a_wrong_configuration_is_refused_before_the_first_item(line, option):
    values = {"database": line.cluster.conninfo, "actes_url": "https://a.test/", "relay_spool": line.folder}
    name, _, value = option.partition("=")
    values[name] = value
    argv = [os.path.join(BUILD, "pli-relay")] + [word for key, text in values.items() for word in ("--set", f"{key}={text}")]
    ran = subprocess.run(argv, capture_output=True, text=True, timeout=20)
    assert ran.returncode in (73, 78) and "config-invalid" in ran.stderr or "file-unwritable" in ran.stderr, ran.stderr
