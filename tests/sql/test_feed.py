"""Feeds, webhooks, metrics: each reads what is his, each event once, in order."""
import json
import os
import subprocess
import threading
import time

from session import Session, refused


def head(world):
    """The last index, once all that happened has one."""
    world.publish()
    world.notarize()
    return len(world.leaves) - 1


def facts(world, who, after):
    return [row["fact"] for row in world.front.call("events_after", world.party[who], after, 1000)["events"]]


def test_a_company_and_a_body_are_fed_their_own_events_only(world):
    start = head(world)
    consultation = world.publish()
    world.deposit(consultation, "duval")
    filing = world.filing()
    world.front.call("filing_submit", world.party["filer"], filing["id"], {})
    world.enrol("software", None, "21060999100018", ["vendor"])
    world.enrol("software2", None, "21020999200019", ["vendor"])
    world.notarize()
    assert facts(world, "duval", start) == facts(world, "duval2", start) == ["deposit.committed"]
    for who in ("buyer", "filer", "software"):
        assert facts(world, who, start) == ["consultation.published", "filing.submitted"], "a deposit is not told before the opening"
    for who in ("nord", "buyer2", "filer2", "software2"):
        assert facts(world, who, start) == []
    for who in ("portal", "auditor", "member1"):
        refused("forbidden", world.front.call, "events_after", world.party[who], -1, 10)


def test_what_a_page_has_passed_by_never_turns_up_behind_it(world):
    """The opening lets the buyer see the deposits; his cursor has gone by their events and must not have missed any."""
    consultation = world.publish()
    start = head(world)
    world.deposit(consultation, "duval")
    world.notarize()
    passed = len(world.leaves) - 1
    before = world.front.call("events_after", world.party["buyer"], start, 100)
    world.set_deadline(consultation, 0)
    world.front.call("opening_start", world.party["buyer"], consultation["id"])
    world.notarize()
    after = world.front.call("events_after", world.party["buyer"], start, 100)
    assert before["next"] == passed and [r for r in after["events"] if r["index"] <= passed] == before["events"] == []
    assert [r["fact"] for r in after["events"]][0] == "opening.started"


def test_pages_of_any_size_make_the_same_feed(world):
    head(world)
    whole = world.front.call("events_after", world.party["buyer"], -1, 1000)
    for size in (1, 2, 7):
        rows, cursor, more = [], -1, True
        while more:
            page = world.front.call("events_after", world.party["buyer"], cursor, size)
            assert len(page["events"]) <= size and page["next"] >= cursor
            rows, cursor, more = rows + page["events"], page["next"], page["more"]
        assert rows == whole["events"] and cursor == whole["next"]


def test_an_acknowledgement_said_again_is_the_same_fact_and_does_not_go_back(world):
    last = head(world)
    done = world.front.call("cursor_acknowledge", world.party["prefecture"], last)
    assert world.front.call("cursor_acknowledge", world.party["prefecture"], last) == done
    assert world.front.call("cursor_acknowledge", world.party["prefecture"], last - 1) == done
    world.notarize()
    assert "cursor.acknowledged" not in facts_of_state(world, "portal", last), "what another platform has read"


def facts_of_state(world, who, after):
    return [row["fact"] for row in world.front.call("receipts_after", world.party[who], after, 1000)["receipts"]]


def test_ten_thousand_events_written_at_once_are_each_read_once_in_order(world):
    """Sixteen writers whose transactions overlap; a notary; a reader at full speed that must see all, once, rising."""
    start = head(world)
    writers, each = 16, 625
    fact = ("select rule.append(row(null, 'SubmissionAcceptance', 'deposit.committed', 'procurement', 'deposit', gen_random_uuid()::text, '%s')::rule.fact, '{}') "
            "from generate_series(1, %d)")

    def write(number):
        session = Session(world.cluster, "postgres")
        session.sql("set search_path = pli, pg_temp")
        for turn in range(each // 25):
            session.sql("begin")
            session.sql(fact % (world.party["nord"], 25))
            if (turn + number) % 5 == 0:
                session.sql("select pg_sleep(0.02)")
            session.sql("commit")
        session.close()

    # The notary of this test is SQL too: the gateway's own would be slower than the reader, which must be the one that runs ahead.
    notarize = """
        with a as (select event, coalesce((select max(index) from pli.journal), -1) + row_number() over (order by event) as index from
                        (select event from pli.event_pending order by event limit 500) p),
             j as (insert into pli.journal (index, event, leaf) select a.index, e.id, sha256('\\x00'::bytea || e.salt || convert_to(e.text, 'UTF8'))
                   from a join pli.event e on e.id = a.event order by a.index returning event)
        delete from pli.event_pending p using j where p.event = j.event"""
    receipt = f"""insert into pli.receipt (event, index, xml, stamped, channel, company) select x.event, x.index, '\\x3c'::bytea, true, e.channel, e.company from (
                        select j.event, j.index from pli.journal j where j.index > {start} and not exists (select from pli.receipt r where r.index = j.index)
                        order by j.index limit 600) x join pli.event e on e.id = x.event order by random() limit 400"""
    ended = threading.Event()

    def notary():
        session = Session(world.cluster, "postgres")
        session.sql("set session_replication_role = replica")
        while not ended.is_set():
            session.sql(notarize)
            session.sql(receipt)
        session.close()

    reader, seen, cursor = Session(world.cluster, "pli_front"), [], start
    threads = [threading.Thread(target=write, args=(n,)) for n in range(writers)] + [threading.Thread(target=notary)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 40
    polls = 0
    while len(seen) < writers * each and time.monotonic() < end:
        page = reader.call("events_after", world.party["nord"], cursor, 500)
        polls += 1
        assert page["next"] >= cursor
        seen += [row["index"] for row in page["events"]]
        cursor = page["next"]
    time.sleep(0.2)
    late = reader.call("events_after", world.party["nord"], cursor, 500)["events"]
    ended.set()
    for thread in threads:
        thread.join()
    reader.close()
    there = [int(row) for row in world.root.sql(f"select j.index from pli.journal j join pli.event e on e.id = j.event where j.index > {start} "
                                                f"and e.party = '{world.party['nord']}' order by 1")]
    forget(world, start)
    assert len(there) == writers * each and late == []
    assert seen == there, f"{len(seen)} seen in {polls} polls"


def forget(world, start):
    """The made-up receipts and leaves go, so that the other tests find the journal that they know."""
    session = Session(world.cluster, "postgres")
    session.sql("set session_replication_role = replica")
    session.sql(f"create table public.gone as select event from pli.journal where index > {start}")
    for table in ("receipt", "journal"):
        session.sql(f"delete from pli.{table} where index > {start}")
    session.sql("delete from pli.event where id in (select event from public.gone)")
    session.sql("drop table public.gone")
    session.close()


# ---- webhooks ----

def claimed(world):
    return world.relay.call("webhook_claim", 60)


def drained(world):
    while (delivery := claimed(world)) is not None:
        world.relay.call("webhook_settle", delivery["webhook"], delivery["after"], delivery["next"], 200, "")


def test_a_webhook_is_told_what_its_party_may_know_from_its_cursor_on(world):
    start = head(world)
    made = world.front.call("webhook_create", world.party["nord"], {"url": "https://nord.example/pli?x=1"}, False)
    assert made["cursor"] == start and made["secret"].startswith("whsec_") and made["state"] == "active"
    consultation = world.publish()
    world.deposit(consultation, "duval")
    world.notarize()
    assert claimed(world) is None, "another company's deposit"
    assert world.front.call("webhook_list", world.party["nord"])["webhooks"][0]["cursor"] == len(world.leaves) - 1
    world.deposit(consultation, "nord")
    world.notarize()
    delivery = claimed(world)
    body = json.loads(delivery["body"])
    assert body["webhook"] == delivery["webhook"] == made["id"] and [e["fact"] for e in body["events"]] == ["deposit.committed"]
    assert "whsec_" + delivery["secret"] == made["secret"] and (body["after"], body["next"]) == (delivery["after"], delivery["next"])
    assert claimed(world) is None, "it is leased"
    world.relay.call("webhook_settle", made["id"], delivery["after"], delivery["next"], 204, "")
    assert claimed(world) is None
    again = world.front.call("webhook_replay", world.party["nord"], made["id"], {"after": delivery["after"]})
    assert again["cursor"] == delivery["after"] and claimed(world)["body"] == delivery["body"]
    world.front.call("webhook_delete", world.party["nord"], made["id"])


def test_a_receiver_that_says_no_waits_alone_and_a_410_stops_it(world):
    head(world)
    one = world.front.call("webhook_create", world.party["duval"], {"url": "https://one.example/"}, False)["id"]
    two = world.front.call("webhook_create", world.party["duval"], {"url": "https://two.example/"}, False)["id"]
    world.deposit(world.publish(), "duval")
    world.notarize()
    deliveries = {d["webhook"]: d for d in (claimed(world), claimed(world))}
    assert set(deliveries) == {one, two}
    world.relay.call("webhook_settle", one, deliveries[one]["after"], deliveries[one]["next"], 0, "connection refused")
    world.relay.call("webhook_settle", two, deliveries[two]["after"], deliveries[two]["next"], 200, "")
    shown = {w["id"]: w for w in world.front.call("webhook_list", world.party["duval"])["webhooks"]}
    assert shown[one]["failures"] == 1 and shown[one]["detail"] == "connection refused" and shown[one]["cursor"] == deliveries[one]["after"]
    assert shown[two]["failures"] == 0 and shown[two]["cursor"] == deliveries[two]["next"]
    assert claimed(world) is None, "one waits for its second, two has nothing new"
    world.root.sql("update pli.webhook set due_at = clock_timestamp()")
    delivery = claimed(world)
    assert delivery["webhook"] == one
    world.relay.call("webhook_settle", one, delivery["after"], delivery["next"], 410, "")
    assert {w["id"]: w["state"] for w in world.front.call("webhook_list", world.party["duval"])["webhooks"]} == {one: "stopped", two: "active"}
    assert any(f["name"] == "webhooks" and not f["well"] and "one.example" in f["sentence"] for f in world.admin.call("doctor"))
    assert world.front.call("webhook_replay", world.party["duval"], one, {})["state"] == "active"
    for webhook in (one, two):
        world.front.call("webhook_delete", world.party["duval"], webhook)


def test_a_cursor_that_its_owner_moves_during_a_delivery_stays_where_he_put_it(world):
    head(world)
    made = world.front.call("webhook_create", world.party["duval"], {"url": "https://one.example/", "after": -1}, False)["id"]
    delivery = claimed(world)
    assert delivery["after"] == -1
    drained(world)
    world.front.call("webhook_replay", world.party["duval"], made, {"after": 0})
    world.relay.call("webhook_settle", made, -1, delivery["next"], 200, "")
    assert world.front.call("webhook_list", world.party["duval"])["webhooks"][0]["cursor"] == 0
    world.front.call("webhook_delete", world.party["duval"], made)


def test_addresses_that_must_not_be_called_are_refused(world):
    for url in ("http://nord.example/", "https://user:secret@nord.example/", "https://nord.example/a b", "ftp://nord.example/", "https://",
                "https://nord.example/#part", "https://nord.exämple/", "file:///etc/passwd", "https://nord.example/" + "a" * 2000):
        refused("webhook-url", world.front.call, "webhook_create", world.party["nord"], {"url": url}, True)
    refused("webhook-url", world.front.call, "webhook_create", world.party["nord"], {"url": "http://127.0.0.1:80/"}, False)
    refused("json-malformed", world.front.call, "webhook_create", world.party["nord"], {"url": "https://a.example/", "secret": "whsec_c2hvcnQ="}, True)
    refused("cursor-unknown", world.front.call, "webhook_create", world.party["nord"], {"url": "https://a.example/", "after": 10 ** 9}, True)
    refused("forbidden", world.front.call, "webhook_create", world.party["portal"], {"url": "https://a.example/"}, True)
    made = [world.front.call("webhook_create", world.party["nord"], {"url": "https://a.example/"}, True)["id"] for _ in range(10)]
    refused("webhook-count", world.front.call, "webhook_create", world.party["nord"], {"url": "https://a.example/"}, True)
    refused("not-found", world.front.call, "webhook_delete", world.party["duval"], made[0])
    refused("not-found", world.front.call, "webhook_replay", world.party["duval"], made[0], {})
    for webhook in made:
        world.front.call("webhook_delete", world.party["nord"], webhook)


# ---- metrics ----

def test_metrics_are_the_operators_and_say_what_waits(world):
    refused("forbidden", world.front.call, "metrics", world.party["auditor"])
    world.enrol("operator", None, None, ["operator"])
    world.notarize()
    world.publish()
    rows = world.front.call("metrics", world.party["operator"])
    values = {row["name"]: row["value"] for row in rows}
    assert values["pli_events_pending"] == 1 and values["pli_events_pending_oldest_seconds"] >= 0
    assert values["pli_journal_leaves_total"] == len(world.leaves) and values["pli_notary_active"] == 0
    assert {row["labels"]["platform"] for row in rows if row["name"] == "pli_feed_lag"} == {"SARL prefecture", "SARL portal"}
    assert {"pli_receipts_unstamped", "pli_webhooks", "pli_chunks_stored", "pli_outbox_oldest_seconds", "pli_database_bytes"} <= set(values)


def test_the_doctor_names_a_notary_that_is_not_there_and_receipts_without_stamp(world):
    head(world)
    world.publish()
    world.notarize(receipts=False)
    world.put_receipts({missing["event"]: b"<Receipt/>" for missing in world.notary.call("receipt_missing", 10)}, False)
    wrong = {f["name"]: f["sentence"] for f in world.admin.call("doctor") if not f["well"]}
    assert "No notary" in wrong["notary-active"] and f"index {len(world.leaves) - 1}" in wrong["time-stamps"]
    said = {language: subprocess.run([world.program, "--set", f"database={world.cluster.conninfo}", "doctor"], stdout=subprocess.PIPE, text=True,
                                     env={**os.environ, "LC_ALL": language}).stdout for language in ("fr_FR.UTF-8", "C")}
    assert "Aucun notaire n'est actif" in said["fr_FR.UTF-8"] and "No notary is active" in said["C"]
    notary = Session(world.cluster, "pli_notary")
    assert notary.sql("select api.notary_lock()") == ["t"]
    assert "notary-active" not in {f["name"] for f in world.admin.call("doctor") if not f["well"]}
    notary.close()
    world.put_receipts({row["event"]: b"<Receipt/>" for row in world.notary.call("receipt_unstamped", 10)}, function="receipts_stamp")


# ---- what the notaries say of themselves ----

def findings(world):
    return {finding["name"]: finding for finding in world.admin.call("doctor")}


def report(world, active=True, **more):
    world.notary.call("notary_report", "00000000-0000-4000-8000-000000000001", active, {
        "seal": "ready", "sealDetail": "", "stamper": "ready", "stamperReason": "", "stampMode": "each", "stampInterval": 60, "stampSeconds": 5,
        "stampSlowest": 0.1, "stampsGood": 7, "stampsRefused": 2, "stampsUnanswered": 1, "failures": 3, **more})


def metrics(world):
    return {row["name"] + "".join(":" + text for text in row["labels"].values()): row["value"] for row in world.front.call("metrics_local")}


def test_between_two_batches_unstamped_receipts_are_as_they_should_be(world):
    world.notarize()
    world.publish()
    events = world.notarize(receipts=False)
    world.put_receipts({event: b"<Receipt/>" for event in events}, False)
    report(world)
    assert not findings(world)["time-stamps"]["well"]
    report(world, stampMode="batch", stampInterval=3600)
    found = findings(world)["time-stamps"]
    assert found["well"] and "next batch" in found["sentence"] and "prochain lot" in found["sentenceFr"]
    world.root.sql(f"update pli.receipt set at = at - interval '3 hours' where event = {events[0]}")
    assert not findings(world)["time-stamps"]["well"]
    world.put_receipts({event: b"<Receipt/>" for event in events}, function="receipts_stamp")
    assert findings(world)["time-stamps"]["well"]


def test_the_doctor_and_the_metrics_tell_what_the_notary_told_them(world):
    report(world)
    assert findings(world)["seal"]["well"] and findings(world)["stamper"]["well"]
    values = metrics(world)
    assert values["pli_notary_seal_ready"] == 1 and values["pli_notary_stamper_ready"] == 1 and values["pli_notaries"] == 1
    assert [values[f"pli_notary_stamps_total:{result}"] for result in ("good", "refused", "unanswered")] == [7, 2, 1] and values["pli_notary_failures_total"] == 3
    for state, word, mot in (("away", "away", "absent"), ("stuck", "does not answer", "ne répond pas"), ("locked", "PIN", "code")):
        report(world, seal=state, sealDetail="no such token")
        found = findings(world)["seal"]
        assert not found["well"] and word in found["sentence"] and mot in found["sentenceFr"] and "no such token" in found["sentence"]
        assert metrics(world)["pli_notary_seal_ready"] == 0
    report(world, stamper="away", stamperReason="HTTP status 503")
    assert not findings(world)["stamper"]["well"] and "HTTP status 503" in findings(world)["stamper"]["sentence"]
    assert metrics(world)["pli_notary_stamper_ready"] == 0
    report(world, stampSlowest=3.2)
    assert not findings(world)["stamper"]["well"] and "slow: up to 3.2 s of the 5 s" in findings(world)["stamper"]["sentence"]
    assert metrics(world)["pli_notary_stamp_slowest_seconds"] == 3.2
    report(world, active=False)
    assert findings(world)["seal"]["well"] and "No active notary" in findings(world)["seal"]["sentence"]


def test_every_finding_is_said_in_french_too(world):
    missing = [finding["name"] for finding in world.admin.call("doctor") if not finding.get("sentenceFr")]
    assert missing == []
