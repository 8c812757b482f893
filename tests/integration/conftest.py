"""One gateway for all stories, made by the harness in a folder of its own; its logs are shown when a story fails."""
import datetime
import filecmp
import json
import os
import subprocess
import sys
import tempfile

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import papers  # noqa: E402
import stories  # noqa: E402
from stack import Stack, wait_for  # noqa: E402

LOGS = ("front", "edge", "notary", "relay", "postgresql")


@pytest.fixture(scope="session")
def stack():
    with tempfile.TemporaryDirectory(prefix="pli-check-") as folder:
        os.chmod(folder, 0o755)  # the database's user must reach its data
        built = Stack(os.path.join(folder, "set"), os.environ.get("PLI_BUILD"))
        try:
            yield built.start()
        finally:
            built.destroy()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    stories.logs_shown(item, outcome.get_result(), lambda names: [name for name in LOGS if name in names], 6000)


@pytest.fixture
def house(stack, tmp_path):
    return House(stack, tmp_path)


@pytest.fixture
def setting(stack):
    """Sets limits as the operator does, and sets them back."""
    before = {row["name"]: row["value"] for row in json.loads(stack.administer("--json", "setting", "list"))}
    changed = []

    def change(name, value):
        stack.administer("setting", "set", name, str(value))
        changed.append(name)
    yield change
    for name in changed:
        stack.administer("setting", "set", name, str(before[name]))


class House:
    """What the stories have in common: consultations, bids, openings."""

    def __init__(self, stack, folder):
        self.stack, self.folder = stack, folder
        self.serial = 0

    def at(self, *names):
        return os.path.join(self.folder, *names)

    def consultation(self, seconds=3600, quorum=2, **more):
        """A published consultation whose hour is `seconds` from now; `more` goes into its description."""
        self.serial += 1
        path = self.at(f"consultation-{self.serial}.json")
        with open(path, "w") as file:
            json.dump({"reference": f"T-{self.serial}-{os.urandom(4).hex()}", "title": "Fournitures de bureau", "object": "Fournitures",
                       "procedure": "MAPA", "deadline": (self.stack.now() + datetime.timedelta(seconds=seconds)).isoformat(),
                       "quorum": quorum, "envelopes": ["offre"], "members": self.stack.member_certificates(), **more}, file)
        created = json.loads(self.stack.pli("buyer", "--json", "consultation", "create", path).stdout)["id"]
        papers.pdf(self.at("reglement.pdf"), "Règlement")
        self.stack.pli("buyer", "consultation", "document", created, self.at("reglement.pdf"))
        self.stack.pli("buyer", "consultation", "publish", created)
        return created

    def end_now(self, consultation):
        """Moves the hour to the present, as nobody but the database's owner can: stories need not wait for it."""
        self.stack.cluster.psql(f"update pli.consultation set deadline = clock_timestamp() where id = '{consultation}'")

    def bid(self, who, consultation, size=300_000, name=None):
        """A signed and sealed bid: (folder of the envelope, the files that were signed)."""
        name = name or f"{who}-{os.urandom(3).hex()}"
        files = [papers.pdf(self.at(name + ".pdf"), "Mémoire technique", who), papers.archive(self.at(name + ".zip"), size)]
        self.stack.pli(who, "sign", "--key", self.stack.pki.path(who + ".key"), "--certificate", self.stack.pki.path(who + ".pem"),
                       "--output", self.at(name + ".asice"), *files)
        self.stack.pli(who, "seal", "--consultation", consultation, "--kind", "offre", "--output", self.at(name + ".pli"),
                       self.at(name + ".asice"))
        return self.at(name + ".pli"), files

    def deposit(self, who, consultation, envelope, **more):
        receipt = envelope + ".receipt.xml"
        ran = self.stack.pli(who, "deposit", "--consultation", consultation, "--receipt", receipt, envelope, **more)
        return receipt, ran

    def depositing(self, who, consultation, envelope, line, *more):
        """`pli deposit` under way over a line of its own; its words come in English on stdout."""
        return subprocess.Popen([self.stack.program("pli"), "--lang", "en", "deposit", "--consultation", consultation, "--receipt", envelope + ".xml",
                                 *more, envelope], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                env=self.stack.pli_environment(who, f"https://cert.localhost:{line.port}"))

    def begin(self, who, consultation, body=None):
        """A deposit opened by hand: its description."""
        return json.loads(self.stack.request("POST", f"/api/v1/consultations/{consultation}/deposits", who, body or {})[2])

    def stored(self, consultation):
        """How many chunks of deposits for this consultation are durable."""
        return int(self.stack.cluster.psql("select count(*) from pli.chunk k join pli.envelope e on e.day = k.day and e.content = k.content "
                                           f"join pli.deposit d on d.body = e.body and d.id = e.deposit where d.consultation = '{consultation}'")[0])

    def receipt(self, path):
        """What a receipt's event says."""
        return json.loads(self.stack.pli(None, "--json", "receipt", "show", path).stdout)

    def events(self, who):
        """All that the feed tells somebody."""
        rows, after = [], -1
        while True:
            page = json.loads(self.stack.request("GET", f"/api/v1/events?after={after}&limit=100", who)[2])
            rows += page["events"]
            if not page["events"]:
                return rows
            after = page["next"]

    def open(self, consultation, members=("member-1", "member-2")):
        for member in members:
            self.stack.pli(member, "open", consultation, "--key", self.stack.pki.path(member + ".key"))
        wait_for("the opening", lambda: self.opening(consultation)["state"] == "opened", 120)
        return self.opening(consultation)

    def opening(self, consultation):
        return json.loads(self.stack.pli("buyer", "--json", "opening", consultation).stdout)

    def assert_same(self, consultation, files):
        """What the buyer downloads after the opening is what was signed, byte for byte."""
        folder = self.at("opened-" + consultation[:8])
        self.stack.pli("buyer", "opening", consultation, "--output", folder)
        found = {name: os.path.join(place, name) for place, _, names in os.walk(folder) for name in names}
        for path in files:
            assert filecmp.cmp(path, found[os.path.basename(path)], shallow=False), f"{path} is not what was deposited"
