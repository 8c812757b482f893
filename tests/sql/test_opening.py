"""Opening: not before the hour, not without a quorum, nothing late, settled once."""
import json
import threading

from session import Session, refused
from world import Envelope, base64_text, wait_until


def test_nothing_opens_before_the_hour_and_the_refusal_says_both_hours(world):
    consultation = world.publish()
    world.deposit(consultation)
    refusal = refused("opening-before-deadline", world.front.call, "opening_start", world.party["buyer"], consultation["id"])
    assert "2099-01-01T11:00:00" in refusal.detail and "it is 20" in refusal.detail
    refused("opening-not-started", world.front.call, "opening_shares_wanted", world.party["member1"], consultation["id"])
    refused("opening-not-started", world.front.call, "opening_share_put", world.party["member1"], consultation["id"], [])
    assert world.front.call("opening_show", world.party["buyer"], consultation["id"])["deposits"] == []


def test_a_quorum_opens_what_came_in_time_and_the_minutes_say_all(world):
    consultation = world.publish()
    replaced = world.deposit(consultation)
    kept = world.deposit(consultation)
    withdrawn = world.deposit(consultation, "nord")
    world.front.call("deposit_withdraw", world.party["nord"], withdrawn["id"])
    world.set_deadline(consultation, 0)
    late = world.deposit(consultation, "nord")
    started = world.front.call("opening_start", world.party["member1"], consultation["id"])
    assert started["state"] == "opening" and [m["present"] for m in started["members"]] == [True, False, False]
    wanted = world.front.call("opening_shares_wanted", world.party["member1"], consultation["id"])
    assert [e["deposit"] for e in wanted["envelopes"]] == [kept["id"]] and wanted["x"] == 1 and wanted["envelopes"][0]["late"] is False
    world.give_shares(consultation, "member1", [kept])
    assert world.front.call("opening_shares_wanted", world.party["member1"], consultation["id"])["envelopes"] == []
    assert world.front.call("envelope_claim") is None
    world.give_shares(consultation, "member3", [kept])
    claimed = world.front.call("envelope_claim")
    shares = kept["sealed"].shares
    assert claimed["shares"] == base64_text(shares[1] + shares[3]) and claimed["deposit"] == kept["id"]
    other = Session(world.cluster, "pli_front")
    assert other.call("envelope_claim") is None  # leased by a worker that lives
    other.close()
    refused("envelope-not-opened", world.front.call, "envelope_show", world.party["buyer"], claimed["envelope"])
    report = {"outcome": "opened", "reasons": [], "documents": [{"name": "a.pdf"}], "antivirus": [{"name": "a.pdf", "outcome": "clean"}]}
    settled = world.front.call("envelope_settle", claimed["envelope"], report)
    assert settled["state"] == "opened" and settled["consultation"] == "opened"
    assert world.front.call("envelope_settle", claimed["envelope"], {"outcome": "unreadable"})["state"] == "opened"  # once
    shown = world.front.call("opening_show", world.party["buyer"], consultation["id"])
    assert [(d["deposit"], d["late"], d["state"]) for d in shown["deposits"]] == [(kept["id"], False, "opened"), (late["id"], True, "committed")]
    assert [d["deposit"] for d in shown["replaced"]] == [replaced["id"]] and [d["deposit"] for d in shown["withdrawn"]] == [withdrawn["id"]]
    assert world.front.call("envelope_show", world.party["member2"], claimed["envelope"])["shares"] == claimed["shares"]
    refused("not-found", world.front.call, "envelope_show", world.party["buyer2"], claimed["envelope"])
    refused("forbidden", world.front.call, "envelope_show", world.party["duval"], claimed["envelope"])
    texts = [json.loads(t) for t in world.root.sql(f"select text from pli.event where subject in ('{consultation['id']}', '{claimed['envelope']}') order by id")]
    assert [t["fact"] for t in texts] == ["consultation.published", "opening.started", "envelope.opened", "opening.finished"]
    assert texts[2]["event"] == "ContentHandover" and texts[3]["minutes"]["deposits"][0]["company"]["name"] == "SARL duval"


def test_a_share_must_be_the_members_own_and_the_one_sealed(world):
    consultation = world.publish()
    deposit = world.deposit(consultation)
    world.set_deadline(consultation, 0)
    world.front.call("opening_start", world.party["buyer"], consultation["id"])
    envelope = deposit["envelopes"][0]["id"]
    put = lambda who, share: world.front.call("opening_share_put", world.party[who], consultation["id"],  # noqa: E731
                                              [{"envelope": envelope, "share": base64_text(share)}])
    shares = deposit["sealed"].shares
    refused("share-wrong", put, "member1", shares[2])  # another's
    refused("share-wrong", put, "member1", shares[1][:-1] + bytes([shares[1][-1] ^ 1]))  # not the one sealed
    refused("share-wrong", put, "member1", shares[1][:-1])
    refused("forbidden", put, "buyer", shares[1])
    refused("22P02", world.front.call, "opening_share_put", world.party["member1"], consultation["id"], [{"envelope": "x", "share": ""}])
    put("member1", shares[1])
    put("member1", shares[1])  # again: still one
    assert world.front.call("envelope_claim") is None


def test_a_late_envelope_takes_no_share(world):
    consultation = world.publish()
    world.set_deadline(consultation, 0)
    late = world.deposit(consultation)
    opened = world.front.call("opening_start", world.party["member1"], consultation["id"])
    assert opened["state"] == "opened"  # nothing came in time
    refused("not-found", world.front.call, "opening_share_put", world.party["member1"], consultation["id"],
            [{"envelope": late["envelopes"][0]["id"], "share": base64_text(late["sealed"].shares[1])}])


def test_two_members_at_once_make_one_quorum(world):
    consultation = world.publish()
    deposits = [world.deposit(consultation, c) for c in ("duval", "nord")]
    world.set_deadline(consultation, 0)
    world.front.call("opening_start", world.party["buyer"], consultation["id"])
    failures = []

    def give(member, x):
        session = Session(world.cluster, "pli_front")
        try:
            session.call("opening_share_put", world.party[member], consultation["id"],
                         [{"envelope": d["envelopes"][0]["id"], "share": base64_text(d["sealed"].shares[x])} for d in deposits])
        except Exception as failure:
            failures.append(failure)
        session.close()

    threads = [threading.Thread(target=give, args=(f"member{x}", x)) for x in (1, 2, 3)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert failures == []
    workers = [Session(world.cluster, "pli_front") for _ in range(3)]
    claimed = [worker.call("envelope_claim") for worker in workers]
    [worker.close() for worker in workers]
    assert claimed[2] is None and {c["envelope"] for c in claimed[:2]} == {d["envelopes"][0]["id"] for d in deposits}
    world.front.call("envelope_settle", claimed[0]["envelope"], {"outcome": "unreadable", "reasons": [{"code": "SEAL_BROKEN", "text": "tag"}]})
    infected = {"outcome": "opened", "antivirus": [{"name": "a.doc", "outcome": "infected", "signature": "Test"}]}
    assert world.front.call("envelope_settle", claimed[1]["envelope"], infected)["state"] == "infected"
    refused("envelope-not-opened", world.front.call, "envelope_show", world.party["buyer"], claimed[1]["envelope"])
    shown = world.front.call("opening_show", world.party["buyer"], consultation["id"])
    assert shown["state"] == "opened" and [d["state"] for d in shown["deposits"]] == ["unreadable", "unreadable"]
    names = world.root.sql(f"select name from pli.event where subject = '{claimed[0]['envelope']}'")
    assert names == ["ContentHandoverFailure"]


def test_an_envelope_whose_worker_died_is_claimed_again(world):
    consultation = world.publish()
    deposit = world.deposit(consultation)
    world.set_deadline(consultation, 0)
    world.front.call("opening_start", world.party["buyer"], consultation["id"])
    for member in ("member1", "member2"):
        world.give_shares(consultation, member, [deposit])
    workers = [Session(world.cluster, "pli_front") for _ in range(3)]
    first = workers[0].call("envelope_claim")
    assert workers[1].call("envelope_claim") is None
    workers[0].close()  # died: its connection ends
    wait_until(lambda: workers[1].call("envelope_claim") is not None)
    assert workers[2].call("envelope_claim") is None
    world.root.sql(f"update pli.envelope set lease_until = clock_timestamp() - interval '1 second' where id = '{first['envelope']}'")
    assert workers[2].call("envelope_claim")["envelope"] == first["envelope"]  # alive, but for too long
    world.front.call("envelope_settle", first["envelope"], {"outcome": "opened"})
    [worker.close() for worker in workers[1:]]


def test_an_opening_waits_for_the_commit_before_it_and_makes_the_next_one_late(world):
    consultation = world.publish()
    opened = [world.open_deposit(consultation, c) for c in ("duval", "nord")]
    for deposit, company in zip(opened, ("duval", "nord")):
        world.send(deposit, Envelope(consultation), company=company)
    world.set_deadline(consultation, 0)
    first, opener = Session(world.cluster, "pli_front"), Session(world.cluster, "pli_front")
    first.sql("begin")
    first.call("deposit_commit", world.party["duval"], opened[0]["id"], None)
    opener.start("opening_start", world.party["buyer"], consultation["id"])
    second = Session(world.cluster, "pli_front")
    second.start("deposit_commit", world.party["nord"], opened[1]["id"], None)
    first.sql("commit")
    started = opener.finish()
    done = second.finish()
    listed = {d["deposit"]: d["late"] for d in started["deposits"]}
    assert listed[opened[0]["id"]] is False
    assert done["late"] is (opened[1]["id"] not in listed)  # either before the opening and listed, or late
    for session in (first, opener, second):
        session.close()
