"""Events, journal, receipts, feeds; the audit."""
import subprocess

from session import Session, refused
from world import leaf, tree_root, wait_until


def audit(world):
    ran = subprocess.run([world.program, "--set", f"database={world.cluster.conninfo}", "journal", "audit", "--no-receipts"], text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return ran.returncode, ran.stdout


def test_an_event_whose_transaction_stays_open_over_two_notary_runs_is_not_lost(world):
    consultation = world.publish()
    slow = Session(world.cluster, "pli_front")
    slow.sql("begin")
    early = world.deposit(consultation, "duval", session=slow)["event"]  # has the lower number, commits last
    first = world.deposit(consultation, "nord")["event"]
    assert early < first
    assert first in world.notarize()
    second = world.deposit(world.publish(), "nord")["event"]
    assert second in world.notarize()
    portal = world.front.call("receipts_after", world.party["portal"], -1, 1000)
    assert world.root.sql(f"select count(*) from pli.journal where event = {early}") == ["0"]
    slow.sql("commit")
    slow.close()
    assert world.notarize() == [early]
    more = world.front.call("receipts_after", world.party["portal"], portal["next"], 1000)["receipts"]
    assert [r["fact"] for r in more] == ["deposit.committed"]
    indexes = dict(row.split("|") for row in world.root.sql(f"select event, index from pli.journal where event in ({early}, {first}, {second})"))
    assert int(indexes[str(first)]) < int(indexes[str(second)]) < int(indexes[str(early)])


def test_the_journal_takes_true_leaves_in_order_from_one_notary(world):
    world.notarize()
    world.publish()
    pending = world.notary.call("event_pending", 10)
    size = world.notary.call("journal_state")["size"]
    good = [{"event": e["event"], "leaf": leaf(e).hex()} for e in pending]
    point = {"size": size + len(good), "root": "00" * 32, "note": "x"}
    refused("journal-other-notary", world.notary.call, "journal_append", size + 1, good, [], point)
    refused("journal-mismatch", world.notary.call, "journal_append", size, [good[0] | {"leaf": "00" * 32}], [], point | {"size": size + 1})
    refused("journal-mismatch", world.notary.call, "journal_append", size, good, [], point | {"size": size})
    refused("journal-mismatch", world.notary.call, "journal_append", size, [{"event": 10 ** 9, "leaf": "00" * 32}], [], point | {"size": size + 1})
    assert world.notary.call("journal_state")["size"] == size
    other = Session(world.cluster, "pli_notary")
    assert other.sql("select api.notary_lock()") == ["t"] and world.notary.sql("select api.notary_lock()") == ["f"]
    refused("journal-other-notary", world.notarize)
    world.leaves = world.leaves[:size]
    other.close()
    wait_until(lambda: world.root.sql("select count(*) from pg_locks l join pg_stat_activity a using (pid) where l.locktype = 'advisory' and a.usename = 'pli_notary'") == ["0"])
    assert world.notarize() == [e["event"] for e in pending]


def test_tiles_and_nodes_are_those_of_the_tree(world):
    consultation = world.publish()
    for _ in range(3):
        world.deposit(consultation)
    world.notarize()
    size = len(world.leaves)
    nodes = world.notary.call("journal_nodes", [[0, 0], [1, 0], [0, size - 1], [2, 0], [40, 7]])
    assert nodes == [world.leaves[0].hex(), tree_root(world.leaves[:2]).hex(), world.leaves[-1].hex(), tree_root(world.leaves[:4]).hex(), None]
    tile = bytes.fromhex(world.front.sql(f"select encode(api.journal_tile(0, 0, {min(size, 256)}), 'hex')")[0])
    assert tile == b"".join(world.leaves[:256])
    assert world.front.sql("select api.journal_tile(0, 99, 256) is null and api.journal_tile(2, 0, 1) is null and api.journal_tile(-1, 0, 1) is null") == ["t"]
    assert world.front.call("checkpoint_note").startswith(f"localhost/pli\n{size}\n")


def test_the_feed_stops_before_a_receipt_that_is_not_there(world):
    world.notarize()
    start = world.front.call("receipts_after", world.party["portal"], -1, 1000)["next"]
    consultation = world.publish()
    world.deposit(consultation)
    first, second = world.notarize(receipts=False)[-2:]
    assert world.front.call("receipts_after", world.party["portal"], start, 10) == {"receipts": [], "next": start, "more": False}
    world.put_receipts({second: b"<Receipt n='2'/>"})
    assert world.front.call("receipts_after", world.party["portal"], start, 10)["receipts"] == []
    assert [m["event"] for m in world.notary.call("receipt_missing", 10)] == [first]
    world.put_receipts({first: b"<Receipt n='1'/>"}, False)
    world.put_receipts({first: b"<Receipt n='other'/>"}, False)  # the first stays
    page = world.front.call("receipts_after", world.party["portal"], start, 1)
    assert [r["receipt"] for r in page["receipts"]] == ["<Receipt n='1'/>"] and page["next"] == page["receipts"][0]["index"]
    assert world.front.call("receipts_after", world.party["portal"], page["next"], 10)["receipts"][0]["receipt"] == "<Receipt n='2'/>"
    assert [r["event"] for r in world.notary.call("receipt_unstamped", 10)] == [first]
    world.put_receipts({first: b"<Receipt n='1' stamped='1'/>", second: b"<Receipt n='other'/>"}, function="receipts_stamp")  # the second has its own
    assert world.notary.call("receipt_unstamped", 10) == []
    assert world.front.call("receipt_show", world.party["auditor"], first)["receipt"] == "<Receipt n='1' stamped='1'/>"


def test_a_platform_is_fed_its_channels_and_departments_only(world):
    world.notarize()
    start = world.front.call("receipts_after", world.party["prefecture"], -1, 1000)["next"]
    world.publish()
    here, there = world.filing(), world.filing("filer2")
    for filing, who in ((here, "filer"), (there, "filer2")):
        world.front.call("filing_submit", world.party[who], filing["id"], {})
    world.notarize()
    fed = world.front.call("receipts_after", world.party["prefecture"], start, 100)
    assert len(fed["receipts"]) == 1 and fed["next"] == len(world.leaves) - 1
    assert len(world.front.call("receipts_after", world.party["portal"], start, 100)["receipts"]) == 3


def test_an_acknowledged_cursor_is_an_event(world):
    world.notarize()
    last = len(world.leaves) - 1
    done = world.front.call("cursor_acknowledge", world.party["portal"], last)
    assert world.root.sql(f"select name, fact from pli.event where id = {done['event']}") == ["ContentAccessTracking|cursor.acknowledged"]
    refused("cursor-unknown", world.front.call, "cursor_acknowledge", world.party["portal"], 10 ** 9)
    assert world.notarize() == [done["event"]]


def test_a_receipt_is_for_its_holder_his_body_and_the_auditor(world):
    consultation = world.publish()
    deposit = world.deposit(consultation)
    assert world.front.call("receipt_show", world.party["duval"], deposit["event"]) is None  # not yet
    world.notarize()
    for who in ("duval", "duval2", "auditor", "portal"):
        assert world.front.call("receipt_show", world.party[who], deposit["event"])["receipt"] == "<Receipt/>"
    for who in ("nord", "buyer", "buyer2", "prefecture"):
        refused("not-found", world.front.call, "receipt_show", world.party[who], deposit["event"])
    world.set_deadline(consultation, 0)
    world.front.call("opening_start", world.party["buyer"], consultation["id"])
    assert world.front.call("receipt_show", world.party["buyer"], deposit["event"]) is not None


def test_salts_are_all_different_and_the_text_is_stored_as_hashed(world):
    assert world.root.sql("select count(*) = count(distinct salt) from pli.event") == ["t"]
    assert world.root.sql("select count(*) from pli.journal j join pli.event e on e.id = j.event "
                          "where j.leaf <> sha256('\\x00'::bytea || e.salt || convert_to(e.text, 'UTF8'))") == ["0"]


def test_a_fact_calls_the_notary_and_a_receipt_calls_who_waits(world):
    world.notarize()
    listener = Session(world.cluster, "pli_front")
    listener.sql("listen event")
    listener.sql("listen receipt")
    event = world.deposit(world.publish(), "nord")["event"]
    world.notarize()
    heard = " ".join(listener.sql("select 1"))
    assert 'notification "event"' in heard and 'notification "receipt"' in heard and world.front.call("receipt_show", world.party["auditor"], event)["stamped"]
    listener.close()


def test_the_audit_recomputes_everything_and_names_the_first_row_that_differs(world):
    consultation = world.publish()
    for _ in range(5):
        world.deposit(consultation)
    world.notarize()
    status, said = audit(world)
    assert status == 0 and f"{len(world.leaves)} leaves" in said, said
    editor = Session(world.cluster, "postgres")
    editor.sql("set session_replication_role = replica")

    def changed(change, undo, *words):
        editor.sql(change)
        status, said = audit(world)
        editor.sql(undo)
        assert status != 0 and all(word in said for word in words), said
        assert audit(world)[0] == 0

    event = world.root.sql("select event from pli.journal where index = 3")[0]
    text = world.root.sql(f"select text from pli.event where id = {event}")[0].replace("'", "''")
    changed(f"update pli.event set text = text || ' ' where id = {event}", f"update pli.event set text = '{text}' where id = {event}", "index 3", f"event {event}")
    for table, column, where, words in (("journal", "leaf", "index = 2", ["index 2"]), ("journal_node", "hash", "level = 1 and index = 1", ["Node 1 of level 1"]),
                                        ("checkpoint", "root", "size = (select max(size) from pli.checkpoint)", [f"size {len(world.leaves)}"])):
        old = world.root.sql(f"select encode({column}, 'hex') from pli.{table} where {where}")[0]
        changed(f"update pli.{table} set {column} = sha256('x') where {where}", f"update pli.{table} set {column} = '\\x{old}' where {where}", *words)
    note = world.root.sql("select to_json(note) from pli.checkpoint order by size desc limit 1")[0]
    changed("update pli.checkpoint set note = replace(note, E'\\n', ' ') where size = (select max(size) from pli.checkpoint)",
            f"update pli.checkpoint set note = '{note}'::json #>> '{{}}' where size = (select max(size) from pli.checkpoint)", "note of the checkpoint")
    last = len(world.leaves) - 1
    row = world.root.sql(f"select event, encode(leaf, 'hex') from pli.journal where index = {last}")[0].split("|")
    changed(f"delete from pli.journal where index = {last}", f"insert into pli.journal (index, event, leaf) values ({last}, {row[0]}, '\\x{row[1]}')", "rows were taken out")
    editor.close()
