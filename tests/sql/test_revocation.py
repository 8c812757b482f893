"""Revocation data that verdicts ask for: asked once, fetched once, given to all, kept where fetching fails."""
import base64

from session import refused

LIST = {"kind": "crl", "url": "http://listes.exemple.fr/ac.crl"}
ANSWER = {"kind": "ocsp", "url": "http://ocsp.exemple.fr/", "request": base64.b64encode(b"\x30\x03question").decode()}


def pending(world, *wanted, age=3600):
    return world.front.call("revocation_want", list(wanted), age)["pending"]


def bodies(world, *wanted):
    return sorted(row.split("|")[1] for row in (world.front.call("revocation_bodies", list(wanted)) or []))


def forget(world):
    world.root.sql("delete from pli.revocation")


def test_what_is_asked_twice_is_fetched_once_and_given_to_all(world):
    forget(world)
    assert pending(world, LIST) == 1 and pending(world, LIST, ANSWER) == 2
    claimed = [world.relay.call("revocation_claim", 30) for _ in range(3)]
    assert claimed[2] is None
    assert {(c["kind"], c["url"], c["request"]) for c in claimed[:2]} == {("crl", LIST["url"], ""), ("ocsp", ANSWER["url"], ANSWER["request"])}
    for each in claimed[:2]:
        world.relay.call("revocation_store", each["id"], each["kind"].encode(), 3600)
    assert pending(world, LIST, ANSWER) == 0
    assert bodies(world, LIST, ANSWER) == ["\\x" + b"crl".hex(), "\\x" + b"ocsp".hex()]
    assert bodies(world, LIST) == ["\\x" + b"crl".hex()]
    assert world.relay.call("revocation_claim", 30) is None


def test_what_has_aged_is_fetched_again_and_given_meanwhile(world):
    forget(world)
    pending(world, LIST)
    world.relay.call("revocation_store", world.relay.call("revocation_claim", 30)["id"], b"old", 3600)
    assert pending(world, LIST, age=0) == 1
    assert bodies(world, LIST) == ["\\x" + b"old".hex()]
    assert world.relay.call("revocation_claim", 30)["url"] == LIST["url"]


def test_a_source_that_fails_is_not_waited_for_and_keeps_what_it_had(world):
    forget(world)
    pending(world, LIST)
    number = world.relay.call("revocation_claim", 30)["id"]
    world.relay.call("revocation_store", number, b"old", 3600)
    assert pending(world, LIST, age=0) == 1
    world.relay.call("revocation_fail", world.relay.call("revocation_claim", 30)["id"], "no route to host")
    assert pending(world, LIST, age=0) == 0
    assert world.relay.call("revocation_claim", 30) is None
    assert bodies(world, LIST) == ["\\x" + b"old".hex()]
    shown = world.admin.call("revocation_list", 10)[0]
    assert shown["failures"] == 1 and shown["problem"] == "no route to host" and shown["size"] == 3
    world.root.sql("update pli.revocation set due_at = clock_timestamp()")
    assert world.relay.call("revocation_claim", 30)["id"] == number


def test_a_lease_keeps_others_away_until_it_is_over(world):
    forget(world)
    pending(world, LIST)
    assert world.relay.call("revocation_claim", 30) is not None and world.relay.call("revocation_claim", 30) is None
    world.root.sql("update pli.revocation set lease_until = clock_timestamp()")
    assert world.relay.call("revocation_claim", 30) is not None


def test_only_the_web_is_asked_and_questions_are_short(world):
    forget(world)
    for wrong in ({"kind": "crl", "url": "ldap://annuaire.exemple.fr/"}, {"kind": "crl", "url": "file:///etc/passwd"}, {"kind": "crl"},
                  {"kind": "ocsp", "url": ANSWER["url"]}, {**LIST, "request": ANSWER["request"]}, {"kind": "x", "url": LIST["url"]},
                  {**ANSWER, "request": base64.b64encode(bytes(3000)).decode()}, {**ANSWER, "request": "*"}):
        refused("PLI00", world.front.call, "revocation_want", [wrong], 60)
    assert world.admin.call("revocation_list", 10) == []


def test_what_nobody_wants_any_more_is_forgotten(world):
    forget(world)
    pending(world, LIST)
    world.root.sql("update pli.revocation set wanted_at = clock_timestamp() - interval '8 days'")
    assert world.relay.call("revocation_claim", 30) is None and len(world.admin.call("revocation_list", 10)) == 1
    world.root.sql("update pli.revocation set wanted_at = clock_timestamp() - interval '31 days'")
    assert world.relay.call("revocation_claim", 30) is None and world.admin.call("revocation_list", 10) == []
