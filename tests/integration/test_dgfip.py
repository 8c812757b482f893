"""PES to the DGFiP and back, over OpenSSH's sftp and over FTP with TLS: every shape of acquit, every fault of the line, of the State and
of the relay itself; each PES arrives once, each answer is applied once, and no file is in the way of the next."""
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
sys.path.insert(0, os.path.join(ROOT, "tests", "integration"))
import accounts  # noqa: E402
from dgfip_place import Ftps, Sftp  # noqa: E402
from stack import free_port, wait_for  # noqa: E402
from test_relay import BUILD, TOWNS, Line  # noqa: E402

CHUNK = 48 * 1024  # what one command line takes, in hexadecimal
SCHEMAS = os.path.join(os.environ.get("PLI_DATA", os.path.join(ROOT, "..", "shared", "data")), "pes", "schemas_pes_v5.17", "PES_V2")


class Coast(Line):
    """The relay's line with the DGFiP's folders, one set for each story."""

    def __init__(self, folder):
        super().__init__(folder)
        self.sftp = Sftp(os.path.join(folder, "sftp"), free_port())
        self.sftp.create()
        self.ftps = Ftps(os.path.join(folder, "ftps"), free_port(), self.pki.path("dgfip.pem"), self.pki.path("dgfip.key"))
        self.ftps.create()

    def shore(self, name):
        self.root = os.path.join(self.folder, name)
        for part in ("entree", "sortie", "rescue"):
            os.makedirs(os.path.join(self.root, part), exist_ok=True)

    def place(self, *names):
        return os.path.join(self.root, *names)

    def serve(self, kind="sftp", **more):
        if kind == "sftp":
            self.server = self.start(self.sftp.command(), "sshd.log")
            port, options = self.sftp.port, self.sftp.options(self.root)
        else:
            self.server = self.start(self.ftps.command(self.root, **more), "ftps.log")
            port, options = self.ftps.port, self.ftps.options(self.pki.path("root.pem"))
        wait_for(kind, lambda: listens(port))
        return options

    def state_office(self, *switches):
        return self.start(["/usr/bin/python3", os.path.join(ROOT, "tests", "state", "dgfip"), "--folder", self.root, "--poll", "0.2", *switches], self.name + ".dgfip.log")

    def pes_relay(self, options, **more):
        return self.relay(1, log=self.name + ".relay.log", **{"pes_half_seconds": "2", **options, **more})

    def file_pes(self, town="Saint-Exemple", name=None, attachments=(), code="123", size=None, label="Été à l'école"):
        """A submitted PES, as the front submits one."""
        self.serial += 1
        name, filer, siret = name or f"PES-{self.serial}-{os.urandom(3).hex()}.xml", self.filers[town], TOWNS[town]
        path = accounts.pes(os.path.join(self.folder, name), name, siret, code=code, label=label, bordereaux=((self.serial, 2, 2),),
                            attachments=[accounts.attachment(a, b"facture") for a in attachments], more="<!-- " + "x" * (size or 0) + " -->")
        with open(path, "rb") as file:
            data = file.read()
        filing = self.call("pli_front", "pes_create", filer, {"kind": "pes", "documents": [{"name": "comptes.xml"}]}, None)["id"]
        place = self.call("pli_front", "filing_file_begin", filer, filing, "comptes.xml", "application/xml")
        for n in range(0, len(data), CHUNK):
            chunk = data[n:n + CHUNK]
            self.call("pli_front", "chunk_put", place["day"], str(place["content"]), str(n // CHUNK), "\\x" + hashlib.sha256(chunk).hexdigest(), "\\x" + chunk.hex())
        self.call("pli_front", "filing_file_finish", filer, filing, "comptes.xml", str(len(data)), "\\x" + hashlib.sha256(data).hexdigest())
        facts = {"name": name, "type": "PESALR2", "post": "006111", "siret": siret, "code": code, "budget": "00", "label": label, "bordereaux": [], "attachments": list(attachments)}
        submitted = self.call("pli_front", "pes_submit", filer, filing, facts, {}, [])
        assert submitted["state"] == "submitted", submitted
        return filing

    def show(self, filing, town="Saint-Exemple"):
        return self.call("pli_front", "filing_show", self.filers[town], filing)

    def returns(self, town="Saint-Exemple"):
        return self.call("pli_front", "return_list", self.filers[town], None)["returns"]

    def office_log(self):
        with open(os.path.join(self.folder, self.name + ".dgfip.log"), errors="replace") as file:
            return file.read()

    def relay_log(self):
        with open(os.path.join(self.folder, self.name + ".relay.log"), errors="replace") as file:
            return file.read()

    def channel(self, name="pes"):
        return next(c for c in self.call("pli_admin", "channel_list") if c["name"] == name)

    def answered(self, filing, state="acknowledged", seconds=30):
        wait_for(f"the PES {state}", lambda: self.state(filing) == state, seconds)


def listens(port):
    import socket
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def made():
    with tempfile.TemporaryDirectory(prefix="pli-dgfip-") as folder:
        os.chmod(folder, 0o755)  # the database's user must reach its data
        coast = Coast(folder)
        try:
            yield coast
        finally:
            coast.stop_all()
            coast.cluster.destroy()


@pytest.fixture
def coast(made, request):
    """Nothing waits; a story's programs end with it."""
    made.cluster.psql("update pli.outbox set state = 'done', lease_until = null where state <> 'done'")
    made.cluster.psql("update pli.channel set paused_at = null, windows = '{}', hourly_bytes = null, report = '{}', test = null, test_wanted = null")
    made.stories = getattr(made, "stories", 0) + 1
    made.name = re.sub(r"\W+", "-", request.node.name.removeprefix("test_"))[:40] + f"-{made.stories}"
    made.shore(made.name)
    yield made
    made.stop_all()


@pytest.mark.parametrize("kind", ["sftp", "ftps"])
def test_a_pes_goes_to_the_dgfip_and_is_acquitted(coast, kind):
    options = coast.serve(kind)
    coast.state_office()
    coast.pes_relay(options)
    filing = coast.file_pes(attachments=["PJ-" + os.urandom(4).hex()])
    coast.answered(filing)
    shown = coast.show(filing)
    assert [step["state"] for step in shown["steps"]] == ["draft", "submitted", "sending", "sent", "acknowledged"]
    (name,) = os.listdir(coast.place("taken"))
    assert re.fullmatch(rf"PESALR2_{TOWNS['Saint-Exemple']}_\d{{6}}_\d{{3,}}\.xml", name) and coast.detail(filing)["archive"] == name
    with open(coast.place("taken", name), "rb") as file:
        assert hashlib.sha256(file.read()).hexdigest() == shown["files"][0]["sha256"] == coast.detail(filing)["sha256"]
    wait_for("the acquit deleted", lambda: os.listdir(coast.place("sortie")) == [])
    if kind == "ftps":
        with open(coast.place("site.log")) as file:
            assert file.read() == f"{name}\tP_DEST MHPCE11\tP_APPLI GHELPES2\tP_MSG PESALR2#123#006111#00\n"


@pytest.mark.parametrize("shape,where,word", [("line", ("100", "1"), "Compte fonction présent à tort"), ("piece", ("100", None), "Chorus Pro"), ("element", (None, None), "déjà reçu")])
def test_each_shape_of_a_refusal_is_told_in_french(coast, shape, where, word):
    coast.state_office("--refuse", shape, "--code-zero")
    coast.pes_relay(coast.serve())
    filing = coast.file_pes()
    coast.answered(filing, "refused")
    (answer,) = coast.show(filing)["answers"]
    (element,) = answer["detail"]["elements"]
    (error,) = element["errors"]
    assert (error.get("piece"), error.get("line")) == where and word in error["sentence"] and "refus" in error["sentence"]
    assert element["about"].startswith("Bordereau") and element["about"] in error["sentence"]
    assert answer["detail"]["text"] == "La DGFiP refuse 1 des 1 éléments du fichier."


def test_an_acquit_without_elements_is_a_receipt_only(coast):
    coast.state_office("--technical")
    coast.pes_relay(coast.serve())
    filing = coast.file_pes()
    coast.answered(filing)
    assert coast.show(filing)["answers"][0]["detail"]["elements"] == []


def test_every_fault_of_the_state_is_put_aside_and_the_answer_found(coast):
    coast.state_office("--duplicate", "--stranger", "--corrupt", "--code-zero", "--retour", "--ocre", "--nonacquit")
    coast.pes_relay(coast.serve("ftps"))
    before = len(coast.call("pli_admin", "quarantine_list"))
    filing = coast.file_pes()
    coast.answered(filing)
    wait_for("every answer taken", lambda: "left" in coast.office_log() and os.listdir(coast.place("sortie")) == [])
    assert len(coast.show(filing)["answers"]) == 1
    aside = coast.call("pli_admin", "quarantine_list")[before:]
    assert sorted(one["reason"]["code"] for one in aside) == ["answer-unmatched", "pes-malformed"]
    kinds = {one["kind"]: one for one in coast.returns()}
    assert set(kinds) >= {"retour", "ocre", "nonacquit"} and kinds["nonacquit"]["filing"] == filing
    assert kinds["retour"]["routing"] == {"line": 1, "candidates": 1} and kinds["retour"]["type"] == "PESRETOUR_DEP"


def test_a_file_half_written_is_not_read_by_halves(coast):
    coast.state_office("--half", "4")
    coast.pes_relay(coast.serve(), pes_half_seconds="60")
    filing = coast.file_pes()
    coast.answered(filing)
    assert "half" in coast.office_log() and "file-aside" not in coast.relay_log()


def test_a_site_command_that_is_refused_is_no_sending(coast):
    options = coast.serve("ftps", refuse="P_MSG")
    coast.state_office()
    coast.pes_relay(options)
    filing = coast.file_pes()
    wait_for("a refusal", lambda: coast.detail(filing).get("reasons"))
    assert coast.state(filing) == "submitted" and os.listdir(coast.place("entree")) == []
    assert "550" in coast.detail(filing)["text"]


def test_an_end_of_transfer_that_is_not_226_is_no_sending(coast):
    options = coast.serve("ftps", refuse="STOR")
    coast.pes_relay(options)
    filing = coast.file_pes()
    wait_for("a refusal", lambda: coast.detail(filing).get("reasons"))
    assert coast.state(filing) == "submitted" and coast.detail(filing)["reasons"][0]["code"] == "pes-unavailable"


def test_the_rescue_folder_takes_what_the_main_one_does_not(coast):
    options = coast.serve()
    options["pes_rescue_url"] = options["pes_url"].replace("/entree/", "/rescue/")
    options["pes_url"] = options["pes_url"].replace("/entree/", "/nowhere/")
    coast.pes_relay(options)
    filing = coast.file_pes()
    wait_for("the PES sent", lambda: coast.state(filing) == "sent")
    assert coast.detail(filing)["url"] == "rescue" and os.listdir(coast.place("rescue")) == [coast.detail(filing)["archive"]]


def test_a_host_key_that_is_not_the_pinned_one_gets_nothing(coast):
    options = coast.serve()
    coast.pes_relay({**options, "pes_host_key": "A" * 43})
    filing = coast.file_pes()
    wait_for("a refusal", lambda: coast.detail(filing).get("reasons"))
    assert os.listdir(coast.place("entree")) == []


def test_a_breaker_opens_and_heals_and_the_channel_of_actes_is_not_in_its_way(coast):
    options = coast.sftp.options(coast.root)
    ministry = coast.ministry(coast.name + "-ministry")
    coast.relay(ministry.port, log=coast.name + ".relay.log", **options)
    filings = [coast.file_pes() for _ in range(3)]
    acte = coast.file()
    wait_for("the acte sent", lambda: coast.state(acte) == "sent")
    wait_for("the channel down", lambda: coast.channel()["report"].get("state") == "down")
    down = coast.cluster.psql("select count(*) from pli.event where fact = 'channel.down'")
    assert int(down[0]) >= 1 and coast.channel("actes")["report"]["state"] == "up"
    coast.serve()
    coast.due_now()
    wait_for("the PES sent", lambda: (coast.due_now(), all(coast.state(f) == "sent" for f in filings))[1], 60)
    wait_for("the channel up", lambda: coast.channel()["report"]["state"] == "up")


def test_a_paused_channel_sends_nothing_until_it_is_resumed(coast):
    coast.pes_relay(coast.serve())
    admin("channel", "pause", "pes", "--reason", "maintenance de la DGFiP", coast=coast)
    filing = coast.file_pes()
    acte_free = coast.channel("actes")["closed"]
    wait_for("a report", lambda: coast.channel()["reported"] is not None)
    assert coast.channel()["closed"] == "paused" and coast.state(filing) == "submitted" and acte_free is None
    admin("channel", "resume", "pes", coast=coast)
    wait_for("the PES sent", lambda: coast.state(filing) == "sent")


def test_hours_and_the_hours_volume_close_a_channel(coast):
    coast.pes_relay(coast.serve())
    now = time.strftime("%H:%M", time.gmtime(time.time() + 5 * 3600)), time.strftime("%H:%M", time.gmtime(time.time() + 6 * 3600))
    admin("channel", "set", "pes", "--windows", f"{now[0]}-{now[1]}", coast=coast)
    filing = coast.file_pes()
    assert coast.channel()["closed"] == "outside-hours"
    admin("channel", "set", "pes", "--windows", "00:00-23:59,23:58-00:01", coast=coast)
    wait_for("the PES sent", lambda: coast.state(filing) == "sent")
    admin("channel", "set", "pes", "--hourly-bytes", "10", coast=coast)
    late = coast.file_pes()
    assert coast.channel()["closed"] == "volume"
    coast.cluster.psql("update pli.outbox set settled_at = settled_at - interval '2 hours' where channel = 'pes'")
    wait_for("an item larger than the volume sent", lambda: coast.state(late) == "sent")


def test_the_operator_tests_a_channel(coast):
    options = coast.serve()
    coast.pes_relay(options)
    said = json.loads(admin("--json", "channel", "test", "pes", coast=coast))
    assert said["test"]["well"] is True
    coast.server.kill()
    coast.server.wait()
    ran = subprocess.run([os.path.join(BUILD, "pliadm"), "--set", "database=" + coast.cluster.conninfo, "channel", "test", "pes"], stdout=subprocess.PIPE, text=True)
    assert ran.returncode != 0 and "pes_url" in ran.stdout


def admin(*words, coast):
    return subprocess.run([os.path.join(BUILD, "pliadm"), "--set", "database=" + coast.cluster.conninfo, *words], check=True, stdout=subprocess.PIPE, text=True).stdout


def test_one_siret_of_several_bodies_goes_to_one_by_the_written_rule(coast):
    shared = "26060999100" + f"{int.from_bytes(os.urandom(1), 'big'):03d}"
    for town in ("Valmont", "Saint-Exemple"):
        admin("enrol", "siret", "--body", TOWNS[town], "--siret", shared, coast=coast)

    def route(code="123"):
        return json.loads(coast.cluster.psql(f"set search_path = pli; set pli.body = '*'; select rule.siret_route('{shared}', '{code}', '00')")[-1])
    first = route()
    assert first["line"] == 4 and first["candidates"] == 2  # enrolled first: Valmont
    ids = {town: int(coast.cluster.psql(f"select id from pli.body where siret = '{siret}'")[0]) for town, siret in TOWNS.items()}
    assert first["body"] == ids["Valmont"]
    filing = coast.file_pes("Saint-Exemple")
    coast.cluster.psql(f"update pli.pes set siret = '{shared}' where filing = '{filing}'")
    assert (route()["line"], route()["body"]) == (2, ids["Saint-Exemple"])
    assert (route("777")["line"], route("777")["body"]) == (3, ids["Saint-Exemple"])


@pytest.mark.skipif(not os.path.isdir(SCHEMAS), reason="the State's schemas are not here")
def test_what_the_simulator_leaves_is_as_the_states_schemas_want_it(coast):
    coast.state_office("--retour", "--refuse", "line")
    coast.serve()
    path = accounts.pes(coast.place("entree", "PESALR2_X.xml"), "A.xml", TOWNS["Saint-Exemple"], attachments=[accounts.attachment("A1", b"x")])
    wait_for("the answers", lambda: len([n for n in os.listdir(coast.place("sortie")) if not n.endswith(".part")]) == 2)
    for name in os.listdir(coast.place("sortie")):
        schema = os.path.join(SCHEMAS, "RETOUR/Rev0/PES_Retour.xsd" if name.startswith("PES2R") else "Rev0/PES_V2_Acquit_Autonome_V2.xsd")
        subprocess.run(["xmllint", "--nonet", "--noout", "--schema", schema, coast.place("sortie", name)], check=True, capture_output=True)
    assert not os.path.exists(path)


@pytest.mark.parametrize("wait", [0.0, 0.1, 0.4])
def test_a_relay_killed_at_any_point_sends_nothing_twice_as_two(coast, wait):
    options = coast.serve()
    coast.state_office()
    filings = [coast.file_pes(size=300_000) for _ in range(4)]
    relay = coast.pes_relay(options)
    wait_for("a sending begun", lambda: any(coast.state(f) != "submitted" for f in filings))
    time.sleep(wait)  # another instant each time, nothing is waited for
    relay.send_signal(signal.SIGKILL)
    relay.wait()
    coast.pes_relay(options)
    for filing in filings:
        coast.answered(filing, seconds=60)
    assert "outcome=twice" not in coast.office_log() and "outcome=other" not in coast.office_log()
    assert coast.office_log().count("outcome=accepted") == 4
    wait_for("every answer taken", lambda: os.listdir(coast.place("sortie")) == [])


def test_two_relays_started_at_once_send_each_pes_once(coast):
    options = coast.serve()
    coast.state_office()
    for _ in range(2):
        coast.pes_relay(options)
    filings = [coast.file_pes(town) for town in ("Saint-Exemple", "Valmont") for _ in range(3)]
    for filing in filings:
        coast.answered(filing, seconds=60)
    log = coast.office_log()
    assert log.count("outcome=accepted") == 6 and "outcome=twice" not in log and "outcome=again" not in log
