"""The seal's key in a PKCS#11 token (SoftHSM2): used there, missed when it is unplugged, found again without a person."""
import os
import shutil
import subprocess
import time

import pytest

from office import assert_in_journal, assert_sealed, opened_office
from stack import ROOT, wait_for

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
pytestmark = pytest.mark.skipif(not os.path.exists(MODULE) or shutil.which("softhsm2-util") is None, reason="SoftHSM2 is not installed")


@pytest.fixture(scope="module", name="office")
def _office():
    with opened_office() as built:
        built.drawer = os.path.join(built.folder, "drawer")
        tokens = os.path.join(built.drawer, "tokens")
        os.makedirs(tokens)
        with open(os.path.join(built.drawer, "softhsm2.conf"), "w") as file:
            file.write(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
        os.environ["SOFTHSM2_CONF"] = os.path.join(built.drawer, "softhsm2.conf")
        key = os.path.join(built.drawer, "key.pem")
        subprocess.run(["openssl", "pkcs8", "-topk8", "-nocrypt", "-in", built.pki.path("seal.key"), "-out", key], check=True)
        run = lambda *words: subprocess.run(["softhsm2-util", *words, "--pin", "4321"], check=True, stdout=subprocess.DEVNULL)
        run("--init-token", "--free", "--label", "Cachet", "--so-pin", "8765")
        run("--import", key, "--token", "Cachet", "--label", "cachet", "--id", "01")
        os.unlink(key)
        with open(os.path.join(built.drawer, "pin"), "w") as file:
            file.write("4321\n")
        yield built
        del os.environ["SOFTHSM2_CONF"]


def options(office, **more):
    return {"seal_key": f"pkcs11:token=Cachet;object=cachet?module-path={MODULE}", "seal_certificate": office.pki.path("seal.pem"),
            "seal_passphrase_file": os.path.join(office.drawer, "pin"), "seal_token_paths": office.drawer, **more}


def unplug(office):
    os.rename(os.path.join(office.drawer, "tokens"), os.path.join(office.drawer, "pocket"))
    os.makedirs(os.path.join(office.drawer, "tokens"))


def plug(office):
    os.rmdir(os.path.join(office.drawer, "tokens"))
    os.rename(os.path.join(office.drawer, "pocket"), os.path.join(office.drawer, "tokens"))


def test_a_seal_in_a_token_signs_receipts(office, tmp_path):
    notary = office.notary(**options(office))
    for receipt in office.wait_receipts(office.facts(70))[::10]:
        assert_sealed(office, receipt, tmp_path)
        assert_in_journal(receipt)
    office.end(notary)


def test_facts_stand_while_the_token_is_away_and_receipts_follow_by_themselves(office, tmp_path):
    unplug(office)
    notary = office.notary(**options(office))
    events = office.facts(5)
    wait_for("the journal", lambda: office.number("count(*) from pli.event_pending") == 0)
    time.sleep(1)
    assert office.receipts(events) == [] and "seal-away" in office.log()
    assert office.doctor()["receipts"] == (False, "5 journal entries have no receipt.")
    plug(office)
    for receipt in office.wait_receipts(events):
        assert_sealed(office, receipt, tmp_path)
    assert "seal-back" in office.log() and office.doctor()["receipts"][0]
    office.end(notary)
    office.assert_gapless()


def test_a_token_pulled_out_of_a_running_notary_is_noticed_and_found_again(office, tmp_path):
    notary = office.notary(**options(office))
    office.wait_receipts(office.facts(1))
    unplug(office)
    events = office.facts(3)
    wait_for("the journal", lambda: office.number("count(*) from pli.event_pending") == 0)
    wait_for("a word about it, or the token's memory of its key", lambda: "seal-away" in office.log() or office.receipts(events), 20)
    plug(office)
    for receipt in office.wait_receipts(events):
        assert_sealed(office, receipt, tmp_path)
    office.end(notary)
    office.assert_gapless()


def test_a_refused_pin_is_not_tried_again(office):
    wrong = os.path.join(office.drawer, "wrong")
    with open(wrong, "w") as file:
        file.write("0000\n")
    ran = subprocess.run([office.program("pli-notary"), "--config", office.config,
                          *(word for name, value in options(office, seal_passphrase_file=wrong).items() for word in ("--set", f"{name}={value}"))],
                         timeout=20, stderr=subprocess.PIPE, check=False)
    assert ran.returncode == 78 and b"token-pin-refused" in ran.stderr


# ---- a module that hangs or crashes ----

@pytest.fixture(scope="module", name="trouble")
def _trouble(office):
    """A module that behaves until the file `trouble` (it hangs) or `trouble.crash` (it crashes) is there."""
    module, trouble = os.path.join(office.drawer, "stuck_module.so"), os.path.join(office.drawer, "trouble")
    subprocess.run(["gcc", "-shared", "-fPIC", "-Wall", "-Werror", "-o", module, os.path.join(ROOT, "tests", "harness", "stuck_module.c")], check=True)
    os.environ["PLI_STUCK"] = trouble
    yield {"seal_key": f"pkcs11:token=Cachet;object=cachet?module-path={module}", "seal_seconds": "1"}, trouble
    del os.environ["PLI_STUCK"]


@pytest.mark.parametrize("kind", ["", ".crash"])
def test_a_module_that_hangs_or_crashes_does_so_alone(office, trouble, kind, tmp_path):
    changed, path = trouble
    notary = office.notary(**options(office, **changed))
    office.wait_receipts(office.facts(1))
    with open(path + kind, "w"):
        pass
    events = office.facts(70)
    wait_for("the journal", lambda: office.number("count(*) from pli.event_pending") == 0, 10)
    wait_for("a word about it", lambda: "seal-stuck" in office.log(), 20)
    assert office.receipts(events) == [] and notary.poll() is None
    wait_for("the doctor's word", lambda: not office.doctor()["seal"][0], 20)
    assert "does not answer" in office.doctor()["seal"][1] and office.metrics()["pli_notary_seal_ready"] == 0
    more = office.facts(3)  # and facts are still put in order
    wait_for("the journal", lambda: office.number("count(*) from pli.event_pending") == 0, 10)
    os.unlink(path + kind)
    for receipt in office.wait_receipts(events + more)[::20]:
        assert_sealed(office, receipt, tmp_path)
    wait_for("the doctor's word", lambda: office.doctor()["seal"][0], 20)
    assert "seal-back" in office.log() and office.metrics()["pli_notary_seal_ready"] == 1
    office.end(notary)
    office.assert_gapless()
    assert subprocess.run(["pgrep", "-s", str(os.getsid(0)), "-f", f"pli-notary.*{office.folder}"], stdout=subprocess.PIPE).stdout == b""
