"""Outages around a deposit: a full disk, an authority that does not answer, a deaf antivirus, a clock that steps back, a certificate that ends.
What was acknowledged stands; what was not goes on without a person."""
import datetime
import os
import signal
import subprocess
import tempfile

import pytest

import clock
import mishap
from badline import BadLine
from conftest import House
from stack import Stack, wait_for


class Stopped:
    """A service that is there and does not answer, while the story is inside."""

    def __init__(self, stack, name):
        self.pid = stack.pid(name)

    def __enter__(self):
        os.kill(self.pid, signal.SIGSTOP)
        return self

    def __exit__(self, *_):
        os.kill(self.pid, signal.SIGCONT)


# ---- authorities ----

def stamped(house, path):
    return house.stack.pli(None, "receipt", "verify", path, "--trust", house.stack.pki.path("root.pem"), "--stamp-trust", house.stack.pki.path("root.pem"),
                           check=False).returncode == 0


def test_a_deposit_is_acknowledged_while_the_time_stamp_authority_is_deaf_and_stamped_later(stack, house):
    consultation = house.consultation()
    envelope, files = house.bid("company-1", consultation, 20_000)
    with Stopped(stack, "stamper"):
        receipt, _ = house.deposit("company-1", consultation, envelope)
        with open(receipt, "rb") as file:
            assert b"pending" in file.read()
        assert stack.pli(None, "receipt", "verify", receipt, "--trust", stack.pki.path("root.pem")).returncode == 0
    deposit = house.receipt(receipt)["subject"]["id"]

    def completed():
        with open(house.at("later.xml"), "wb") as file:
            file.write(stack.request("GET", f"/api/v1/deposits/{deposit}/receipt", "company-1")[2])
        return stamped(house, house.at("later.xml"))
    wait_for("the time-stamp", completed)
    house.end_now(consultation)
    house.open(consultation)
    house.assert_same(consultation, files)


def test_what_the_antivirus_has_not_seen_is_not_handed_out(stack, house):
    consultation = house.consultation()
    envelope, files = house.bid("company-1", consultation, 20_000)
    house.deposit("company-1", consultation, envelope)
    house.end_now(consultation)
    with Stopped(stack, "antivirus"):
        for member in ("member-1", "member-2"):
            process = subprocess.Popen([stack.program("pli"), "open", consultation, "--give-up", "1", "--key", stack.pki.path(member + ".key")],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=stack.pli_environment(member))
            wait_for("the member's share", lambda: int(stack.cluster.psql("select count(*) from pli.share s join pli.envelope e on e.body = s.body and e.id = s.envelope "
                                                                           f"join pli.deposit d on d.body = e.body and d.id = e.deposit where d.consultation = '{consultation}'")[0])
                     >= (1 if member == "member-1" else 2))
            process.kill()
            process.wait()
        states = {each["state"] for deposit in house.opening(consultation)["deposits"] for each in deposit["envelopes"]}
        assert "opened" not in states, states
    wait_for("the opening", lambda: house.opening(consultation)["state"] == "opened", 120)
    house.assert_same(consultation, files)


# ---- a certificate that ends ----

def certificate(stack, name, seconds):
    """Another certificate of company-1, which ends so many seconds from now."""
    pki = stack.pki
    pki.certify(name, "client", "p256", f"/C=FR/O=Menuiserie Duval SARL/CN={name}")
    if seconds is not None:
        with open(pki.path("ending.ext"), "w") as file:
            file.write("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n")
        subprocess.run(clock.faked(["openssl", "x509", "-req", "-in", pki.path(name + ".csr"), "-CA", pki.path("root.pem"), "-CAkey",
                        pki.path("root.key"), "-set_serial", "0x" + os.urandom(8).hex(), "-days", "1", "-extfile", pki.path("ending.ext"), "-out", pki.path(name + ".pem")], "-f", f"-{86400 - seconds}s"),
                       check=True, stderr=subprocess.DEVNULL)
    stack.administer("enrol", "party", "--name", name, "--organisation", "Menuiserie Duval SARL", "--siret", "90000000100017", "--roles", "company",
                     "--certificate", pki.path(name + ".pem"))
    return name


@pytest.mark.skipif(not clock.there(), reason="faketime is not installed")
def test_a_certificate_that_ends_in_the_middle_is_renewed_and_the_deposit_goes_on(stack, house):
    consultation = house.consultation()
    envelope, files = house.bid("company-1", consultation, 12_000_000)
    ending, renewed = certificate(stack, "duval-ending", 5), certificate(stack, "duval-renewed", None)
    with BadLine(stack.port) as line:
        line.rate = 300_000
        process = house.depositing(ending, consultation, envelope, line, "--give-up", "2", "--group", "1")
        wait_for("the first chunks", lambda: house.stored(consultation) > 2)
        end = datetime.datetime.fromisoformat(subprocess.run(["openssl", "x509", "-enddate", "-dateopt", "iso_8601", "-noout", "-in", stack.pki.path(ending + ".pem")],
                                                             stdout=subprocess.PIPE, text=True, check=True).stdout.strip().split("=")[1].replace("Z", "+00:00"))
        # Its last second is still its own.
        wait_for("the certificate's end", lambda: datetime.datetime.now(datetime.timezone.utc) > end + datetime.timedelta(seconds=1))
        line.cut()
        line.restore()
        line.rate = None
        said, _ = process.communicate(timeout=120)
        assert process.returncode != 0, said
        before, line.sent = house.stored(consultation), 0
        house.depositing(renewed, consultation, envelope, line).communicate(timeout=120)
        assert line.sent < 14_000_000 - before * 262172
    deposit = house.receipt(envelope + ".xml")["subject"]["id"]
    assert stack.cluster.psql(f"select count(*) from pli.deposit where consultation = '{consultation}'") == ["1"] and deposit
    house.end_now(consultation)
    house.open(consultation)
    house.assert_same(consultation, files)


# ---- the database's own disk and clock ----

class Fragile(Stack):
    """Its database lies on a small disk of its own, under a clock that the story sets."""

    def __init__(self, folder, build, step):
        super().__init__(folder, build)
        self.clock = clock.environment(step)

    def _service(self, name, argv):
        if name == "postgresql":  # the clock is shared by a user's processes: it is set once the server's user is on
            own = argv.index("--") + 1
            argv = [*argv[:own], "env", *(f"{key}={value}" for key, value in self.clock.items()), *argv[own:]]
        return super()._service(name, argv)


@pytest.fixture(scope="module", name="fragile")
def _fragile():
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    if not clock.there():
        pytest.skip("libfaketime is not installed")
    with tempfile.TemporaryDirectory(prefix="pli-fragile-") as folder:
        os.chmod(folder, 0o755)
        disk, step = os.path.join(folder, "set", "cluster"), os.path.join(folder, "step")
        clock.step(step, "+0")
        os.makedirs(disk)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m,mode=0755", "tmpfs", disk], stderr=subprocess.DEVNULL).returncode:
            pytest.skip("only root may mount a small disk")
        built = Fragile(os.path.join(folder, "set"), os.environ.get("PLI_BUILD"), step)
        try:
            yield built.start(), lambda words: clock.step(step, words)
        finally:
            built.destroy()
            subprocess.run(["umount", "-l", disk], check=True)


def test_a_full_disk_acknowledges_nothing_that_it_has_not_and_goes_on_when_there_is_room(fragile, tmp_path):
    stack, _ = fragile
    house = House(stack, tmp_path)
    consultation = house.consultation()
    small, small_files = house.bid("company-2", consultation, 20_000)
    envelope, files = house.bid("company-1", consultation, 20_000_000)
    ballast = os.path.join(stack.cluster.folder, "ballast")
    with BadLine(stack.port) as line:
        line.rate = 4_000_000
        process = house.depositing("company-1", consultation, envelope, line, "--group", "1")
        wait_for("a part of the bid", lambda: house.stored(consultation) > 8)
        with open(ballast, "wb", buffering=0) as file:
            wait_for("the disk to be full", lambda: mishap.fill(file) or line_stalls(stack, house, consultation))
            assert stack.request("POST", f"/api/v1/consultations/{consultation}/deposits", "company-2", {})[0] == 503
            assert process.poll() is None, "the company waits"
        os.unlink(ballast)
        line.rate = None
        output, _ = process.communicate(timeout=180)
    assert process.returncode == 0, output
    house.deposit("company-2", consultation, small)
    house.end_now(consultation)
    house.open(consultation)
    house.assert_same(consultation, files + small_files)
    stack.administer("journal", "audit")


def line_stalls(stack, house, consultation):
    """Nothing new can be stored: the database says so, or is away."""
    try:
        return stack.request("POST", f"/api/v1/consultations/{consultation}/deposits", "company-3", {})[0] == 503
    except OSError:
        return True


def test_a_clock_that_steps_back_an_hour_loses_no_deposit_and_the_doctor_says_it(fragile, tmp_path):
    stack, set_to = fragile
    house = House(stack, tmp_path)
    consultation = house.consultation(7200)
    envelope, files = house.bid("company-1", consultation, 3_000_000)
    second, more = house.bid("company-2", consultation, 20_000)
    third, others = house.bid("company-3", consultation, 20_000)
    before = house.deposit("company-2", consultation, second)[0]
    with BadLine(stack.port) as line:
        line.rate = 2_000_000
        process = house.depositing("company-1", consultation, envelope, line, "--group", "1", "--parallel", "1")
        wait_for("a part of the bid", lambda: house.stored(consultation) > 3)
        set_to("-1h")
        try:
            line.rate = None
            output, _ = process.communicate(timeout=120)
            assert process.returncode == 0, output
            assert house.receipt(envelope + ".xml")["late"] is False
            event = house.receipt(house.deposit("company-3", consultation, third)[0])
            assert event["late"] is False and event["received"] < house.receipt(before)["received"]
        finally:
            set_to("+0")
    with pytest.raises(RuntimeError, match="went back|recul"):
        stack.administer("doctor")
    stack.administer("journal", "audit")
    house.end_now(consultation)
    house.open(consultation)
    house.assert_same(consultation, files + more + others)
