"""The notary alone over a database: every fact gets its index and its receipt, whoever dies, lies or is late."""
import os
import signal
import subprocess
import threading
import time

import pytest

from office import (FACT, assert_checkpoint_signed, assert_in_journal, assert_sealed, assert_stamped, field,
                    opened_office, root_of, unescaped)
from stack import wait_for


@pytest.fixture(scope="module", name="office")
def _office():
    with opened_office() as built:
        yield built


# ---- the stories ----

def test_receipts_are_proved_by_other_peoples_code(office, tmp_path):
    stamper, port = office.stamper()
    notary = office.notary(f"http://127.0.0.1:{port}/")
    for receipt in office.wait_receipts(office.facts(20)):
        assert field(receipt, "TimeStamp") == b"included"
        assert_in_journal(receipt)
        assert_checkpoint_signed(office, unescaped(field(receipt, "Checkpoint")), tmp_path)
        assert_sealed(office, receipt, tmp_path)
        assert_stamped(office, receipt, tmp_path)
    office.end(notary)
    office.end(stamper)
    office.assert_gapless()


def test_every_checkpoint_is_the_root_of_its_leaves(office):
    notary = office.notary()
    for count in (1, 300, 7):
        office.wait_receipts(office.facts(count))
    office.end(notary)
    leaves = [bytes.fromhex(row) for row in office.cluster.psql("select encode(leaf, 'hex') from pli.journal order by index")]
    for row in office.cluster.psql("select size, encode(root, 'hex') from pli.checkpoint"):
        size, root = row.split("\t")
        assert root_of(leaves[:int(size)]).hex() == root


WORDS = {"--delay": "", "imprint": "STAMP_", "nonce": "STAMP_", "hour": "clock", None: "connect"}


@pytest.mark.parametrize("fault", [["--delay", "5"], ["--lie", "imprint"], ["--lie", "nonce"], ["--lie", "hour"], None])
def test_an_authority_that_fails_costs_the_stamp_for_a_while_and_not_the_receipt(office, fault, tmp_path):
    stamper, port = office.stamper(*(fault or []))
    if fault is None:
        office.end(stamper)
    notary = office.notary(f"http://127.0.0.1:{port}/")
    begun = time.monotonic()
    events = office.facts(5)
    receipts = office.wait_receipts(events)
    assert time.monotonic() - begun < 8
    assert all(field(receipt, "TimeStamp") == b"pending" and b"EncapsulatedTimeStamp" not in receipt for receipt in receipts)
    wait_for("the doctor's word", lambda: not office.doctor()["stamper"][0], 10)
    assert WORDS[fault and fault[fault[0] == "--lie"]] in office.doctor()["stamper"][1], office.doctor()["stamper"]
    values = office.metrics()
    assert values["pli_notary_stamper_ready"] == 0 and values["pli_receipts_unstamped"] >= 5
    assert values["pli_notary_stamps_total:refused" if fault and fault[0] == "--lie" else "pli_notary_stamps_total:unanswered"] > 0
    if fault is not None:
        office.end(stamper)
    stamper, _ = office.stamper(port=port)
    for receipt in office.wait_receipts(events, stamped=True):
        assert field(receipt, "TimeStamp") == b"pending"
        assert_sealed(office, receipt, tmp_path)
        assert_stamped(office, receipt, tmp_path)
    wait_for("the doctor's word", lambda: office.doctor()["stamper"][1].endswith(("answers in time.", "it has.")), 10)
    assert office.metrics()["pli_notary_stamper_ready"] == 1
    office.end(notary)
    office.end(stamper)


def test_a_slow_authority_is_waited_for_and_told_of(office, tmp_path):
    stamper, port = office.stamper("--delay", "0.7")
    notary = office.notary(f"http://127.0.0.1:{port}/")
    for receipt in office.wait_receipts(office.facts(2), stamped=True):
        assert_stamped(office, receipt, tmp_path)
    wait_for("the doctor's word", lambda: "is slow" in office.doctor()["stamper"][1], 10)
    assert office.metrics()["pli_notary_stamp_slowest_seconds"] >= 0.7
    office.end(notary)
    office.end(stamper)


def test_a_standby_takes_over_in_under_five_seconds(office):
    first = office.notary()
    office.wait_receipts(office.facts(3))
    second = office.notary()
    time.sleep(0.5)
    office.end(first, signal.SIGKILL)
    begun = time.monotonic()
    office.wait_receipts(office.facts(3))
    assert time.monotonic() - begun < 5
    office.end(second)
    office.assert_gapless()


def test_two_notaries_and_transactions_held_open_lose_and_double_nothing(office):
    notaries = [office.notary(), office.notary()]
    held = [f"begin; {FACT.format(count=5)}; select pg_sleep({seconds}); commit" for seconds in (0.3, 1.5, 0.9, 0.1, 2.2)]
    threads = [threading.Thread(target=office.cluster.psql, args=(sql,)) for sql in held]
    for thread in threads:
        thread.start()
        office.facts(30)
    for thread in threads:
        thread.join()
    wait_for("the last receipt", lambda: office.number("count(*) from pli.event") == office.number("count(*) from pli.receipt"), 60)
    for notary in notaries:
        office.end(notary)
    office.assert_gapless()


def test_a_notary_killed_at_any_instant_leaves_no_fact_without_receipt(office):
    office.facts(1000)
    for pause in (0.05, 0.12, 0.2, 0.3, 0.4):
        notary = office.notary()
        time.sleep(pause)
        office.end(notary, signal.SIGKILL)
    notary = office.notary()
    wait_for("the last receipt", lambda: office.number("count(*) from pli.event") == office.number("count(*) from pli.receipt"), 60)
    office.end(notary)
    office.assert_gapless()


def test_receipts_that_were_never_made_are_made(office, tmp_path):
    """As after a crash between the journal's transaction and the receipts': leaves are there, receipts are not."""
    notary = office.notary()
    events = office.facts(700)
    office.wait_receipts(events)
    office.end(notary)
    office.cluster.psql("delete from pli.receipt where index % 3 <> 0; update pli.receipt_mark set index = 0")
    notary = office.notary()
    for receipt in office.wait_receipts(events)[::50]:
        assert_in_journal(receipt)
        assert_sealed(office, receipt, tmp_path)
    office.end(notary)
    office.assert_gapless()


def test_a_database_that_goes_and_comes_is_waited_for(office):
    notary = office.notary()
    office.wait_receipts(office.facts(2))
    office.cluster.stop()
    time.sleep(1)
    office.cluster.start()
    office.wait_receipts(office.facts(2))
    office.end(notary)


def test_a_journal_of_another_key_is_not_gone_on_with(office):
    office.facts(1)
    other = os.path.join(office.folder, "other.pem")
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", other], check=True, stderr=subprocess.DEVNULL)
    size = office.number("count(*) from pli.journal")
    ran = subprocess.run([office.program("pli-notary"), "--config", office.config, "--set", f"journal_key={other}"], timeout=20,
                         stderr=subprocess.PIPE, check=False)
    assert ran.returncode == 70 and b"journal-mismatch" in ran.stderr
    assert office.number("count(*) from pli.journal") == size
