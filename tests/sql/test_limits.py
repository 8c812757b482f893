"""Limits on what is open at once, deposits that are given up or forgotten, rehearsals, the platform's health."""
import datetime
import hashlib
import json

from session import refused
from world import CHUNK, Envelope, sha256


def event(world, number):
    return json.loads(world.root.sql(f"select text from pli.event where id = {number}")[0])


def setting(world, name, value):
    return world.admin.call("setting_set", {"name": name, "value": str(value)})["before"]


def admit(world, deposit, first, size, company="duval", name="offre"):
    return world.front.call("chunks_admit", world.party[company], deposit["id"], name, first, size)


def test_a_company_opens_so_many_deposits_and_no_more(world):
    consultation = world.publish()
    before = setting(world, "company-deposits", 3)
    try:
        opened = [world.open_deposit(consultation) for _ in range(3)]
        assert refused("quota-deposits", world.open_deposit, consultation).detail.startswith("Your company has 3 unfinished")
        world.open_deposit(consultation, "nord")
        world.front.call("deposit_abandon", world.party["duval"], opened[0]["id"])
        world.open_deposit(consultation)
    finally:
        setting(world, "company-deposits", before)


def test_what_is_announced_counts_not_what_came(world):
    consultation = world.publish()
    before = setting(world, "company-bytes", 40 * CHUNK)
    try:
        opened = world.open_deposit(consultation)
        admit(world, opened, 0, 8 * CHUNK)
        admit(world, opened, 32, 8 * CHUNK)
        admit(world, opened, 4, 8 * CHUNK)  # within what is reserved already
        refused("quota-bytes", admit, world, opened, 33, 8 * CHUNK)
        refused("quota-bytes", admit, world, opened, 0, 1, "duval", "candidature")
        refused("quota-bytes", admit, world, world.open_deposit(consultation), 0, 1)
        admit(world, world.open_deposit(consultation, "nord"), 0, 30 * CHUNK, "nord")
        assert world.root.sql(f"select reserved from pli.deposit where id = '{opened['id']}'") == [str(40 * CHUNK)]
    finally:
        setting(world, "company-bytes", before)


def test_a_consultation_holds_so_much_and_no_more(world):
    consultation = world.publish()
    before = setting(world, "consultation-bytes", 10 * CHUNK)
    try:
        admit(world, world.open_deposit(consultation), 0, 8 * CHUNK)
        refused("quota-bytes", admit, world, world.open_deposit(consultation, "nord"), 0, 3 * CHUNK, "nord")
    finally:
        setting(world, "consultation-bytes", before)


def test_what_is_committed_counts_no_more(world):
    consultation = world.publish()
    before = setting(world, "company-bytes", 5 * CHUNK)
    try:
        for _ in range(3):
            opened, envelope = world.open_deposit(consultation), Envelope(consultation, (CHUNK, CHUNK))
            admit(world, opened, 0, 4 * CHUNK)
            world.send(opened, envelope)
            world.front.call("deposit_commit", world.party["duval"], opened["id"], None)
    finally:
        setting(world, "company-bytes", before)


def test_settings_keep_their_bounds(world):
    assert {row["name"] for row in world.admin.call("setting_list")} >= {"company-bytes", "expiry-hours"}
    for value in ("0", "-1", "many", "999999999999999999999"):
        refused("json-malformed", world.admin.call, "setting_set", {"name": "expiry-hours", "value": value})
    refused("not-found", world.admin.call, "setting_set", {"name": "nothing", "value": "1"})
    refused("42501", world.front.call, "setting_set", {"name": "expiry-hours", "value": "1"})


def test_a_deposit_given_up_leaves_its_description_and_no_byte(world):
    consultation = world.publish()
    opened, envelope = world.open_deposit(consultation), Envelope(consultation, (CHUNK, 100))
    place = world.send(opened, envelope)
    world.front.call("chunk_drop", place["day"], place["content"], 1, 1)
    number = world.front.call("deposit_abandon", world.party["duval"], opened["id"])["event"]
    fact = event(world, number)
    assert fact["fact"] == "deposit.abandoned" and fact["reasons"][0]["code"] == "given-up"
    remains = fact["envelopes"][0]
    assert remains["bytes"] == CHUNK and remains["arrived"] == [[0, 0]] and remains["digest"] == sha256(sha256(envelope.chunks[0])).hex()
    assert world.root.sql(f"select count(*) from pli.chunk where content = {place['content']}") == ["0"]
    refused("content-closed", world.front.call, "chunk_put", place["day"], place["content"], 0, sha256(b"x"), b"x")
    refused("deposit-closed", world.front.call, "deposit_commit", world.party["duval"], opened["id"], None)
    assert world.front.call("deposit_abandon", world.party["duval"], opened["id"])["event"] == number  # the first answer again
    refused("not-found", world.front.call, "deposit_abandon", world.party["nord"], world.open_deposit(consultation)["id"])


def test_a_forgotten_deposit_is_abandoned_and_its_company_told(world):
    consultation = world.publish()
    forgotten, fresh, kept = (world.open_deposit(consultation) for _ in range(3))
    world.send(forgotten, Envelope(consultation))
    world.send(fresh, Envelope(consultation))
    committed = world.deposit(consultation, "nord")
    for deposit in (forgotten, fresh, kept, committed):
        world.root.sql(f"update pli.deposit set started = started - interval '30 days' where id = '{deposit['id']}'")
    world.root.sql(f"update pli.envelope set manifest_at = manifest_at - interval '30 days' where deposit = '{forgotten['id']}'")
    world.root.sql("set session_replication_role = replica")
    world.root.sql(f"update pli.transfer set at = at - interval '30 days' where deposit = '{forgotten['id']}'")
    world.root.sql("set session_replication_role = origin")
    assert world.front.call("deposit_show", world.party["duval"], forgotten["id"])["expires"] < consultation["now"]
    assert world.front.call("deposit_show", world.party["duval"], kept["id"])["expires"] > consultation["now"]
    assert world.front.call("sweep")["abandoned"] == 1
    states = [world.front.call("deposit_show", world.party["duval"], d["id"])["state"] for d in (forgotten, fresh, kept)]
    assert states == ["abandoned", "started", "started"]
    number = world.root.sql(f"select id from pli.event where subject = '{forgotten['id']}'")[0]
    fact = event(world, number)
    assert fact["reasons"][0]["code"] == "expired" and fact["depositor"]["organisation"] == "SARL duval"
    world.notarize()
    index = world.front.call("receipt_show", world.party["duval"], int(number))["index"]
    fed = world.front.call("events_after", world.party["duval2"], index - 1, 1)["events"]  # another certificate of the company
    assert fed[0]["fact"] == "deposit.abandoned"
    assert world.front.call("sweep")["abandoned"] == 0


# ---- rehearsals ----

def rehearse(world, consultation, company="duval", sizes=(CHUNK, 50), **request):
    opened = world.front.call("deposit_open", world.party[company], consultation["id"], None,
                              {"rehearsal": True, "peer": {"tls": "TLSv1.3", "until": "2098-01-01T00:00:00Z"}, **request})
    place = world.send(opened, Envelope(consultation, sizes), company=company)
    world.front.call("transfer_record", world.party[company], opened["id"], "offre",
                     {"first": 0, "count": len(sizes), "bytes": sum(sizes), "started": opened["started"], "outcome": "stored"})
    return world.front.call("deposit_commit", world.party[company], opened["id"], None), place


def test_a_rehearsal_goes_through_every_step_and_counts_for_nothing(world):
    consultation = world.publish()
    real = world.deposit(consultation)
    done, place = rehearse(world, consultation, clock="2026-01-01T00:00:00Z", bytes=10 ** 14)
    assert done["state"] == "rehearsed" and done["rehearsal"] is True
    well = {f["name"]: f["well"] for f in done["findings"]}
    assert well == {"deadline": True, "clock": False, "certificate": False, "size": False, "line": True, "cuts": True} or well["size"] is False
    assert event(world, done["event"])["fact"] == "deposit.rehearsed"
    assert world.root.sql(f"select count(*) from pli.chunk where content = {place['content']}") == ["0"]
    assert world.front.call("deposit_show", world.party["duval"], real["id"])["state"] == "committed"
    assert world.front.call("deposit_commit", world.party["duval"], done["id"], None)["event"] == done["event"]
    world.set_deadline(consultation, 0)
    world.front.call("opening_start", world.party["member1"], consultation["id"])
    assert [d["deposit"] for d in world.front.call("opening_show", world.party["member1"], consultation["id"])["deposits"]] == [real["id"]]
    register = world.front.call("register_show", world.party["buyer"], consultation["id"], "deposits")
    assert [row[1] for row in register["rows"]] == [real["id"]]


def test_a_rehearsal_finds_what_a_deposit_would(world):
    consultation = world.publish(envelopes=["candidature", "offre"])
    opened = world.front.call("deposit_open", world.party["duval"], consultation["id"], None, {"rehearsal": True})
    world.send(opened, Envelope(consultation))
    missing = json.loads(refused("deposit-incomplete", world.front.call, "deposit_commit", world.party["duval"], opened["id"], None).detail)
    assert missing == [{"kind": "candidature", "lot": ""}]


def test_a_consultation_for_rehearsals_is_always_open_never_listed_never_opened(world):
    refused("not-found", world.front.call, "rehearsal_show")
    dummy = world.publish(rehearsal=True)
    assert world.front.call("rehearsal_show")["id"] == dummy["id"] and dummy["rehearsal"] is True
    assert dummy["id"] not in [c["id"] for c in world.front.call("consultation_list", None, None, 200)["consultations"]]
    world.set_deadline(dummy, -100)
    opened = world.open_deposit(dummy)
    world.send(opened, Envelope(dummy))
    done = world.front.call("deposit_commit", world.party["duval"], opened["id"], None)
    assert done["state"] == "rehearsed" and done["late"] is False
    refused("step-refused", world.front.call, "opening_start", world.party["member1"], dummy["id"])


# ---- health ----

def test_each_hour_of_health_is_sealed_once_and_cannot_be_rewritten(world):
    hour = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0) - datetime.timedelta(hours=3)
    for minute in range(3):
        world.front.call("health_put", "front-1", {"ready": True, "minute": minute})
    world.root.sql("alter table pli.health disable trigger append_only")
    world.root.sql(f"update pli.health set at = '{hour.isoformat()}'::timestamptz + (id % 50) * interval '1 minute'")
    world.root.sql("alter table pli.health enable trigger append_only")
    world.front.call("health_put", "front-1", {"ready": True})
    assert world.front.call("sweep")["hours"] == 1
    assert world.front.call("sweep")["hours"] == 0
    number, digest, lines = world.root.sql("select event, encode(digest, 'hex'), lines from pli.health_hour")[0].split("|")
    fact = event(world, number)
    assert fact["fact"] == "platform.health" and fact["health"]["sha256"] == digest and fact["health"]["lines"] == int(lines) == 3
    text = "".join(line + "\n" for line in world.root.sql(f"select line from pli.health where at < '{hour.isoformat()}'::timestamptz + interval '1 hour' order by id"))
    assert hashlib.sha256(text.encode()).hexdigest() == digest
    refused("55000", world.root.sql, "update pli.health set line = '{}'")
    refused("55000", world.root.sql, "delete from pli.health_hour")
