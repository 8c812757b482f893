"""Ten thousand facts written at once, the real notary at work, and readers of both feeds at full speed: each sees all that is his, once,
in order. And a reader of little among much finds it by an index."""
import json
import subprocess
import threading

import pytest

from office import opened_office
from stack import wait_for

WRITERS, TRANSACTIONS = 10, 1000
PARTY = """insert into pli.party (name, organisation, siret, roles, channels, departments, certificate) values
    ('{name}', '{name}', {siret}, '{{{role}}}', {channels}, {departments}, '{name}') returning id"""
WRITE = """set search_path = pli, pg_temp; do $$ begin for i in 1..{count} loop
    perform rule.append(row(null::bigint, 'SubmissionAcceptance', 'deposit.committed', 'procurement', 'deposit', gen_random_uuid()::text, '{party}'::uuid)::rule.fact,
        '{{"late": false}}');
    if i % 100 = 0 then perform pg_sleep(0.05); end if; commit; end loop; end $$"""


@pytest.fixture(scope="module", name="office")
def _office():
    with opened_office() as built:
        yield built


def party(office, name, role, siret="null", channels="'{}'", departments="null"):
    return office.cluster.psql(PARTY.format(name=name, role=role, siret=siret, channels=channels, departments=departments))[0]


class Reader(threading.Thread):
    """One page after another, as fast as they come, in a session of the front's role."""

    def __init__(self, office, function, reader, member, wanted):
        super().__init__()
        self.office, self.function, self.reader, self.member, self.wanted = office, function, reader, member, wanted
        self.seen, self.polls, self.stop = [], 0, False

    def run(self):
        session = subprocess.Popen(["psql", "-X", "-q", "-At", "-h", self.office.cluster.socket, "-U", "pli_front", "-d", "pli"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        cursor = -1
        while len(self.seen) < self.wanted and not self.stop:
            session.stdin.write(f"select api.{self.function}('{self.reader}', {cursor}, 500);\n")
            session.stdin.flush()
            page = json.loads(session.stdout.readline())
            assert page["next"] >= cursor and all(row["index"] > cursor for row in page[self.member])
            self.seen += [row["index"] for row in page[self.member]]
            cursor, self.polls = page["next"], self.polls + 1
        session.stdin.close()
        session.wait()


def test_ten_thousand_facts_at_once_are_each_fed_once_in_order_by_the_real_notary(office):
    company = party(office, "Menuiserie Duval", "company", siret="'90000000100017'")
    state = party(office, "Plateforme", "state", channels="'{procurement}'")
    total = WRITERS * TRANSACTIONS
    readers = [Reader(office, "receipts_after", state, "receipts", total), Reader(office, "events_after", company, "events", total)]
    notary = office.notary()
    for reader in readers:
        reader.start()
    writers = [subprocess.Popen(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", office.cluster.socket, "-U", "postgres", "-d", "pli"], stdin=subprocess.PIPE, text=True)
               for _ in range(WRITERS)]
    for writer in writers:
        writer.stdin.write(WRITE.format(count=TRANSACTIONS, party=company).replace("; do", ";\ndo") + ";\n")
        writer.stdin.close()
    assert [writer.wait(120) for writer in writers] == [0] * WRITERS
    try:
        wait_for("the last receipt", lambda: office.number("count(*) from pli.receipt") >= total, 120)
        for reader in readers:
            reader.join(60)
    finally:
        for reader in readers:
            reader.stop = True
    office.end(notary)
    office.assert_gapless()
    there = office.numbers(f"select j.index from pli.journal j join pli.event e on e.id = j.event where e.party = '{company}' order by 1")
    assert len(there) == total
    for reader in readers:
        assert reader.seen == there, f"{reader.function}: {len(reader.seen)} of {total} in {reader.polls} polls"
        assert reader.polls > total / 500


def looks(office):
    """What PostgreSQL counted of the receipts: (rows read one after another, rows read by the readers' index)."""
    return tuple(office.numbers("select seq_tup_read from pg_stat_user_tables where relname = 'receipt' union all "
                                "select idx_tup_read from pg_stat_user_indexes where indexrelname = 'receipt_channel'"))


def test_a_reader_of_little_among_much_finds_it_by_an_index(office):
    """200,000 receipts of others; 5 actes of one department among them."""
    office.cluster.psql("""set session_replication_role = replica; with e as (insert into pli.event (body, at, name, fact, channel, subject_type, subject, department, salt, text)
        select null, now(), 'x', 'filing.submitted', case when i % 400 = 0 then 'actes' else 'procurement' end, 'filing', 'bulk',
        case when i % 40000 = 0 then '02A' else '075' end, sha256('x'), '{}' from generate_series(1, 200000) i returning id, channel, department),
        j as (select id, channel, department, (select coalesce(max(index), -1) from pli.journal) + row_number() over (order by id) as index from e),
        k as (insert into pli.journal (index, event, leaf) select index, id, sha256('x') from j)
        insert into pli.receipt (event, index, xml, stamped, channel, department) select id, index, '\\x3c'::bytea, true, channel, department from j""")
    office.cluster.psql("vacuum analyze pli.receipt")
    office.cluster.psql("analyze pli.event")
    office.cluster.psql("update pli.receipt_mark set index = (select max(index) + 1 from pli.journal)")
    little = party(office, "Préfecture", "state", channels="'{actes}'", departments="'{02A}'")
    before, page, rows = looks(office), {"next": -1, "more": True}, []
    while page["more"]:
        page = json.loads(office.cluster.psql(f"select api.receipts_after('{little}', {page['next']}, 100)")[0])
        rows += page["receipts"]
    wait_for("the statistics", lambda: looks(office)[1] > before[1])
    after = looks(office)
    assert len(rows) == 5 and page["next"] >= 199_999
    assert after[0] == before[0] and after[1] - before[1] < 2000, (before, after)
