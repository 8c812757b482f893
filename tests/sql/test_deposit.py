"""Deposits: resumable, whole or refused, late by the last byte, replaced by the next."""
import json
import threading

from session import Session, refused
from world import CHUNK, Envelope, sha256, wait_until


def event_text(world, number):
    return json.loads(world.root.sql(f"select text from pli.event where id = {number}")[0])


def test_a_deposit_in_chunks_is_committed_with_its_event(world):
    consultation = world.publish()
    opened = world.open_deposit(consultation)
    envelope = Envelope(consultation, (CHUNK, CHUNK, 500))
    place = world.front.call("envelope_admit", world.party["duval"], opened["id"], "offre", None, None)
    for number in (2, 0):
        world.front.call("chunk_put", place["day"], place["content"], number, sha256(envelope.chunks[number]), envelope.chunks[number])
    shown = world.front.call("deposit_show", world.party["duval"], opened["id"])
    assert shown["envelopes"][0]["arrived"] == [[0, 0], [2, 2]] and shown["state"] == "started"
    assert json.loads(refused("deposit-incomplete", world.front.call, "deposit_commit", world.party["duval"], opened["id"], None).detail) == [
        {"envelope": "offre", "manifest": True}]
    world.front.call("manifest_put", world.party["duval"], opened["id"], "offre", envelope.manifest, envelope.summary)
    assert json.loads(refused("deposit-incomplete", world.front.call, "deposit_commit", world.party["duval"], opened["id"], None).detail) == [
        {"envelope": "offre", "chunks": [1]}]
    world.front.call("chunk_put", place["day"], place["content"], 1, sha256(envelope.chunks[1]), envelope.chunks[1])
    world.front.call("transfer_record", world.party["duval"], opened["id"], "offre", {"first": 1, "count": 1, "outcome": "stored"})
    done = world.front.call("deposit_commit", world.party["duval"], opened["id"], "key")
    assert done["state"] == "committed" and done["late"] is False and done["event"] > 0
    assert world.front.call("deposit_commit", world.party["duval"], opened["id"], "key") == done
    fact = event_text(world, done["event"])
    assert fact["event"] == "SubmissionAcceptance" and fact["received"] == done["received"] and fact["late"] is False
    assert fact["depositor"]["organisation"] == "SARL duval" and fact["body"]["name"] == "Commune de Saint-Exemple"
    assert fact["consultation"]["title"] == consultation["title"] and fact["documents"][0]["name"] == "mémoire technique.pdf"
    assert fact["envelopes"][0]["digest"] == envelope.summary["digest"] and fact["envelopes"][0]["bytes"] == 2 * CHUNK + 500
    assert [t["outcome"] for t in fact["transfer"]] == ["opened", "stored"]


def test_nothing_is_written_after_the_commit(world):
    consultation = world.publish()
    deposit = world.deposit(consultation)
    envelope = Envelope(consultation)
    place = world.root.sql(f"select day, content from pli.envelope where deposit = '{deposit['id']}'")[0].split("|")
    refused("content-closed", world.front.call, "chunk_put", place[0], int(place[1]), 0, sha256(b"x"), b"x")
    refused("content-closed", world.front.call, "chunk_drop", place[0], int(place[1]), 0, 1)
    refused("deposit-closed", world.front.call, "envelope_admit", world.party["duval"], deposit["id"], "autre", None, None)
    refused("deposit-closed", world.front.call, "manifest_put", world.party["duval"], deposit["id"], "offre", envelope.manifest, envelope.summary)


def test_a_chunk_with_another_digest_is_refused_and_the_same_one_keeps_its_hour(world):
    consultation = world.publish()
    opened = world.open_deposit(consultation)
    place = world.front.call("envelope_admit", world.party["duval"], opened["id"], "offre", None, None)
    refused("digest-mismatch", world.front.call, "chunk_put", place["day"], place["content"], 0, sha256(b"a"), b"b")
    hour = f"select arrived_at from pli.chunk where content = {place['content']}"
    world.front.call("chunk_put", place["day"], place["content"], 0, sha256(b"a"), b"a")
    first = world.root.sql(hour)
    world.front.call("chunk_put", place["day"], place["content"], 0, sha256(b"a"), b"a")
    assert world.root.sql(hour) == first
    world.front.call("chunk_put", place["day"], place["content"], 0, sha256(b"b"), b"b")
    assert world.root.sql(hour) != first
    world.front.call("chunk_drop", place["day"], place["content"], 0, 1)
    assert world.root.sql(hour) == []


def test_a_manifest_of_another_consultation_commission_lot_or_kind_is_refused(world):
    consultation, other = world.publish(), world.publish()
    opened = world.open_deposit(consultation)
    good = Envelope(consultation).summary
    for wrong in ({"consultation": other["id"]}, {"lot": "7"}, {"kind": "facture"}, {"threshold": 1}, {"members": good["members"][::-1]},
                  {"members": good["members"][:2]}, {"digest": "00"}, {"chunks": None}):
        refused("manifest-mismatch", world.front.call, "manifest_put", world.party["duval"], opened["id"], "offre", b"<m/>", good | wrong)
    refused("envelope-name", world.front.call, "envelope_admit", world.party["duval"], opened["id"], "../offre", None, None)


def test_a_digest_or_size_that_is_not_the_manifests_is_refused_at_commit(world):
    consultation = world.publish()
    for wrong in ({"digest": "00" * 32}, {"plaintextSize": 71}):
        opened = world.open_deposit(consultation)
        envelope = Envelope(consultation)
        envelope.summary |= wrong
        world.send(opened, envelope)
        refusal = refused("deposit-incomplete", world.front.call, "deposit_commit", world.party["duval"], opened["id"], None)
        assert json.loads(refusal.detail) == [{"envelope": "offre", "digest": True}]


def test_every_kind_asked_for_is_needed_in_every_lot(world):
    consultation = world.publish(lots=[{"number": "1", "title": "Bois"}], envelopes=["candidature", "offre"])
    opened = world.open_deposit(consultation)
    world.send(opened, Envelope(consultation, lot="1"))
    refusal = refused("deposit-incomplete", world.front.call, "deposit_commit", world.party["duval"], opened["id"], None)
    assert json.loads(refusal.detail) == [{"kind": "candidature", "lot": "1"}]
    world.send(opened, Envelope(consultation, lot="1", kind="candidature"), "candidature")
    assert world.front.call("deposit_commit", world.party["duval"], opened["id"], None)["state"] == "committed"
    refused("manifest-mismatch", world.send, world.open_deposit(consultation), Envelope(consultation))  # which lot?


def test_an_empty_deposit_is_not_a_deposit(world):
    opened = world.open_deposit(world.publish())
    refused("deposit-incomplete", world.front.call, "deposit_commit", world.party["duval"], opened["id"], None)


def test_the_last_byte_decides_not_the_commit(world):
    consultation = world.publish()
    in_time, late = world.open_deposit(consultation), world.open_deposit(consultation, "nord")
    first, second = Envelope(consultation), Envelope(consultation)
    world.send(in_time, first)
    place = world.front.call("envelope_admit", world.party["nord"], late["id"], "offre", None, None)
    world.front.call("manifest_put", world.party["nord"], late["id"], "offre", second.manifest, second.summary)
    world.set_deadline(consultation, 0)
    world.front.call("chunk_put", place["day"], place["content"], 0, sha256(second.chunks[0]), second.chunks[0])
    assert world.front.call("deposit_commit", world.party["duval"], in_time["id"], None)["late"] is False
    done = world.front.call("deposit_commit", world.party["nord"], late["id"], None)
    assert done["late"] is True and done["started"] < done["deadline"] < done["received"]  # the copie de sauvegarde may count
    assert event_text(world, done["event"])["late"] is True
    after = world.deposit(consultation, "nord")
    assert after["late"] is True and after["started"] > after["deadline"]


def test_a_commit_after_the_opening_began_is_late(world):
    consultation = world.publish()
    opened = world.open_deposit(consultation)
    world.send(opened, Envelope(consultation))
    world.set_deadline(consultation, 0)
    world.front.call("opening_start", world.party["buyer"], consultation["id"])
    assert world.front.call("deposit_commit", world.party["duval"], opened["id"], None)["late"] is True


def test_a_later_deposit_of_the_same_company_replaces_the_former(world):
    consultation = world.publish()
    first = world.deposit(consultation)
    other = world.deposit(consultation, "nord")
    second = world.deposit(consultation, "duval2")  # another certificate of the same SIRET
    state = lambda d, who: world.front.call("deposit_show", world.party[who], d["id"])["state"]  # noqa: E731
    assert [state(first, "duval"), state(second, "duval"), state(other, "nord")] == ["replaced", "committed", "committed"]
    refused("step-refused", world.front.call, "deposit_withdraw", world.party["duval"], first["id"])


def test_a_late_deposit_does_not_take_the_place_of_one_in_time(world):
    consultation = world.publish()
    first = world.deposit(consultation)
    world.set_deadline(consultation, 0)
    late, later = world.deposit(consultation), world.deposit(consultation)
    states = [world.front.call("deposit_show", world.party["duval"], d["id"])["state"] for d in (first, late, later)]
    assert states == ["committed", "replaced", "committed"]


def test_a_deposit_for_one_lot_replaces_that_lot_only(world):
    consultation = world.publish(lots=[{"number": "1", "title": "Bois"}, {"number": "2", "title": "Aluminium"}])
    both = world.open_deposit(consultation)
    world.send(both, Envelope(consultation, lot="1"), "un")
    world.send(both, Envelope(consultation, lot="2"), "deux")
    world.front.call("deposit_commit", world.party["duval"], both["id"], None)
    world.deposit(consultation, lot="1")
    shown = world.front.call("deposit_show", world.party["duval"], both["id"])
    assert shown["state"] == "committed" and [(e["envelope"], e["state"]) for e in shown["envelopes"]] == [("deux", "sealed"), ("un", "replaced")]
    world.deposit(consultation, lot="2")
    assert world.front.call("deposit_show", world.party["duval"], both["id"])["state"] == "replaced"


def test_an_acknowledged_chunk_is_not_lost_to_a_later_request_that_is_broken(world):
    consultation = world.publish()
    opened = world.open_deposit(consultation)
    place = world.front.call("envelope_admit", world.party["duval"], opened["id"], "offre", None, None)
    at = (place["day"], place["content"])
    for number, data in ((0, b"a"), (1, b"b")):
        world.front.call("chunk_put", *at, number, sha256(data), data)
    world.front.call("chunks_settle", *at, 0, sha256(b"a") + sha256(b"b"))
    world.front.call("chunk_put", *at, 1, sha256(b"b"), b"b")
    refused("content-closed", world.front.call, "chunk_put", *at, 1, sha256(b"c"), b"c")
    world.front.call("chunk_put", *at, 2, sha256(b"c"), b"c")
    world.front.call("chunk_drop", *at, 0, 3)
    assert world.front.call("deposit_show", world.party["duval"], opened["id"])["envelopes"][0]["arrived"] == [[0, 1]]
    world.front.call("chunks_settle", *at, 0, sha256(b"a") + sha256(b"b"))
    refused("content-closed", world.front.call, "chunks_settle", *at, 1, sha256(b"b") + sha256(b"c"))
    world.front.call("chunk_put", *at, 2, sha256(b"d"), b"d")  # another request took its place meanwhile
    refused("content-closed", world.front.call, "chunks_settle", *at, 2, sha256(b"c"))


def test_a_deposit_is_withdrawn_until_the_deadline_only(world):
    consultation = world.publish()
    first, second = world.deposit(consultation), world.deposit(consultation, "nord")
    receipt = world.front.call("deposit_withdraw", world.party["duval"], first["id"])["event"]
    assert event_text(world, receipt)["withdrawn"] == first["event"]
    world.set_deadline(consultation, 0)
    assert world.front.call("deposit_withdraw", world.party["duval"], first["id"])["event"] == receipt  # the first answer again
    refused("withdrawal-after-deadline", world.front.call, "deposit_withdraw", world.party["nord"], second["id"])


def test_the_same_idempotency_key_opens_the_same_deposit(world):
    consultation = world.publish()
    opened = [world.front.call("deposit_open", world.party["duval"], consultation["id"], None, {"key": "once"})["id"] for _ in range(2)]
    assert opened[0] == opened[1]
    assert world.front.call("deposit_open", world.party["nord"], consultation["id"], None, {"key": "once"})["id"] != opened[0]


def test_the_start_is_never_later_than_now(world):
    consultation = world.publish()
    opened = world.front.call("deposit_open", world.party["duval"], consultation["id"], "2098-01-01T00:00:00Z", {})
    assert opened["started"] < "2098"


def test_a_chunk_that_is_being_written_is_waited_for_by_the_commit(world):
    consultation = world.publish()
    opened = world.open_deposit(consultation)
    envelope = Envelope(consultation)
    place = world.send(opened, envelope)
    writer, committer = Session(world.cluster, "pli_front"), Session(world.cluster, "pli_front")
    writer.sql("begin")
    writer.call("chunk_put", place["day"], place["content"], 5, sha256(b"stray"), b"stray")
    committer.start("deposit_commit", world.party["duval"], opened["id"], None)
    wait_until(lambda: world.root.sql("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%deposit_commit%'") == ["1"])
    writer.sql("commit")
    assert committer.finish()["envelopes"][0]["arrived"] == [[0, 0]]  # the stray one is gone
    refused("content-closed", writer.call, "chunk_put", place["day"], place["content"], 0, sha256(b"x"), b"x")
    writer.close()
    committer.close()


def test_eight_connections_commit_while_a_company_replaces_its_own(world):
    consultation = world.publish()
    for n in range(8):
        world.enrol(f"parallel{n}", f"9100000000{n:04d}", None, ["company"])
    failures, committed = [], []

    def work(n):
        session = Session(world.cluster, "pli_front")
        try:
            for turn in range(6):
                company = "duval" if turn % 2 else f"parallel{n}"
                committed.append((company, world.deposit(consultation, company, session=session)["id"]))
        except Exception as failure:
            failures.append(failure)
        session.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    states = dict(row.split("|") for row in world.root.sql(f"select id, state from pli.deposit where consultation = '{consultation['id']}'"))
    assert sum(states[d] == "committed" for c, d in committed if c == "duval") == 1
    assert sum(states[d] == "replaced" for c, d in committed if c == "duval") == 23
    assert sum(states[d] == "committed" for c, d in committed if c != "duval") == 8
    assert sorted(world.root.sql(f"select company from pli.standing where consultation = '{consultation['id']}' group by company having count(*) > 1")) == []


def test_a_chunk_finds_a_place_where_no_partition_was_made(world):
    consultation = world.publish()
    opened = world.open_deposit(consultation)
    place = world.front.call("envelope_admit", world.party["duval"], opened["id"], "offre", None, None)
    body = world.root.sql(f"select body from pli.content where id = {place['content']}")[0]
    other = world.root.sql(f"insert into pli.content (body, day, kind) values ({body}, '2031-01-01', 'envelope') returning id")[0]
    world.front.call("chunk_put", "2031-01-01", int(other), 0, sha256(b"x"), b"x")
    assert world.root.sql(f"select tableoid::regclass from pli.chunk where content = {other}") == ["pli.chunk_default"]
    world.admin.call("maintain")
    findings = {f["name"]: f["well"] for f in world.admin.call("doctor")}
    assert findings["default-partition"] is False and findings["partitions"] is True
    world.front.call("chunk_drop", "2031-01-01", int(other), 0, 1)
