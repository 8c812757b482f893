"""Retention: tenders are kept for the time of the rule, longer where the buyer says so, and destroyed with evidence of what they were."""
import json

from session import refused


def opened(world, late=False):
    consultation = world.publish()
    deposits = [world.deposit(consultation), world.deposit(consultation, "nord")]
    world.set_deadline(consultation, 0)
    world.front.call("opening_start", world.party["buyer"], consultation["id"])
    for member in ("member1", "member2"):
        world.give_shares(consultation, member, deposits)
    while (claimed := world.front.call("envelope_claim")) is not None:
        world.front.call("envelope_settle", claimed["envelope"], {"outcome": "opened", "documents": [{"name": "a.pdf"}]})
    return consultation, deposits


def age(world, consultation, years):
    """As if it had been opened so long ago."""
    world.root.sql(f"update pli.consultation set deadline = deadline - interval '{years} years', opened_at = opened_at - interval '{years} years' "
                   f"where id = '{consultation['id']}'")


def put(world, consultation, **request):
    return world.front.call("retention_set", world.party["buyer"], consultation["id"], request)


def chunks(world, deposits):
    ids = ",".join(f"'{d['id']}'" for d in deposits)
    return int(world.root.sql(f"select count(*) from pli.chunk k join pli.envelope e on e.body = k.body and e.day = k.day and e.content = k.content where e.deposit in ({ids})")[0])


def test_nothing_is_destroyed_before_its_day_nor_without_the_archives_visa(world):
    consultation, deposits = opened(world)
    put(world, consultation, visa="AD06 2031-17")
    assert world.admin.call("retention_run")["destroyed"] == 0 and chunks(world, deposits) == 2  # the day has not come
    other, kept = opened(world)
    age(world, other, 6)
    assert world.admin.call("retention_run")["destroyed"] == 0 and chunks(world, kept) == 2  # no visa
    shown = world.front.call("retention_show", world.party["member1"], other["id"])
    assert [d["due"] for d in shown["deposits"]] == [True, True] and shown["visaNeeded"]
    assert other["id"] in [row["consultation"] for row in world.admin.call("retention_list", 0)]
    assert consultation["id"] not in [row["consultation"] for row in world.admin.call("retention_list", 30)]


def test_what_is_due_is_destroyed_and_what_it_was_stays_told(world):
    consultation, deposits = opened(world)
    age(world, consultation, 6)
    put(world, consultation, visa="AD06 2031-18")
    assert world.front.call("retention_run") == {"destroyed": 2, "more": False}
    assert world.admin.call("retention_run")["destroyed"] == 0  # once
    assert chunks(world, deposits) == 0
    shown = world.front.call("opening_show", world.party["buyer"], consultation["id"])
    assert [d["envelopes"][0]["state"] for d in shown["deposits"]] == ["destroyed", "destroyed"]
    assert shown["deposits"][0]["envelopes"][0]["report"]["documents"] == [{"name": "a.pdf"}]
    refused("envelope-not-opened", world.front.call, "envelope_show", world.party["buyer"], deposits[0]["envelopes"][0]["id"])
    event = json.loads(world.root.sql(f"select text from pli.event where fact = 'deposit.destroyed' and subject = '{deposits[0]['id']}'")[0])
    assert event["envelopes"][0]["digest"] == deposits[0]["sealed"].summary["digest"] and "AD06 2031-18" in event["reasons"][0]["text"]
    register = world.front.call("register_show", world.party["buyer"], consultation["id"], "deposits")
    assert len(register["rows"]) == 2


def test_a_buyer_keeps_longer_never_shorter(world):
    consultation, deposits = opened(world)
    age(world, consultation, 6)
    put(world, consultation, until="2099-01-01T00:00:00Z", reason="Contentieux en cours")
    put(world, consultation, visa="AD06 2031-19")
    assert world.admin.call("retention_run")["destroyed"] == 0 and chunks(world, deposits) == 2
    refused("retention-shorter", world.front.call, "retention_set", world.party["buyer"], consultation["id"], {"until": "2030-01-01T00:00:00Z", "reason": "x"})
    refused("json-malformed", world.front.call, "retention_set", world.party["buyer"], consultation["id"], {"until": "2100-01-01T00:00:00Z"})
    refused("not-found", world.front.call, "retention_set", world.party["buyer2"], consultation["id"], {"visa": "x"})
    refused("forbidden", world.front.call, "retention_set", world.party["member1"], consultation["id"], {"visa": "x"})
    refused("opening-not-started", world.front.call, "retention_set", world.party["buyer"], world.publish()["id"], {"visa": "x"})


def test_the_tender_of_a_contracts_holder_is_kept_until_after_the_contract(world):
    consultation, deposits = opened(world)
    age(world, consultation, 6)
    put(world, consultation, visa="AD06 2031-20")
    world.root.sql("begin; set local session_replication_role = replica; set local pli.body = '*'; "
                   "insert into pli.contract (body, id, step, state, consultation, lot, number, deposit, holder, amount, months, signed_at) "
                   f"select c.body, gen_random_uuid(), 1, 'notified', c.id, '', 'M1', '{deposits[0]['id']}', '{{}}', 1, 24, c.opened_at from pli.consultation c "
                   f"where c.id = '{consultation['id']}'; commit")
    assert world.admin.call("retention_run")["destroyed"] == 1
    shown = world.front.call("retention_show", world.party["buyer"], consultation["id"])
    assert [d["destroyed"] is None for d in shown["deposits"]] == [True, False]
