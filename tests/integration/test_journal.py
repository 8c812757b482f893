"""The journal before its judges: the audit finds every row that was edited, deleted, put in or moved, by whoever owns the database;
anybody else finds it from outside, by the C2SP specifications."""
import contextlib
import os
import subprocess
import tempfile

import pytest

from office import Office


@pytest.fixture(scope="module")
def office():
    with tempfile.TemporaryDirectory(prefix="pli-journal-") as folder:
        os.chmod(folder, 0o755)
        built = Office(folder)
        try:
            built.start()
            notary = built.notary()
            for count in (40, 1, 280, 30):
                built.wait_receipts(built.facts(count))
            built.end(notary)
            built.cluster.psql("set session_replication_role = replica; update pli.journal set at = at - interval '1 hour'")
            yield built
        finally:
            built.destroy()


def journal_key(office):
    return subprocess.run([office.program("pli-notary"), "--config", office.config, "journal-key"], check=True, stdout=subprocess.PIPE,
                          text=True).stdout.strip()


def audit(office, *arguments):
    ran = subprocess.run([office.program("pliadm"), "--config", office.config, "journal", "audit", *arguments], text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "LANG": "C"})
    return ran.returncode, ran.stdout


TABLES = ("event", "journal", "journal_node", "checkpoint", "receipt")


@contextlib.contextmanager
def tampered(office, sql):
    """As superuser, past every trigger and foreign key; undone afterwards."""
    copies = "".join(f"create table public.copy_{table} as select * from pli.{table};" for table in TABLES)
    back = "".join(f"delete from pli.{table}; insert into pli.{table} {'overriding system value' if table == 'event' else ''} select * from public.copy_{table};"
                   f"drop table public.copy_{table};" for table in TABLES)
    office.cluster.psql("begin; set local session_replication_role = replica;" + copies + sql + "; commit")
    try:
        yield
    finally:
        office.cluster.psql("begin; set local session_replication_role = replica;" + back + "commit")


def test_a_whole_journal_is_whole(office):
    status, said = audit(office)
    assert status == 0 and "351 leaves" in said and "351 receipts" in said and "--journal-key" in said, said
    status, said = audit(office, "--journal-key", journal_key(office))
    assert status == 0 and "not judged" not in said, said


SWAP = """create table public.pair as select * from pli.{table} where {key} in ({one}, {other});
          delete from pli.{table} where {key} in ({one}, {other});
          update public.pair set {key} = {one} + {other} - {key};
          insert into pli.{table} select * from public.pair; drop table public.pair"""
TAMPERINGS = {
    # event
    "event text edited": ("update pli.event set text = replace(text, 'prix', 'pris') where id = 100", "event 100"),
    "event salt edited": ("update pli.event set salt = sha256(salt) where id = 100", "event 100"),
    "event column edited": ("update pli.event set channel = 'actes' where id = 100", "column channel"),
    "event hour edited": ("update pli.event set at = at - interval '1 hour' where id = 7", "column at"),
    "event deleted": ("delete from pli.event where id = 100", "event 100 is gone"),
    "event put in": ("insert into pli.event overriding system value select 100000, body, at, name, fact, channel, subject_type, subject, party, company, "
                     "department, salt, text from pli.event where id = 5", "Event 100000 is not in the journal"),
    "events moved": (SWAP.format(table="event", key="id", one=10, other=11).replace("select * from public.pair;", "overriding system value select * from public.pair;"),
                     "not that of event"),
    # journal
    "leaf edited": ("update pli.journal set leaf = sha256(leaf) where index = 17", "index 17"),
    "leaf's event edited": ("update pli.journal set event = 100001 where index = 17", "index 17"),
    "leaf deleted": ("delete from pli.journal where index = 17", "index 17 is missing"),
    "last leaf deleted": ("delete from pli.journal where index = 350", "rows were taken out"),
    "last leaves, nodes, checkpoint and receipts deleted": (
        "delete from pli.receipt where index >= 321; delete from pli.journal where index >= 321; delete from pli.checkpoint where size > 321;"
        "delete from pli.journal_node where (index + 1) << level > 321", "is not in the journal"),
    "leaf put in": ("insert into pli.event overriding system value select 100000, body, at, name, fact, channel, subject_type, subject, party, company, "
                    "department, salt, text from pli.event where id = 5; insert into pli.journal select 351, 100000, leaf, at from pli.journal where event = 5",
                    "Node 175 of level 1"),
    "leaves moved": (SWAP.format(table="journal", key="index", one=30, other=31), "index 30"),
    # nodes
    "node edited": ("update pli.journal_node set hash = sha256(hash) where level = 3 and index = 2", "Node 2 of level 3"),
    "node deleted": ("delete from pli.journal_node where level = 2 and index = 5", "Node 5 of level 2"),
    "node put in": ("insert into pli.journal_node values (9, 0, sha256('x'))", "level 9"),
    "nodes moved": (SWAP.format(table="journal_node", key="index", one=4, other=5).replace("in (4, 5)", "in (4, 5) and level = 1"), "of level 1"),
    # checkpoint
    "checkpoint root edited": ("update pli.checkpoint set root = sha256(root) where size = 41", "size 41"),
    "checkpoint note edited": ("update pli.checkpoint set note = replace(note, E'\\n41\\n', E'\\n42\\n') where size = 41", "size 41"),
    "checkpoint signature edited": ("update pli.checkpoint set note = translate(note, 'abcdef', 'bcdefa') where size = 351", "351"),
    "checkpoint deleted": ("delete from pli.checkpoint where size = 41", "size 41"),
    "last checkpoint deleted": ("delete from pli.checkpoint where size = 351", "size 351"),
    "checkpoint put in": ("insert into pli.checkpoint select 400, root, note from pli.checkpoint where size = 351", "size 400"),
    "checkpoints moved": (SWAP.format(table="checkpoint", key="size", one=40, other=41), "size 4"),
    # receipt
    "receipt text edited": ("update pli.receipt set xml = convert_to(replace(convert_from(xml, 'UTF8'), 'prix', 'pris'), 'UTF8') where index = 50", "index 50"),
    "receipt seal edited": ("update pli.receipt set xml = convert_to(regexp_replace(convert_from(xml, 'UTF8'), '(<ds:SignatureValue[^>]*>\\s*)..', '\\1AA'), 'UTF8') "
                            "where index = 50", "index 50"),
    "receipt of nothing": ("update pli.receipt set xml = '\\x3c' where index = 50", "index 50"),
    "receipt deleted": ("delete from pli.receipt where index = 50", "index 50"),
    "last receipt deleted": ("delete from pli.receipt where index = 350", "index 350"),
    "receipt put in": ("insert into pli.receipt select 100000, 400, xml, stamped from pli.receipt where index = 50", "index 400"),
    "receipts moved": ("update pli.receipt a set xml = b.xml from pli.receipt b where a.index in (60, 61) and b.index = 121 - a.index", "index 60"),
    "receipt kept from its reader": ("update pli.receipt set channel = 'actes' where index = 50", "index 50"),
    "receipt rows moved": (SWAP.format(table="receipt", key="index", one=60, other=61), "index 60"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_the_audit_finds(office, name):
    sql, words = TAMPERINGS[name]
    with tampered(office, sql):
        status, said = audit(office, "--journal-key", journal_key(office))
        assert status == 70 and words in said, said
    assert audit(office, "--no-receipts")[0] == 0, "the tampering was not undone"


def test_a_journal_written_anew_by_its_owner_is_found_by_the_key_only_he_lacks(office):
    """Everything is recomputed over a changed event; only the signature of the checkpoints cannot be."""
    change = """update pli.event set text = replace(text, 'prix', 'pris') where id = (select event from pli.journal where index = 350);
        update pli.journal j set leaf = sha256('\\x00'::bytea || e.salt || convert_to(e.text, 'UTF8')) from pli.event e where e.id = j.event and j.index = 350;
        delete from pli.receipt where index = 350; update pli.journal set at = clock_timestamp() where index = 350"""
    with tampered(office, change):
        status, said = audit(office)
        assert status == 70 and "root" in said, said
    with tampered(office, "insert into pli.checkpoint select 350, c.root, n.note from pli.checkpoint c, pli.checkpoint n where c.size = n.size and c.size = 351"):
        assert "size 350" in audit(office)[1]
