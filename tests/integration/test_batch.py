"""stamp_mode = batch: one token an interval, an evidence record in each receipt."""
import os
import subprocess
import time

import pytest

from evidence import root_and_token
from office import assert_in_journal, assert_sealed, field, opened_office


@pytest.fixture(scope="module", name="office")
def _office():
    with opened_office() as built:
        yield built


def assert_batch_stamped(office, receipt, folder):
    root, token = root_and_token(receipt)
    (folder / "token").write_bytes(token)
    subprocess.run(["openssl", "ts", "-verify", "-digest", root.hex(), "-in", folder / "token", "-token_in", "-CAfile",
                    office.pki.path("root.pem")], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_one_token_serves_all_receipts_of_an_interval(office, tmp_path):
    count = tmp_path / "count"
    stamper, port = office.stamper("--count", str(count))
    notary = office.notary(f"http://127.0.0.1:{port}/", stamp_mode="batch", stamp_interval=3)
    begun = time.monotonic()
    events = office.facts(301)
    office.wait_receipts(events)
    assert time.monotonic() - begun < 3 and not count.exists()  # they go out at once, and say so
    receipts = office.wait_receipts(events, stamped=True)
    assert count.read_text() == "."
    path = tmp_path / "receipt.xml"
    for receipt in [receipts[0], receipts[-1]] + receipts[7:300:29]:
        assert field(receipt, "TimeStamp") == b"pending"
        assert_sealed(office, receipt, tmp_path)
        assert_in_journal(receipt)
        assert_batch_stamped(office, receipt, tmp_path)
        path.write_bytes(receipt)
        verified = office.verify(path, "--stamp-trust", office.pki.path("root.pem"), "--journal-key", *office.journal_keys())
        assert verified.returncode == 0 and b"The evidence record's time-stamp is intact" in verified.stdout, verified.stdout
    alone = office.wait_receipts(office.facts(1), stamped=True)
    assert_batch_stamped(office, alone[0], tmp_path)
    assert count.read_text() == ".."
    office.end(notary)
    office.end(stamper)


def test_a_record_of_another_receipt_is_refused(office, tmp_path):
    stamper, port = office.stamper()
    notary = office.notary(f"http://127.0.0.1:{port}/", stamp_mode="batch", stamp_interval=1)
    first, second = office.wait_receipts(office.facts(2), stamped=True)
    property_of = lambda receipt: receipt[receipt.index(b"<e:Sealing"):receipt.index(b"</e:SealingEvidenceRecords>")]
    path = tmp_path / "receipt.xml"
    path.write_bytes(first.replace(property_of(first), property_of(second)))
    verified = office.verify(path, "--stamp-trust", office.pki.path("root.pem"), "--journal-key", *office.journal_keys())
    assert verified.returncode == 11
    office.end(notary)
    office.end(stamper)


def test_facts_go_on_while_a_long_batch_is_stamped_and_a_kill_loses_nothing(office, tmp_path):
    stamper, port = office.stamper()
    notary = office.notary()
    office.wait_receipts(office.facts(1500))
    office.end(notary)
    office.cluster.psql("update pli.receipt set stamped = false where stamped_at is null")
    for pause in (1.3, 1.8, 2.2):
        notary = office.notary(f"http://127.0.0.1:{port}/", stamp_mode="batch", stamp_interval=1)
        time.sleep(pause)
        begun = time.monotonic()
        office.wait_receipts(office.facts(3))
        assert time.monotonic() - begun < 2
        notary.kill()
        notary.wait()
    notary = office.notary(f"http://127.0.0.1:{port}/", stamp_mode="batch", stamp_interval=1)
    for receipt in office.wait_receipts(office.numbers("select id from pli.event"), stamped=True)[-1500::100]:
        assert_sealed(office, receipt, tmp_path)
        assert_batch_stamped(office, receipt, tmp_path)
    office.end(notary)
    office.end(stamper)


def test_a_mode_that_is_none_is_refused_at_the_start(office):
    ran = subprocess.run([office.program("pli-notary"), "--config", office.config, "--set", "stamp_mode=sometimes"], timeout=20,
                         stderr=subprocess.PIPE, check=False, env=os.environ)
    assert ran.returncode == 78 and b"stamp_mode" in ran.stderr
