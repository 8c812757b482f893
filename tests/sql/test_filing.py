"""Filings, the outbox and the State's answers."""
import json
import threading

from session import Session, refused
from world import sha256


def test_a_filing_goes_to_the_state_and_back(world):
    filing = world.filing(number="2026_001", previous="006-210609991-20251120-2025_001-DE", paper=True)
    assert filing["act"] == "006-210609991-20261120-2026_001-DE"
    submitted = world.front.call("filing_submit", world.party["filer"], filing["id"], {"verdict": "passed"})
    assert submitted["state"] == "submitted" and submitted["files"][0]["size"] == 8 and submitted["body"]["siren"] == "210609991"
    assert submitted["previous"] == "006-210609991-20251120-2025_001-DE" and submitted["paper"] is True
    assert world.front.call("filing_submit", world.party["filer"], filing["id"], {})["event"] == submitted["event"]
    refused("filing-closed", world.front.call, "filing_file_begin", world.party["filer"], filing["id"], "deliberation.pdf", None)
    item = world.claim(filing)
    assert item["attempt"] == 1 and item["serial"] >= 1 and item["filing"]["state"] == "sending"
    retried = world.relay.call("outbox_settle", item["item"], "retry", {"status": 503})
    assert retried["filing"]["state"] == "submitted" and retried["due"] > item["at"]
    assert world.relay.call("outbox_claim", "actes") is None  # not yet due
    world.root.sql(f"update pli.outbox set due_at = clock_timestamp() where item = {item['item']}")
    again = world.claim(filing)
    assert (again["serial"], again["date"], again["attempt"]) == (item["serial"], item["date"], 2)  # the same archive
    sent = world.relay.call("outbox_settle", item["item"], "sent", {"archive": "PLI-EACT--210609991--20261120-1.tar.gz", "status": 200})
    assert sent["filing"]["state"] == "sent"
    assert world.relay.call("outbox_settle", item["item"], "refused", {})["filing"]["state"] == "sent"  # settled once
    answer = world.relay.call("filing_answer", "actes", {"message": "1-2", "act": filing["act"]}, b"<ARActe/>")
    assert answer["state"] == "acknowledged" and answer["duplicate"] is False
    assert world.relay.call("filing_answer", "actes", {"message": "1-2", "act": filing["act"]}, b"<ARActe/>") == {
        "filing": filing["id"], "event": answer["event"], "duplicate": True}
    letter = world.relay.call("filing_answer", "actes", {"message": "2-1", "act": filing["act"]}, b"<CourrierSimple/>")
    assert letter["state"] == "acknowledged"
    names = world.root.sql(f"select name from pli.event where subject = '{filing['id']}' order by id")
    assert names == ["SubmissionAcceptance", "RelayAcceptance", "ContentHandover", "ReceivedFromNonERDS"]
    steps = world.front.call("filing_show", world.party["filer"], filing["id"])["steps"]
    assert [s["state"] for s in steps] == ["draft", "submitted", "sending", "submitted", "sending", "sent", "acknowledged"]
    assert steps[-1]["sentence"] == "L'État accuse réception."


def test_an_anomaly_of_the_archive_refuses_the_filing_and_frees_its_number(world):
    filing = world.filing(number="2026_002")
    refused("filing-number-taken", world.filing, "filer", "2026_002")
    world.filing("filer2", "2026_002")  # per body
    world.front.call("filing_submit", world.party["filer"], filing["id"], {})
    item = world.claim(filing)
    world.relay.call("outbox_settle", item["item"], "sent", {"archive": "PLI-EACT--210609991--20261124-1.tar.gz"})
    envelope = f"EACT--210609991--{item['date']}-{item['serial']}"
    answer = world.relay.call("filing_answer", "actes", {"message": "anomaly", "archive": "PLI-" + envelope + ".tar.gz", "code": "006", "text": "illisible"}, b"<Anomalie/>")
    assert answer["state"] == "refused"
    text = json.loads(world.root.sql(f"select text from pli.event where id = {answer['event']}")[0])
    assert text["event"] == "RelayRejection" and text["reasons"] == [{"code": "006", "text": "illisible"}]
    world.filing(number="2026_002")
    refused("answer-unmatched", world.relay.call, "filing_answer", "actes", {"message": "1-2", "act": "nothing"}, b"x")


def test_a_filing_refused_at_reception_is_an_event_and_is_never_sent(world):
    filing = world.filing()
    done = world.front.call("filing_refuse", world.party["filer"], filing["id"], {"code": "filing-infected", "detail": "deliberation.pdf"})
    assert done["state"] == "rejected"
    assert world.root.sql(f"select name from pli.event where id = {done['event']}") == ["SubmissionRejection"]
    refused("step-refused", world.front.call, "filing_submit", world.party["filer"], filing["id"], {})
    assert world.root.sql(f"select count(*) from pli.outbox where filing = '{filing['id']}'") == ["0"]


def test_wrong_input_is_refused(world):
    for more in ({"number": "abc"}, {"number": "A" * 16}, {"nature": 7}, {"nature": None}, {"matter": "x"}, {"object": "x" * 501}, {"date": "20/11/2026"},
                 {"documents": []}, {"documents": [{"name": "a/b", "type": "99_DE"}]}, {"documents": [{"name": "a", "type": "9"}]}, {"kind": "pes"}):
        refused("json-malformed", lambda more=more: world.filing(**more))
    twice = [{"name": "deliberation.pdf", "type": "99_DE"}] * 2
    refused("filing-number-taken", lambda: world.filing(documents=twice))
    filing = world.filing(documents=[{"name": "deliberation.pdf", "type": "99_DE"}, {"name": "plan.pdf", "type": "99_DE"}])
    refused("filing-file-unknown", world.front.call, "filing_file_begin", world.party["filer"], filing["id"], "autre.pdf", None)
    assert refused("filing-incomplete", world.front.call, "filing_submit", world.party["filer"], filing["id"], {}).detail == '["plan.pdf"]'


def test_the_same_idempotency_key_makes_one_filing(world):
    made = [world.front.call("filing_create", world.party["filer"], {
        "kind": "acte", "number": "KEY_1", "date": "2026-11-20", "nature": 3, "matter": "4.1", "object": "Arrêté", "classification": "2019-04-18",
        "documents": [{"name": "a.pdf", "type": "99_AI"}]}, "once")["id"] for _ in range(2)]
    assert made[0] == made[1]


def test_the_outbox_is_fair_between_bodies_and_one_bad_item_blocks_nobody(world):
    while (item := world.relay.call("outbox_claim", "actes")) is not None:
        world.relay.call("outbox_settle", item["item"], "sent", {})
    many = [world.filing() for _ in range(4)]
    few = world.filing("filer2")
    for filing, who in [(f, "filer") for f in many] + [(few, "filer2")]:
        world.front.call("filing_submit", world.party[who], filing["id"], {})
    order = [world.relay.call("outbox_claim", "actes") for _ in range(5)]
    assert few["id"] in [o["filing"]["id"] for o in order[:2]]
    serials = [o["serial"] for o in order if o["filing"]["id"] != few["id"]]
    assert serials == list(range(serials[0], serials[0] + 4))
    assert world.relay.call("outbox_claim", "actes") is None
    for item in order[1:]:
        world.relay.call("outbox_settle", item["item"], "sent", {})
    world.root.sql(f"update pli.outbox set lease_until = clock_timestamp() - interval '1 second' where item = {order[0]['item']}")
    again = world.relay.call("outbox_claim", "actes")  # the relay died
    assert again["item"] == order[0]["item"] and again["attempt"] == 2 and again["serial"] == order[0]["serial"]
    failed = world.relay.call("outbox_settle", again["item"], "refused", {"reasons": [{"code": "413", "text": "too large"}]})
    assert failed["filing"]["state"] == "failed"
    assert failed["event"] and [o for o in world.admin.call("outbox_list") if o["item"] == again["item"]][0]["state"] == "failed"


def test_four_relays_never_take_the_same_item(world):
    filings = [world.filing() for _ in range(12)]
    for filing in filings:
        world.front.call("filing_submit", world.party["filer"], filing["id"], {})
    taken, failures = [], []

    def work():
        session = Session(world.cluster, "pli_relay")
        try:
            while (item := session.call("outbox_claim", "actes")) is not None:
                taken.append(item["item"])
                session.call("outbox_settle", item["item"], "sent", {"sha256": sha256(b"x").hex()})
        except Exception as failure:
            failures.append(failure)
        session.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert failures == [] and len(taken) == len(set(taken)) and len(taken) >= 12
