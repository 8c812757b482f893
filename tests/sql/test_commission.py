"""Commissions: substitutes, proofs of possession, rehearsals of the opening; openings in an order, and the buyer's decisions."""
import json
import os

from session import refused
from world import Envelope, base64_text, sha256


def digest(world, key):
    return sha256(world.certificates[key]).hex()


def seats(world, *pairs):
    """("member1", "member4"): a member and who stands in for it."""
    return [{"sha256": digest(world, pair[0])} | ({"substitute": {"sha256": digest(world, pair[1])}} if len(pair) > 1 else {}) for pair in pairs]


def member(world, key, **more):
    world.enrol(key, "21060999100018", "21060999100018", ["member"], **more)
    return key


def setting(world, name, value):
    world.admin.call("setting_set", {"name": name, "value": str(value)})


def trial(world, consultation, actor="member1"):
    """A rehearsal as the front makes one: its manifest's summary has a share for each seat."""
    sealed = Envelope(consultation, kind="candidature")
    world.front.call("opening_trial_put", world.party[actor], consultation["id"], sealed.manifest, b"sealed", sealed.summary)
    return sealed


def answer(world, who, consultation, share):
    return world.front.call("opening_trial_answer", world.party[who], consultation["id"], {"share": base64_text(share)})


def facts(world, consultation):
    return world.root.sql(f"select fact from pli.event where subject = '{consultation['id']}' order by id")


def open_all(world, consultation, deposits, members=("member1", "member2")):
    """The quorum gives its shares for what is wanted; each envelope opens clean. How many there were."""
    sealed = {e["id"]: sealed for d in deposits for e, sealed in zip(sorted(d["envelopes"], key=lambda e: e["envelope"]), d["all"])}
    for who in members:
        wanted = world.front.call("opening_shares_wanted", world.party[who], consultation["id"])
        shares = [{"envelope": e["envelope"], "share": base64_text(sealed[e["envelope"]].shares[wanted["x"]])} for e in wanted["envelopes"]]
        world.front.call("opening_share_put", world.party[who], consultation["id"], shares)
    count = 0
    while (claimed := world.front.call("envelope_claim")) is not None:
        world.front.call("envelope_settle", claimed["envelope"], {"outcome": "opened", "documents": [], "antivirus": []})
        count += 1
    return count


def two_envelopes(world, consultation, company):
    """A candidature and an offer; what the commit answered, with the sealed envelopes in the order of their names."""
    opened = world.open_deposit(consultation, company)
    all_ = [Envelope(consultation, kind=kind) for kind in ("candidature", "offre")]
    for sealed, name in zip(all_, ("candidature", "offre")):
        world.send(opened, sealed, name, company)
    return world.front.call("deposit_commit", world.party[company], opened["id"], None) | {"all": all_}


# ---- who sits on a seat ----

def test_a_substitute_takes_the_members_seat_and_both_count_once(world):
    member(world, "second1")
    consultation = world.publish(members=seats(world, ("member1", "second1"), ("member2",), ("member3",)))
    assert consultation["members"][0]["substitute"]["sha256"] == digest(world, "second1")
    deposit = world.deposit(consultation)
    shares = deposit["sealed"].shares
    world.set_deadline(consultation, 0)
    world.front.call("opening_start", world.party["second1"], consultation["id"])
    assert world.front.call("opening_shares_wanted", world.party["second1"], consultation["id"])["x"] == 1
    world.give_shares(consultation, "second1", [deposit])
    world.front.call("opening_share_put", world.party["member1"], consultation["id"],
                     [{"envelope": deposit["envelopes"][0]["id"], "share": base64_text(shares[1])}])
    assert world.front.call("envelope_claim") is None  # one seat, however many sit on it
    world.give_shares(consultation, "member3", [deposit])
    claimed = world.front.call("envelope_claim")
    assert claimed["shares"] == base64_text(shares[1] + shares[3])
    world.front.call("envelope_settle", claimed["envelope"], {"outcome": "opened"})
    seat = world.front.call("opening_show", world.party["buyer"], consultation["id"])["members"][0]
    assert (seat["substitute"], seat["substitutePresent"], seat["present"]) == ("second1", True, True)


def test_nobody_sits_on_two_seats(world):
    for members in ([("member1", "member2"), ("member2",)], [("member1", "member3"), ("member2", "member3")]):
        refused("consultation-members", lambda given=members: world.draft(members=seats(world, *given)))


def test_a_manifest_without_the_substitutes_is_refused(world):
    member(world, "second2")
    consultation = world.publish(members=seats(world, ("member1", "second2"), ("member2",)))
    sealed = Envelope(consultation)
    del sealed.summary["members"][0]["substitute"]
    refused("manifest-mismatch", world.send, world.open_deposit(consultation), sealed)


# ---- possession ----

def test_a_members_key_without_proof_is_refused_until_its_holder_shows_it(world):
    member(world, "mute", proven=False)
    refused("key-unproven", lambda: world.draft(members=seats(world, ("mute",), ("member2",))))
    key = world.front.call("key_show", world.party["mute"])
    assert key["proofs"] == [] and key["sha256"] == digest(world, "mute")
    refused("key-challenge", world.front.call, "key_challenge_answer", world.party["mute"], {"share": "AAAA"})
    share = b"\1" + os.urandom(32)
    summary = {"members": [{"x": 1, "certificate": key["sha256"], "share": sha256(share).hex()}]}
    refused("manifest-mismatch", world.front.call, "key_challenge_put", world.party["member1"], b"<m/>", summary)
    world.front.call("key_challenge_put", world.party["mute"], b"<m/>", summary)
    refused("share-wrong", world.front.call, "key_challenge_answer", world.party["mute"], {"share": base64_text(share[:-1] + b"\0\0")})
    proven = world.front.call("key_challenge_answer", world.party["mute"], {"share": base64_text(share)})
    assert [p["kind"] for p in proven["proofs"]] == ["share"]
    assert world.root.sql(f"select count(*) from pli.event where fact = 'key.proven' and subject = '{world.party['mute']}'") == ["1"]
    world.draft(members=seats(world, ("mute",), ("member2",)))


def test_the_operator_may_take_keys_without_proof(world):
    member(world, "trusted", proven=False)
    setting(world, "member-proof", 0)
    try:
        world.draft(members=seats(world, ("trusted",), ("member2",)))
    finally:
        setting(world, "member-proof", 1)


# ---- rehearsal ----

def test_publication_names_the_keys_that_have_not_rehearsed(world):
    draft = world.draft()
    sealed = trial(world, draft)
    refused("share-wrong", answer, world, "member1", draft, sealed.shares[2])
    refused("forbidden", answer, world, "buyer", draft, sealed.shares[1])
    refused("not-found", answer, world, "buyer2", draft, sealed.shares[1])
    shown = answer(world, "member1", draft, sealed.shares[1])
    assert [k["at"] is not None for k in shown["keys"]] == [True, False, False] and "shares" not in shown
    published = world.front.call("consultation_publish", world.party["buyer"], draft["id"])
    assert published["warnings"][0]["text"] == "These keys have not rehearsed the opening: member2, member3."


def test_a_quorum_that_has_rehearsed_opens_the_trial(world):
    draft = world.draft()
    sealed = trial(world, draft)
    answer(world, "member3", draft, sealed.shares[3])
    ready = answer(world, "member1", draft, sealed.shares[1])
    assert ready["shares"] == base64_text(sealed.shares[1] + sealed.shares[3]) and ready["ciphertext"] == base64_text(b"sealed")
    assert world.front.call("opening_trial_settle", world.party["member1"], draft["id"])["opened"] is not None
    assert "shares" not in answer(world, "member2", draft, sealed.shares[2])
    assert facts(world, draft) == ["opening.rehearsed", "opening.rehearsed", "opening.rehearsal-complete", "opening.rehearsed"]
    assert world.front.call("consultation_publish", world.party["buyer"], draft["id"])["warnings"] == []


def test_publication_may_be_refused_until_every_key_has_rehearsed(world):
    setting(world, "opening-rehearsal", 2)
    try:
        draft = world.draft()
        refused("opening-unrehearsed", world.front.call, "consultation_publish", world.party["buyer"], draft["id"])
        sealed = trial(world, draft)
        for x in (1, 2, 3):
            answer(world, f"member{x}", draft, sealed.shares[x])
        world.front.call("consultation_publish", world.party["buyer"], draft["id"])
    finally:
        setting(world, "opening-rehearsal", 1)


def test_another_commission_rehearses_anew(world):
    consultation = world.publish()
    sealed = trial(world, consultation)
    answer(world, "member1", consultation, sealed.shares[1])
    changed = world.front.call("commission_change", world.party["buyer"], consultation["id"], {"members": seats(world, ("member2",), ("member1",))})
    refused("key-challenge", answer, world, "member1", consultation, sealed.shares[1])
    refused("manifest-mismatch", trial, world, consultation)  # sealed for the former one
    sealed = trial(world, changed)
    assert answer(world, "member1", changed, sealed.shares[2])["x"] == 2


# ---- the order of an opening ----

def test_candidatures_open_first_and_offers_of_eliminated_companies_stay_sealed(world):
    consultation = world.publish(candidaturesFirst=True, envelopes=["candidature", "offre"])
    kept, lost = (two_envelopes(world, consultation, company) for company in ("duval", "nord"))
    decide = lambda deposit, decision, **more: world.front.call(  # noqa: E731
        "opening_decide", world.party["buyer"], consultation["id"], {"deposit": deposit["id"], "decision": decision, **more})
    refused("opening-not-started", decide, kept, "admit")
    world.set_deadline(consultation, 0)
    world.front.call("opening_start", world.party["buyer"], consultation["id"])
    refused("step-refused", decide, kept, "admit")  # its candidature is still sealed
    assert open_all(world, consultation, [kept, lost]) == 2
    wanted = world.front.call("opening_shares_wanted", world.party["member1"], consultation["id"])
    assert wanted["envelopes"] == [] and world.front.call("opening_show", world.party["buyer"], consultation["id"])["state"] == "opening"
    decide(kept, "admit")
    refused("json-malformed", decide, lost, "eliminate")  # not without a reason
    refused("forbidden", world.front.call, "opening_decide", world.party["member1"], consultation["id"], {"deposit": lost["id"], "decision": "admit"})
    assert decide(lost, "eliminate", reason="capacité professionnelle insuffisante")["state"] == "opening"
    offer = next(e["id"] for e in lost["envelopes"] if e["kind"] == "offre")
    refused("not-found", world.front.call, "opening_share_put", world.party["member1"], consultation["id"],
            [{"envelope": offer, "share": base64_text(lost["all"][1].shares[1])}])
    assert open_all(world, consultation, [kept, lost]) == 1
    shown = world.front.call("opening_show", world.party["buyer"], consultation["id"])
    assert shown["state"] == "opened" and [d["admitted"] for d in shown["deposits"]] == [True, False]
    assert shown["deposits"][1]["decisions"][0]["reason"].startswith("capacité")
    decide(lost, "open-offers", reason="ordonnance du juge des référés")
    assert open_all(world, consultation, [kept, lost]) == 1
    assert facts(world, consultation) == ["consultation.published", "opening.started", "opening.admit", "opening.eliminate", "opening.finished",
                                          "opening.open-offers", "opening.amended"]


def test_a_late_deposit_opens_by_a_decision_only_and_the_minutes_are_amended(world):
    consultation = world.publish()
    kept = world.deposit(consultation)
    world.set_deadline(consultation, 0)
    late = world.deposit(consultation, "nord")
    for deposit in (kept, late):
        deposit["all"] = [deposit["sealed"]]
    world.front.call("opening_start", world.party["buyer"], consultation["id"])
    assert open_all(world, consultation, [kept, late]) == 1
    decide = lambda deposit, reason: world.front.call("opening_decide", world.party["buyer"], consultation["id"],  # noqa: E731
                                                      {"deposit": deposit["id"], "decision": "open-late", "reason": reason})
    refused("json-malformed", decide, late, "")
    refused("step-refused", decide, kept, "x")
    refused("not-found", decide, {"id": consultation["id"]}, "x")
    decide(late, "transmission commencée avant l'heure, diligence établie")
    assert open_all(world, consultation, [kept, late]) == 1
    assert facts(world, consultation)[-2:] == ["opening.open-late", "opening.amended"]
    minutes = json.loads(world.root.sql(f"select text from pli.event where fact = 'opening.amended' and subject = '{consultation['id']}'")[0])["minutes"]
    assert [(d["late"], d["state"]) for d in minutes["deposits"]] == [(False, "opened"), (True, "opened")]


def test_minutes_state_the_hour_of_those_present_beside_utc(world):
    local = lambda at: world.root.sql(f"select rule.local('{at}')")[0]  # noqa: E731
    assert local("2026-07-14T12:00:00Z") == "2026-07-14T14:00:00+02:00"
    assert local("2026-10-25T00:59:59Z") == "2026-10-25T02:59:59+02:00"
    assert local("2026-10-25T01:00:00Z") == "2026-10-25T02:00:00+01:00"  # the same hour twice: the offset tells them apart


# ---- the register of questions ----

def test_the_register_of_questions_names_who_asked_to_the_buyer_alone(world):
    consultation = world.publish()
    world.front.call("question_ask", world.party["duval"], consultation["id"], {"question": "Quel bois pour les fenêtres de Duval ?"})
    show = lambda who: world.front.call("register_show", world.party[who], consultation["id"], "questions")["rows"][0]  # noqa: E731
    assert show("buyer")[2:4] == ["SARL duval", "90000000100017"] and "Duval" in show("buyer")[6]
    assert show("member1")[2:4] == [None, None] and show("member1")[6] is None  # nothing is published yet
