"""A notary killed between any two of its statements: what it had acknowledged is there, what it had not is done by the next, once."""
import tempfile

import pytest

from office import assert_in_journal, assert_sealed, opened_office
from stack import wait_for
from wire import Wire

STEPS_MOST = 60


@pytest.fixture(scope="module", name="office")
def _office():
    with opened_office() as built:
        yield built


@pytest.fixture(name="wire")
def _wire(office):
    with tempfile.TemporaryDirectory(prefix="pli-wire-", dir="/tmp") as folder:
        made = Wire(folder, office.cluster.socket)
        made.conninfo = f"host={folder} dbname=pli"
        yield made
        made.close()


def done(office):
    return office.number("count(*) from pli.event") == office.number("count(*) from pli.receipt")


@pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
def test_a_notary_that_dies_at_any_statement_loses_and_doubles_nothing(office, wire, answered, tmp_path):
    """Statement by statement: `before` the server has it, and `after` it is done but not heard of."""
    given = {}
    for step in range(1, STEPS_MOST):
        events = office.facts(3)
        kept = {int(row.split("\t")[0]): row for row in office.cluster.psql("select event, index, encode(sha256(xml), 'hex') from pli.receipt")}
        wire.arm(step, answered)
        wire.victim = office.notary(database=wire.conninfo)
        wait_for("its end, or its work's", lambda: wire.victim.poll() is not None or done(office), 30)
        survived = wire.victim.poll() is None
        wire.victim.kill()
        wire.victim.wait()
        assert kept.items() <= {int(row.split("\t")[0]): row for row in
                                office.cluster.psql("select event, index, encode(sha256(xml), 'hex') from pli.receipt")}.items(), "a receipt that was there has changed"
        given[step] = events
        if survived:
            break
    assert 10 < step < STEPS_MOST, "the steps were never all gone through"
    notary = office.notary()
    receipts = office.wait_receipts([event for events in given.values() for event in events])
    office.end(notary)
    office.assert_gapless()
    for receipt in receipts[::10]:
        assert_in_journal(receipt)
        assert_sealed(office, receipt, tmp_path)
    audit = office.audit()
    assert audit.returncode == 0, audit.stdout
