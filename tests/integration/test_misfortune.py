"""What goes wrong around the notary: a full disk, a clock that steps, an authority past its end. Nothing acknowledged is lost,
nothing waits for ever, and it can be seen."""
import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time

import pytest

import clock
from office import assert_in_journal, assert_sealed, assert_stamped, field, opened_office
from stack import wait_for


# ---- a full disk ----

@pytest.fixture(name="small_disk")
def _small_disk(tmp_path):
    """An office whose cluster lies on a file system of its own, of 256 MB."""
    made = []

    def mount(folder):
        os.makedirs(folder)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256m,mode=0755", "tmpfs", folder], stderr=subprocess.DEVNULL, check=False).returncode:
            pytest.skip("only root may mount a small disk")
        made.append(folder)
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    yield mount
    for folder in made:
        subprocess.run(["umount", "-l", folder], check=True)
        shutil.rmtree(os.path.dirname(folder), ignore_errors=True)


def fill(path):
    """A file that takes all the room that is left."""
    with open(path, "wb", buffering=0) as file:
        for block in (1 << 20, 4096):
            try:
                while True:
                    file.write(b"\0" * block)
            except OSError:
                pass


def test_a_full_disk_refuses_facts_and_keeps_those_it_took(small_disk, tmp_path):
    with opened_office(prepare=lambda folder: small_disk(os.path.join(folder, "cluster"))) as office:
        notary = office.notary()
        taken = office.wait_receipts(office.facts(50)) and office.numbers("select id from pli.event")
        ballast = os.path.join(office.cluster.folder, "ballast")
        fill(ballast)
        refused = None
        for _ in range(400):
            try:
                taken += office.facts(50)
            except RuntimeError as problem:
                refused = str(problem)
                break
        assert refused is not None and re.search("No space left|connection|terminat|recovery|PANIC|shutting down", refused), refused
        assert notary.poll() is None
        with contextlib.suppress(RuntimeError, ValueError):  # the server may be down, not merely full: then that is what is said
            assert not office.doctor()["disk"][0], office.doctor()["disk"]
        os.unlink(ballast)
        office.cluster.restart()
        for receipt in office.wait_receipts(taken)[::100]:
            assert_sealed(office, receipt, tmp_path)
            assert_in_journal(receipt)
        office.wait_receipts(office.facts(3))
        wait_for("the doctor's word", lambda: office.doctor()["disk"][0], 20)
        wait_for("the report", lambda: office.metrics()["pli_notary_failures_total"] > 0, 20)
        office.end(notary)
        office.assert_gapless()


# ---- a clock that steps ----


def test_the_clock_goes_back_an_hour_and_the_order_holds(tmp_path):
    if not clock.there():
        pytest.skip("libfaketime is not installed")
    folder = tempfile.mkdtemp(prefix="pli-clock-", dir="/tmp")  # where the server's user reads too
    os.chmod(folder, 0o755)
    step = os.path.join(folder, "step")
    clock.step(step, "+0")
    fake = clock.environment(step)
    with opened_office(environment=fake) as office:
        notary = office.notary()
        before = office.wait_receipts(office.facts(3))
        assert office.doctor()["clock"][0]
        clock.step(step, "-1h")
        after = office.wait_receipts(office.facts(3))
        clock.step(step, "+1h")
        later = office.wait_receipts(office.facts(3))
        indexes = [int(field(receipt, "Index")) for receipt in before + after + later]
        hours = [field(receipt, "EventTime") for receipt in before + after + later]
        assert indexes == list(range(9))
        assert max(hours[3:6]) < min(hours[:3]) < min(hours[6:])  # as the clock told them
        for receipt in before + after + later:
            assert_sealed(office, receipt, tmp_path)
            assert_in_journal(receipt)
        well, sentence = office.doctor()["clock"]
        assert not well and "went back by up to" in sentence and "index 3" in sentence
        assert office.metrics()["pli_clock_back_seconds"] >= 3500
        office.end(notary)
        office.assert_gapless()
    shutil.rmtree(folder)


# ---- an authority past its end ----

def test_tokens_of_an_authority_whose_certificate_has_ended_are_not_taken(tmp_path):
    with opened_office() as office:
        ended, current = office.pki.path("stamp.pem"), str(tmp_path / "current.pem")
        shutil.copy(ended, current)
        subprocess.run(["openssl", "req", "-new", "-key", office.pki.path("stamp.key"), "-subj", "/C=FR/O=Passerelle/CN=Horodatage fini",
                        "-out", tmp_path / "csr"], check=True)
        (tmp_path / "ext").write_text("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                                      "extendedKeyUsage=critical,timeStamping\n")
        made = subprocess.run(clock.faked(["openssl", "x509", "-req", "-in", tmp_path / "csr", "-CA", office.pki.path("root.pem"), "-CAkey",
                               office.pki.path("root.key"), "-set_serial", "99", "-days", "365", "-extfile", tmp_path / "ext", "-out", ended], "2020-01-01"),
                              check=False, stderr=subprocess.DEVNULL) if clock.there() else None
        if made is None or made.returncode:
            pytest.skip("faketime is not installed")
        stamper, port = office.stamper()
        notary = office.notary(f"http://127.0.0.1:{port}/")
        events = office.facts(3)
        begun = time.monotonic()
        assert all(field(receipt, "TimeStamp") == b"pending" for receipt in office.wait_receipts(events))
        assert time.monotonic() - begun < 8 and "STAMP_UNTRUSTED" in office.log() and "stamper-away" in office.log()
        assert not office.doctor()["time-stamps"][0]
        shutil.copy(current, ended)
        for receipt in office.wait_receipts(events, stamped=True):
            assert_stamped(office, receipt, tmp_path)
        assert office.doctor()["time-stamps"][0]
        office.end(notary)
        office.end(stamper)
