"""Order and completeness of the journal: whatever transactions do to each other, and whichever notary dies, each fact has one index, none
is missing, and a fact that was committed before another one began stands before it."""
import os
import random
import signal
import subprocess
import tempfile
import threading
import time

import pytest

from office import Office
from stack import wait_for

FACT = """select rule.append(row(null::bigint, 'SubmissionAcceptance', 'deposit.committed', 'procurement', 'deposit', gen_random_uuid()::text, null::uuid)::rule.fact,
    '{"late": false}')"""


@pytest.fixture
def office():
    with tempfile.TemporaryDirectory(prefix="pli-order-") as folder:
        os.chmod(folder, 0o755)
        built = Office(folder)
        try:
            yield built.start()
        finally:
            built.destroy()


class Writer(threading.Thread):
    """One session: transactions of one to three facts, held open for a while, committed or taken back. What it saw: (begun, committed, events)."""

    def __init__(self, office, seed, turns):
        super().__init__()
        self.office, self.chance, self.turns = office, random.Random(seed), turns
        self.seen, self.undone = [], []

    def run(self):
        session = subprocess.Popen(["psql", "-X", "-q", "-At", "-h", self.office.cluster.socket, "-U", "postgres", "-d", "pli"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)

        def say(sql):
            session.stdin.write(sql + ";\n\\echo .\n")
            session.stdin.flush()
            rows = []
            while (line := session.stdout.readline().rstrip("\n")) != ".":
                rows.append(line)
            return rows

        say("set search_path = pli, pg_temp")
        for _ in range(self.turns):
            begun = time.monotonic()
            say("begin")
            events = []
            for _ in range(self.chance.randint(1, 3)):
                events += [int(row) for row in say(FACT)]
                if self.chance.random() < 0.3:
                    time.sleep(self.chance.choice([0.01, 0.1, 0.7]))
            back = self.chance.random() < 0.1
            say("rollback" if back else "commit")
            (self.undone if back else self.seen).append((begun, time.monotonic(), events))
        session.stdin.close()
        session.wait()
        session.stdout.close()


def test_no_interleaving_and_no_death_loses_doubles_or_misorders_a_fact(office):
    notaries = [connected(office), connected(office)]
    writers = [Writer(office, seed, 25) for seed in range(12)]
    for writer in writers:
        writer.start()
    takeovers = []
    for _ in range(3):
        time.sleep(0.8)
        holder = active(office)
        begun = time.monotonic()
        victim = next(n for n in notaries if n.pid == holder)
        office.end(victim, signal.SIGKILL)
        wait_for("another notary", lambda: active(office) not in (None, holder), 5)
        takeovers.append(time.monotonic() - begun)
        notaries.remove(victim)
        notaries.append(connected(office))
    for writer in writers:
        writer.join()
    wait_for("the last receipt", lambda: office.number("count(*) from pli.event") == office.number("count(*) from pli.receipt"), 60)
    for notary in notaries:
        office.end(notary)
    office.assert_gapless()
    assert max(takeovers) < 5, takeovers
    index = {int(event): int(place) for event, place in (row.split("\t") for row in office.cluster.psql("select event, index from pli.journal"))}
    facts = [fact for writer in writers for fact in writer.seen]
    assert set(index) == {event for _, _, events in facts for event in events}
    assert not set(index) & {event for writer in writers for _, _, events in writer.undone for event in events}
    by_commit = sorted(facts, key=lambda fact: fact[1])
    highest, done = -1, 0
    for begun, _, events in sorted(facts, key=lambda fact: fact[0]):
        while done < len(by_commit) and by_commit[done][1] < begun:
            highest = max(highest, max(index[event] for event in by_commit[done][2]))
            done += 1
        assert min(index[event] for event in events) > highest, "it began after that one was committed"


def sessions(office):
    return [int(pid) for pid in office.cluster.psql("select pid from pg_stat_activity where application_name = 'pli-notary' order by backend_start")]


def connected(office):
    """A notary that has its session: so the sessions' order is that of their processes."""
    before = sessions(office)
    notary = office.notary()
    wait_for("its session", lambda: set(sessions(office)) - set(before))
    return notary


def active(office):
    """The process that holds the notary's lock; None for none."""
    rows = office.cluster.psql("select a.pid from pg_locks l join pg_stat_activity a on a.pid = l.pid where l.locktype = 'advisory' and l.granted "
                               "and a.application_name = 'pli-notary' and l.objid::bigint = hashtextextended('pli notary', 0) & 4294967295")
    if not rows:
        return None
    return holder_of(office, int(rows[0]))


def holder_of(office, backend):
    """Of our notaries, the one whose session this backend serves."""
    started = sessions(office)
    alive = [process.pid for process in office.running if process.args[0].endswith("pli-notary") and process.poll() is None]
    return alive[started.index(backend)] if len(started) == len(alive) else None
