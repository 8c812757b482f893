"""A machine falls, a site burns, a version changes: what was acknowledged is there, and the gateway answers."""
import json
import os
import subprocess
import sys
import threading
import time

import pytest
from replicas import VOTERS
from resilience import Depositors
from stack import wait_for

ROLL = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "deploy", "ha", "roll")
# What "systemctl restart" does: ends each program, and is done when another one has taken its place.
RENEW = """
import os, sys, time
for path in sys.argv[1:]:
    old = open(path).read()
    os.kill(int(old), 15)
    while open(path).read() == old:
        time.sleep(0.05)
"""
COUNTS = "select (select count(*) from pli.event), (select count(*) from pli.deposit), (select count(*) from pli.receipt)"
RECOVERY = 30  # seconds: what the operator is promised (deploy/ha/patroni.yml: ttl)


@pytest.fixture
def depositors(stack):
    working = Depositors(stack)
    working.start(2)
    wait_for("acknowledged deposits", lambda: len(working.acknowledged) >= 3, 120)
    yield working
    working.stop()


def whole(stack):
    """All four nodes are there again and a standby is synchronous."""
    cluster = stack.cluster
    wait_for("the whole set", lambda: all(cluster.role(name) for name in (*VOTERS, "site-2")) and cluster.synchronous() != [], 120)


def audit(stack, conninfo=None):
    more = ["--set", "database=" + conninfo] if conninfo else []
    return subprocess.run([stack.program("pliadm"), "--config", stack.config, *more, "journal", "audit", "--journal-key",
                           stack.journal_key], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def asked(folder, sql):
    return subprocess.run(["psql", "-X", "-At", "-F", "\t", "-h", folder, "-U", "postgres", "-d", "pli", "-c", sql],
                          stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()


def test_the_client_s_own_address_is_known_behind_the_balancer(stack, depositors):
    acknowledged = depositors.stop()
    receipt = acknowledged[0][2]
    event = json.loads(stack.pli(None, "--json", "receipt", "show", receipt).stdout)
    addresses = {attempt["peer"]["address"].rsplit(":", 1)[0] for attempt in event["transfer"]}
    assert addresses == {"127.0.0.1"}, addresses
    depositors.check(acknowledged)


def test_the_primary_s_machine_falls_during_deposits_and_nothing_acknowledged_is_lost(stack, depositors):
    victim, before, began = stack.cluster.primary(), len(depositors.acknowledged), time.monotonic()
    stack.lose(victim)
    wait_for("another primary", lambda: stack.cluster.primary() not in (None, victim), RECOVERY)
    wait_for("deposits again", lambda: len(depositors.acknowledged) > before + 3, 120)
    recovered = depositors.recovered(began)
    depositors.check(depositors.stop())
    stack.found(victim)
    whole(stack)
    assert audit(stack).returncode == 0
    assert recovered < RECOVERY, f"{recovered:.1f} s"


def test_a_primary_gives_way_on_request_while_deposits_go_on(stack, depositors):
    cluster = stack.cluster
    old, before = cluster.primary(), len(depositors.acknowledged)
    said = subprocess.run(["patronictl", "-c", cluster.at(old, "patroni.yml"), "switchover", "pli", "--master", old, "--force"], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    assert "Successfully switched over" in said, said  # a refusal, too, ends with 0
    wait_for("another primary", lambda: cluster.primary() not in (None, old), RECOVERY)
    wait_for("deposits again", lambda: len(depositors.acknowledged) > before + 3, 120)
    depositors.check(depositors.stop())
    whole(stack)
    assert audit(stack).returncode == 0


def test_both_standbys_fall_and_nothing_is_acknowledged_until_one_is_back(stack, depositors):
    cluster = stack.cluster
    primary = cluster.primary()
    standbys = [name for name in VOTERS if name != primary]
    for name in standbys:
        stack.lose(name)
    waiting = "select count(*) from pg_stat_activity where wait_event = 'SyncRep'"
    wait_for("a commit that waits", lambda: cluster.psql(waiting, node=primary) != ["0"])
    before = len(depositors.acknowledged)
    stack.found(standbys[0])
    wait_for("deposits again", lambda: len(depositors.acknowledged) > before + 2, 120)
    assert cluster.role(standbys[0]) is not None and cluster.role(standbys[1]) is None
    stack.found(standbys[1])
    depositors.check(depositors.stop())
    whole(stack)


def test_one_of_three_witnesses_of_the_lease_falls_and_nobody_notices(stack, depositors):
    before, primary = len(depositors.acknowledged), stack.cluster.primary()
    stack.kill("etcd-node-3")
    wait_for("deposits", lambda: len(depositors.acknowledged) > before + 2, 60)
    assert stack.cluster.primary() == primary
    depositors.check(depositors.stop())


def test_a_new_version_of_the_fronts_is_rolled_out_without_a_failed_request(stack):
    answers, ending = [], threading.Event()

    def ask():
        while not ending.is_set():
            answers.append(stack.request("GET", "/api/v1/consultations")[0])

    asking = [threading.Thread(target=ask) for _ in range(2)]
    for thread in asking:
        thread.start()
    try:
        for number in ("1", "2"):
            seen = len(answers)
            subprocess.run([ROLL, stack.balancer_socket, "gateway/edge-" + number, sys.executable, "-c", RENEW,
                            *(stack.at("run", f"{program}-{number}.pid") for program in ("front", "edge"))], check=True)
            wait_for("answers after it", lambda: len(answers) > seen + 20, 60)
    finally:
        ending.set()
        for thread in asking:
            thread.join()
    assert set(answers) == {200}, {status: answers.count(status) for status in set(answers)}


def test_the_standby_notary_goes_on_where_the_active_one_died(stack, depositors):
    before = len(depositors.acknowledged)
    for name in ("notary-1", "notary-2"):
        os.kill(stack.pid(name), 9)
        wait_for("receipts", lambda: len(depositors.acknowledged) > before + 2, 60)
        before = len(depositors.acknowledged)
    depositors.check(depositors.stop())
    assert audit(stack).returncode == 0


def test_the_second_site_has_everything(stack, depositors):
    depositors.check(depositors.stop())
    count = "select (select count(*) from pli.event), (select count(*) from pli.receipt), (select count(*) from pli.chunk)"
    wait_for("the second site", lambda: stack.cluster.psql(count, node="site-2") == stack.cluster.psql(count), 60)


def test_the_database_is_restored_as_it_was_at_an_instant_and_its_journal_verifies(stack, depositors):
    cluster = stack.cluster
    cluster.backrest("--type=full", "backup")
    acknowledged = depositors.stop()
    # All of it, receipts too, before the instant; then a commit that must not be in what is restored.
    wait_for("every receipt", lambda: cluster.psql("select count(*) from pli.event e where not exists (select from pli.receipt r where r.event = e.id)") == ["0"])
    rows = cluster.psql(COUNTS)
    instant = cluster.psql("select clock_timestamp()")[0]
    # pgBackRest knows its backups' ends to the second.
    wait_for("the next second", lambda: cluster.psql(f"select clock_timestamp() >= date_trunc('second', timestamptz '{instant}') + '1 s'") == ["t"])
    instant = cluster.psql("select clock_timestamp()")[0]
    cluster.psql("update pli.party set name = 'harm done later'")
    segment = cluster.psql("select pg_walfile_name(pg_switch_wal())")[0]
    wait_for("the archive", lambda: cluster.psql(f"select last_archived_wal >= '{segment}' from pg_stat_archiver") == ["t"], 60)
    folder = cluster.restored(instant)
    try:
        conninfo = f"host={folder} dbname=pli"
        assert audit(stack, conninfo).returncode == 0, audit(stack, conninfo).stdout
        assert asked(folder, COUNTS) == rows
        assert asked(folder, "select count(*) from pli.party where name = 'harm done later'") == ["0"]
    finally:
        cluster.restored_end()
    depositors.check(acknowledged)
