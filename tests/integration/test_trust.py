"""`pli trust refresh` against a real HTTPS server: a list of lists, its national lists, and all that can go wrong with them."""
import json
import os
import subprocess

import pytest
from lists import Server, pointer, service, text, write
from pki import Pki

PLI = os.path.join(os.environ.get("PLI_BUILD", os.path.join(os.path.dirname(__file__), "..", "..", "build")), "pli")
COUNTRIES = ("FR", "BE", "ES")


class Europe:
    """A list of lists and three national ones, each with a signer of its own, served over TLS."""

    def __init__(self, pki, folder):
        self.pki, self.edition = pki, 1_700_000_000
        self.web, self.kept = os.path.join(folder, "web"), os.path.join(folder, "kept")
        os.makedirs(self.web)
        self.server = Server(self.web, self.pki.path("tls.pem"), self.pki.path("tls.key"))
        for country in COUNTRIES:
            self.publish(country, 5)
        self.lead(10)

    def publish(self, country, number, signer=None, due=30, as_name=None):
        content = text(country, number, services=[service(self.pki.path("root.pem"))], due=due)
        self.put(signer or country, (as_name or country) + ".xml", content)

    def lead(self, number, signer="EU"):
        pointers = [pointer(c, self.server.url(c + ".xml"), self.pki.path(f"list-{c}.pem")) for c in COUNTRIES]
        self.put(signer, "lotl.xml", text("EU", number, pointers, of_lists=True))

    def put(self, signer, name, content):
        """Each edition is a second younger than the one before, which is as finely as HTTP can tell."""
        path = os.path.join(self.web, name)
        write(PLI, self.pki, "list-" + signer, path, content)
        self.edition += 1
        os.utime(path, (self.edition, self.edition))

    def refresh(self, signers="EU"):
        """(exit status, rows by country, what was said on standard error)."""
        self.server.asked.clear()
        ran = subprocess.run([PLI, "--lang", "en", "--json", "trust", "refresh", "--lotl", self.server.url("lotl.xml"), "--signers",
                              self.pki.path(f"list-{signers}.pem"), "--ca", self.pki.path("root.pem"), "--output", self.kept],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        rows = json.loads(ran.stdout) if ran.stdout.startswith("[") else []
        return ran.returncode, {row["territory"]: row for row in rows}, ran.stderr

    def file(self, name):
        with open(os.path.join(self.kept, name), "rb") as file:
            return file.read()


@pytest.fixture(scope="module")
def authorities(tmp_path_factory):
    pki = Pki(str(tmp_path_factory.mktemp("europe") / "pki"))
    pki.make()
    for who in ("EU", "EU2", *COUNTRIES):
        pki.certify("list-" + who, "seal", "p256", f"/C=FR/O=Listes de confiance/CN={who}")
    return pki


@pytest.fixture
def europe(authorities, tmp_path):
    made = Europe(authorities, str(tmp_path))
    yield made
    made.server.stop()


def taken(rows):
    return {country: row["taken"] for country, row in rows.items()}


def test_lists_are_fetched_once_and_asked_about_afterwards(europe, tmp_path):
    status, rows, said = europe.refresh()
    assert status == 0, said
    assert taken(rows) == dict.fromkeys(COUNTRIES, True) and all(row["changed"] and row["number"] == 5 for row in rows.values())
    before = {name: os.stat(os.path.join(europe.kept, name)).st_ino for name in ("lotl.xml", "FR.xml", "BE.xml")}
    status, rows, _ = europe.refresh()
    assert status == 0 and not any(row["changed"] for row in rows.values()) and all(row["number"] == 5 for row in rows.values())
    assert {code for _, code in europe.server.asked} == {304}
    assert before == {name: os.stat(os.path.join(europe.kept, name)).st_ino for name in before}
    # What was kept is trust: a signature of one of its services' holders passes and is told for what it is.
    paper, signed = tmp_path / "a.txt", str(tmp_path / "a.asice")
    paper.write_text("Offre")
    key = ["--key", europe.pki.path("company-1.key"), "--certificate", europe.pki.path("company-1.pem")]
    subprocess.run([PLI, "sign", *key, "--output", signed, str(paper)], check=True, stdout=subprocess.DEVNULL)
    ran = subprocess.run([PLI, "--json", "verify", "--trust", europe.kept, signed], stdout=subprocess.PIPE)
    assert ran.returncode == 0 and json.loads(ran.stdout)["signatures"][0]["qualification"] == "ADESIG", ran.stdout


def test_one_list_replaced_lost_or_forged_leaves_the_others_and_itself_as_they_were(europe):
    assert europe.refresh()[0] == 0
    old = {country: europe.file(country + ".xml") for country in COUNTRIES}
    europe.publish("FR", 6)
    europe.publish("BE", 6, signer="ES")
    europe.server.faults["ES.xml"] = 503
    status, rows, _ = europe.refresh()
    assert status == 75 and taken(rows) == {"FR": True, "BE": False, "ES": False}
    assert rows["FR"]["number"] == 6 and rows["FR"]["changed"] and europe.file("FR.xml") != old["FR"]
    assert europe.file("BE.xml") == old["BE"] and europe.file("ES.xml") == old["ES"]
    assert "sign" in rows["BE"]["problem"] and "503" in rows["ES"]["problem"]
    europe.server.faults["ES.xml"] = "cut"
    europe.publish("BE", 4)
    status, rows, _ = europe.refresh()
    assert status == 75 and "number 4, older than number 5" in rows["BE"]["problem"], rows
    assert europe.file("BE.xml") == old["BE"] and europe.file("ES.xml") == old["ES"]
    assert sorted(name for name in os.listdir(europe.kept) if not name.startswith(".")) == ["BE.xml", "ES.xml", "FR.xml", "lotl.xml", "signers.pem"]
    europe.server.faults.clear()
    europe.publish("BE", 7)
    status, rows, _ = europe.refresh()
    assert status == 0 and rows["BE"]["number"] == 7


def test_a_list_under_anothers_name_is_refused(europe):
    europe.publish("BE", 6, signer="FR", as_name="FR")
    status, rows, _ = europe.refresh()
    assert status == 75 and not rows["FR"]["taken"] and "not announced for it" in rows["FR"]["problem"]
    assert not os.path.exists(os.path.join(europe.kept, "FR.xml"))


def test_a_list_that_is_overdue_is_taken_and_named(europe):
    europe.publish("ES", 6, due=-1)
    status, rows, _ = europe.refresh()
    assert status == 0 and rows["ES"]["taken"] and rows["ES"]["overdue"] and not rows["FR"]["overdue"]
    ran = subprocess.run([PLI, "--lang", "en", "trust", "refresh", "--lotl", europe.server.url("lotl.xml"), "--ca", europe.pki.path("root.pem"),
                          "--output", europe.kept], stdout=subprocess.PIPE, text=True)
    assert ran.returncode == 0 and "ES 6, its successor is overdue" in ran.stdout and "FR 5, unchanged" in ran.stdout, ran.stdout


def test_without_a_believable_list_of_lists_nothing_changes(europe):
    assert europe.refresh()[0] == 0
    old = {name: europe.file(name) for name in ("lotl.xml", "FR.xml")}
    europe.publish("FR", 6)
    europe.lead(11, signer="EU2")
    status, rows, said = europe.refresh()
    assert status not in (0, 75) and rows == {} and "list-refused" in said, (status, said)
    europe.server.faults["lotl.xml"] = 404
    status, rows, said = europe.refresh()
    assert status not in (0,) and rows == {} and "404" in said
    europe.server.stop()
    status, rows, said = europe.refresh()
    assert status != 0 and rows == {}
    assert {name: europe.file(name) for name in old} == old


def test_a_server_that_is_not_who_it_says_is_not_asked(europe):
    ran = subprocess.run([PLI, "trust", "refresh", "--lotl", europe.server.url("lotl.xml"), "--signers", europe.pki.path("list-EU.pem"),
                          "--ca", europe.pki.path("list-EU.pem"), "--output", europe.kept], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert ran.returncode != 0 and europe.server.asked == [] and not os.path.exists(os.path.join(europe.kept, "lotl.xml"))
