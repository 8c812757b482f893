"""Copies de sauvegarde, incidents, registers, evidence: what a judge asks about afterwards."""
import datetime
import json

from session import refused
from world import CHUNK, Envelope, sha256

SIRET = {"duval": "90000000100017", "nord": "90000000200015"}


def event(world, number):
    return json.loads(world.root.sql(f"select text from pli.event where id = {number}")[0])


def ago(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=seconds)).isoformat()


def copy(world, consultation, company="duval", received=None, **more):
    return world.front.call("safeguard_register", world.party["buyer"], consultation["id"],
                            {"company": "SARL " + company, "siret": SIRET[company], "form": "medium", "received": received or ago(60), **more})


def opened(world, consultation, deposits, reports):
    """Through the opening; one report a deposit."""
    world.set_deadline(consultation, 0)
    world.front.call("opening_start", world.party["member1"], consultation["id"])
    for member in ("member1", "member2"):
        world.give_shares(consultation, member, deposits)
    by_envelope = {d["envelopes"][0]["id"]: report for d, report in zip(deposits, reports)}
    while (claimed := world.front.call("envelope_claim")) is not None:
        world.front.call("envelope_settle", claimed["envelope"], by_envelope.get(claimed["envelope"], {"outcome": "opened"}))


INFECTED = {"outcome": "opened", "antivirus": [{"name": "a", "outcome": "infected", "signature": "Eicar"}]}
UNREADABLE = {"outcome": "unreadable", "reasons": [{"code": "DIGEST_DIFFERS", "text": "x"}]}
READ = {"outcome": "opened", "antivirus": [{"name": "a", "outcome": "clean"}]}


def act(world, what, subject, **request):
    return world.front.call("safeguard_" + what, world.party["buyer"], subject["id"], request)


def test_a_copy_is_opened_for_malware_and_for_an_unreadable_deposit_only(world):
    consultation = world.publish()
    deposits = [world.deposit(consultation), world.deposit(consultation, "nord")]
    copies = [copy(world, consultation), copy(world, consultation, "nord")]
    assert event(world, copies[0]["event"])["safeguard"]["company"] == "SARL duval" and [c["number"] for c in copies] == [1, 2]
    refused("safeguard-closed", act, world, "open", copies[0])  # the opening has not begun
    refused("safeguard-closed", act, world, "destroy", copies[1])
    opened(world, consultation, deposits, [INFECTED, READ])
    shown = world.front.call("safeguard_list", world.party["buyer"], consultation["id"])["safeguards"]
    assert [s.get("may") for s in shown] == ["malware", None]
    refused("safeguard-closed", act, world, "open", copies[1])
    refused("safeguard-closed", act, world, "destroy", copies[0])  # it may be needed: a reason is asked for
    done = act(world, "open", copies[0], reason="Fichier infecté par Eicar.")
    assert done["state"] == "opened" and done["ground"] == "malware" and done["deposit"] == deposits[0]["id"]
    fact = event(world, done["event"])
    assert fact["fact"] == "safeguard.opened" and fact["safeguard"]["ground"] == "malware" and fact["reasons"][0]["code"] == "malware"
    assert act(world, "destroy", copies[1])["state"] == "destroyed"
    refused("step-refused", lambda: act(world, "destroy", copies[1], reason="again"))
    refused("safeguard-closed", act, world, "open", copies[1])


def test_a_copy_beside_a_late_deposit_is_opened_if_the_transmission_began_in_time(world):
    consultation = world.publish()
    early, late = world.open_deposit(consultation), None
    copies = [copy(world, consultation), copy(world, consultation, "nord")]
    world.set_deadline(consultation, 0)
    late = world.open_deposit(consultation, "nord")
    for deposit, company in ((early, "duval"), (late, "nord")):
        world.send(deposit, Envelope(consultation), company=company)
        assert world.front.call("deposit_commit", world.party[company], deposit["id"], None)["late"] is True
    world.front.call("opening_start", world.party["member1"], consultation["id"])
    assert act(world, "open", copies[0])["ground"] == "late"
    refused("safeguard-closed", act, world, "open", copies[1])


def test_a_copy_beside_an_unfinished_or_unreadable_deposit_is_opened(world):
    consultation = world.publish()
    unreadable = world.deposit(consultation)
    world.open_deposit(consultation, "nord")
    copies = [copy(world, consultation), copy(world, consultation, "nord")]
    opened(world, consultation, [unreadable], [UNREADABLE])
    assert [act(world, "open", c)["ground"] for c in copies] == ["unreadable", "incomplete"]


def test_a_copy_that_came_late_or_is_not_marked_is_never_opened(world):
    consultation = world.publish()
    deposits = [world.deposit(consultation), world.deposit(consultation, "nord")]
    unmarked = copy(world, consultation, marked=False)
    opened(world, consultation, deposits, [INFECTED, INFECTED])
    late = copy(world, consultation, "nord", received=ago(0))
    assert late["late"] is True
    refused("safeguard-closed", act, world, "open", unmarked)
    refused("safeguard-closed", act, world, "open", late)


def test_a_copy_is_its_bodys_affair(world):
    consultation = world.publish()
    kept = copy(world, consultation)
    refused("not-found", world.front.call, "safeguard_open", world.party["buyer2"], kept["id"], {})
    refused("not-found", world.front.call, "safeguard_register", world.party["buyer2"], consultation["id"], {"company": "X", "form": "paper", "received": ago(1)})
    refused("forbidden", world.front.call, "safeguard_open", world.party["member1"], kept["id"], {})
    for wrong in ({"form": "fax"}, {"siret": "12"}, {"received": "2099-01-01T00:00:00Z"}, {"received": "yesterday"}):
        refused("json-malformed", lambda wrong=wrong: copy(world, consultation, **wrong))
    refused("23514", world.root.sql, f"update pli.safeguard set state = 'opened' where id = '{kept['id']}'")


# ---- incidents ----

def test_a_later_deadline_keeps_deposits_and_tells_each_company(world):
    consultation = world.publish()
    first = world.deposit(consultation)
    world.set_deadline(consultation, 0)
    late = world.deposit(consultation, "nord")
    assert late["late"] is True
    move = {"deadline": "2099-02-01T12:00:00+01:00", "reason": "Panne de la plateforme de 11 h 40 à 12 h 10."}
    refused("not-found", world.front.call, "deadline_move", world.party["buyer2"], consultation["id"], move)
    refused("consultation-deadline", world.front.call, "deadline_move", world.party["buyer"], consultation["id"], move | {"deadline": ago(5)})
    refused("json-malformed", world.front.call, "deadline_move", world.party["buyer"], consultation["id"], {"deadline": move["deadline"]})
    moved = world.front.call("deadline_move", world.party["buyer"], consultation["id"], move)
    assert moved["deadline"] == "2099-02-01T11:00:00.000000Z" and moved["told"] == 2
    for company, deposit in (("duval", first), ("nord", late)):
        shown = world.front.call("deposit_show", world.party[company], deposit["id"])
        assert shown["state"] == "committed" and shown["late"] is False
    told = world.root.sql(f"select company from pli.event where fact = 'consultation.deadline-moved' and subject = '{consultation['id']}' order by id")
    assert sorted(told) == sorted(["21060999100018", SIRET["duval"], SIRET["nord"]])
    assert world.root.sql(f"select count(*) from pli.event where fact = 'deposit.in-time' and subject = '{late['id']}'") == ["1"]
    second = world.deposit(consultation, "nord")
    assert world.front.call("deposit_show", world.party["nord"], late["id"])["state"] == "replaced" and second["late"] is False
    world.set_deadline(consultation, 0)
    world.front.call("opening_start", world.party["member1"], consultation["id"])
    refused("consultation-deadline", world.front.call, "deadline_move", world.party["buyer"], consultation["id"], move | {"deadline": "2099-03-01T12:00:00Z"})


def test_the_commission_changes_before_the_first_deposit_only(world):
    consultation = world.publish()
    others = {"members": [{"sha256": sha256(world.certificates[m]).hex()} for m in ("member3", "member1")], "quorum": 1}
    changed = world.front.call("commission_change", world.party["buyer"], consultation["id"], others)
    assert [m["name"] for m in changed["members"]] == ["member3", "member1"] and changed["quorum"] == 1
    refused("consultation-members", world.front.call, "commission_change", world.party["buyer"], consultation["id"], others | {"quorum": 3})
    world.open_deposit(consultation)
    refused("commission-sealed", world.front.call, "commission_change", world.party["buyer"], consultation["id"], others)


# ---- registers and evidence ----

def test_registers_say_who_took_and_who_deposited(world):
    draft = world.draft()
    place = world.front.call("document_begin", world.party["buyer"], draft["id"], "règlement.pdf", "application/pdf")
    world.front.call("chunk_put", place["day"], place["content"], 0, sha256(b"x"), b"x")
    world.front.call("document_finish", world.party["buyer"], draft["id"], "règlement.pdf", 1, sha256(b"x"))
    consultation = world.front.call("consultation_publish", world.party["buyer"], draft["id"])
    world.front.call("document_open", world.party["duval"], consultation["id"], "règlement.pdf")
    world.front.call("document_open", None, consultation["id"], "règlement.pdf")
    deposit = world.deposit(consultation)
    show = lambda who, name: world.front.call("register_show", world.party[who], consultation["id"], name)
    withdrawals = show("buyer", "withdrawals")
    assert withdrawals["columns"][2] == "document" and [row[4] for row in withdrawals["rows"]] == ["SARL duval", None]
    assert show("buyer", "deposits")["rows"] == []  # confidential until the opening
    world.set_deadline(consultation, 0)
    world.front.call("opening_start", world.party["member1"], consultation["id"])
    row = dict(zip(show("auditor", "deposits")["columns"], show("auditor", "deposits")["rows"][0]))
    assert row["deposit"] == deposit["id"] and row["late"] is False and row["bytes"] == 100
    refused("forbidden", show, "duval", "deposits")
    refused("not-found", show, "buyer2", "deposits")
    refused("not-found", show, "buyer", "visitors")


def test_evidence_holds_every_attempt_chunk_and_hour(world):
    consultation = world.publish()
    begun = world.open_deposit(consultation)
    envelope = Envelope(consultation, (CHUNK, 10))
    world.send(begun, envelope)
    world.front.call("transfer_record", world.party["duval"], begun["id"], "offre", {"first": 0, "count": 1, "bytes": CHUNK, "outcome": "reset"})
    world.front.call("health_put", "front-1", {"ready": True})
    shown = world.admin.call("evidence_show", begun["id"])
    assert shown["deposit"]["state"] == "started" and [a["outcome"] for a in shown["attempts"]] == ["opened", "reset"]
    assert [c[2] for c in shown["chunks"]["offre"]] == [sha256(c).hex() for c in envelope.chunks]
    assert '"ready": true' in shown["health"][-1]["lines"]
    number = world.admin.call("evidence_append", begun["id"], [{"name": "deposit.json", "mediaType": "application/json", "size": 3, "sha256": "ab" * 32}])["event"]
    assert event(world, number)["documents"][0]["sha256"] == "ab" * 32
    assert world.admin.call("evidence_receipt", number) is None
    world.notarize()
    assert world.admin.call("evidence_receipt", number) is not None
    assert all(r["fact"] != "evidence.exported" for r in world.admin.call("evidence_receipts", begun["id"]))


# ---- lots ----

def test_a_candidature_may_be_for_all_lots_and_lots_ask_for_their_own_kinds(world):
    lots = [{"number": "1", "title": "Bois"}, {"number": "2", "title": "Toit", "envelopes": ["offre"]}]
    consultation = world.publish(envelopes=["candidature", "offre"], lots=lots)
    assert consultation["lots"][1]["envelopes"] == ["offre"]
    begun = world.open_deposit(consultation)
    world.send(begun, Envelope(consultation, lot="1"), "lot1")
    world.send(begun, Envelope(consultation, lot="2"), "lot2")
    missing = json.loads(refused("deposit-incomplete", world.front.call, "deposit_commit", world.party["duval"], begun["id"], None).detail)
    assert missing == [{"kind": "candidature", "lot": "1"}]
    refused("manifest-mismatch", world.send, world.open_deposit(consultation), Envelope(consultation), "tout")
    world.send(begun, Envelope(consultation, kind="candidature"), "candidature")
    first = world.front.call("deposit_commit", world.party["duval"], begun["id"], None)
    again = world.open_deposit(consultation)
    world.send(again, Envelope(consultation, lot="2"), "lot2")
    world.front.call("deposit_commit", world.party["duval"], again["id"], None)
    states = lambda d: {e["envelope"]: e["state"] for e in world.front.call("deposit_show", world.party["duval"], d["id"])["envelopes"]}
    assert states(first) == {"candidature": "sealed", "lot1": "sealed", "lot2": "replaced"}
    third = world.open_deposit(consultation)
    world.send(third, Envelope(consultation, lot="1"), "lot1")
    world.send(third, Envelope(consultation, kind="candidature"), "candidature")
    world.front.call("deposit_commit", world.party["duval"], third["id"], None)
    assert set(states(first).values()) == {"replaced"}
    assert states(again) == {"lot2": "sealed"}
