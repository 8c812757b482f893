"""The prefecture's letters, the messages that follow an acte, the classification, the State's silence."""
import json

from session import refused


def taken(world, **more):
    """An acte that the State has acknowledged."""
    filing = world.filing(**more)
    world.front.call("filing_submit", world.party["filer"], filing["id"], {})
    send(world, filing["id"])
    said(world, "1-2", filing["act"])
    return filing


def send(world, filing):
    item = world.claim({"id": filing})
    world.relay.call("outbox_settle", item["item"], "sent", {"status": 200})
    return item


def said(world, message, act, **more):
    said.serial = getattr(said, "serial", 0) + 1
    return world.relay.call("filing_answer", "actes", {"message": message, "act": act, **more}, f"<{message} {said.serial}/>".encode())


def show(world, filing):
    return world.front.call("filing_show", world.party["filer"], filing)


def letter_of(world, letter):
    return world.front.call("letter_show", world.party["filer"], letter)


def queued(world, about):
    return [(m["message"], m["state"]) for m in show(world, about)["messages"]]


def reply(world, letter, message, names=("reponse.pdf",)):
    made = world.front.call("reply_create", world.party["filer"], letter, {"message": message, "documents": [{"name": n, "type": "99_DE"} for n in names]}, None)
    for name in names:
        place = world.front.call("filing_file_begin", world.party["filer"], made["id"], name, "application/pdf")
        world.front.call("chunk_put", place["day"], place["content"], 0, world.sha256(b"%PDF-1.7"), b"%PDF-1.7")
        world.front.call("filing_file_finish", world.party["filer"], made["id"], name, 8, world.sha256(b"%PDF-1.7"))
    return world.front.call("filing_submit", world.party["filer"], made["id"], {})


def test_a_demand_for_pieces_is_acknowledged_by_the_gateway_and_replied_to_by_the_authority(world):
    acte = taken(world)
    came = said(world, "3-1", acte["act"], letter="2026-11-21", text="Le plan")
    assert queued(world, acte["id"]) == [("3-2", "submitted")]  # in the same transaction
    assert letter_of(world, came["letter"])["state"] == "received"
    item = send(world, show(world, acte["id"])["messages"][0]["id"])
    assert item["filing"]["about"]["act"] == acte["act"] and item["filing"]["letterDate"] == "2026-11-21"
    assert letter_of(world, came["letter"])["state"] == "acknowledged"
    answered = reply(world, came["letter"], "3-4", ("plan.pdf", "coupe.pdf"))
    assert letter_of(world, came["letter"])["state"] == "replied"
    send(world, answered["id"])
    said(world, "3-5", acte["act"], letter="2026-11-21")
    assert show(world, answered["id"])["state"] == "acknowledged" and letter_of(world, came["letter"])["state"] == "settled"
    assert [s["state"] for s in letter_of(world, came["letter"])["steps"]] == ["received", "acknowledged", "replied", "settled"]
    assert show(world, acte["id"])["state"] == "acknowledged"


def test_each_letter_takes_only_the_replies_of_its_kind(world):
    acte = taken(world)
    letters = {m: said(world, m, acte["act"], letter="2026-11-22")["letter"] for m in ("2-1", "3-1", "4-1", "5-1")}
    assert [m for m, _ in queued(world, acte["id"])] == ["3-2", "4-2"]  # neither a simple letter nor a déféré is acknowledged
    one = [{"name": "a.pdf"}]
    for letter, message in (("2-1", "3-4"), ("3-1", "3-2"), ("4-1", "2-2"), ("5-1", "4-4"), ("3-1", "1-1"), ("3-1", "9-9")):
        refused("reply-unfit", world.front.call, "reply_create", world.party["filer"], letters[letter], {"message": message, "documents": one}, None)
    refused("json-malformed", world.front.call, "reply_create", world.party["filer"], letters["3-1"], {"message": "3-3", "documents": one * 2}, None)
    refused("not-found", world.front.call, "reply_create", world.party["filer2"], letters["2-1"], {"message": "2-2", "documents": one}, None)
    refused("not-found", world.front.call, "letter_show", world.party["filer2"], letters["2-1"])
    for letter, message in (("2-1", "2-2"), ("3-1", "3-3"), ("4-1", "4-3"), ("4-1", "4-4")):
        assert reply(world, letters[letter], message)["state"] == "submitted"
    listed = world.front.call("letter_list", world.party["filer"], "replied", None, 2)
    assert len(listed["letters"]) == 2 and listed["next"] == listed["letters"][-1]["id"]
    assert world.front.call("letter_list", world.party["filer2"], None, None, 10)["letters"] == []


def test_the_files_of_an_answer_are_found_in_its_bytes(world):
    acte = taken(world)
    came = world.relay.call("filing_answer", "actes", {"message": "2-1", "act": acte["act"], "letter": "2026-11-21", "files": [
        {"name": "m.xml", "mediaType": "application/xml", "size": 4}, {"name": "lettre.pdf", "mediaType": "application/pdf", "size": 5}]}, b"<m/>%PDF-")
    assert [f["name"] for f in letter_of(world, came["letter"])["files"]] == ["m.xml", "lettre.pdf"]
    def rows(n, who="filer"):
        return world.front.call("answer_file", world.party[who], acte["id"], came["answer"], n)
    assert rows(1) == ["\\x" + b"%PDF-".hex()] and rows(0) == ["\\x" + b"<m/>".hex()]
    refused("not-found", rows, 2)
    refused("not-found", rows, 0, "filer2")


def test_a_cancellation_is_asked_once_and_ends_with_the_states_word(world):
    acte = taken(world)
    asked = world.front.call("filing_cancel", world.party["filer"], acte["id"])
    assert show(world, acte["id"])["state"] == "cancelling"
    assert world.front.call("filing_cancel", world.party["filer"], acte["id"])["id"] == asked["id"]
    send(world, asked["id"])
    assert said(world, "6-2", acte["act"], at="2026-11-23")["state"] == "cancelled"
    assert show(world, asked["id"])["state"] == "acknowledged"
    refused("step-refused", world.front.call, "filing_cancel", world.party["filer"], acte["id"])


def test_a_cancellation_that_is_refused_leaves_the_acte(world):
    acte = taken(world)
    asked = world.front.call("filing_cancel", world.party["filer"], acte["id"])
    item = send(world, asked["id"])
    said(world, "anomaly", None, envelope=f"EACT--210609991--{item['date']}-{item['serial']}.xml", code="999", text="ODT-VERIF-17")
    assert show(world, asked["id"])["state"] == "refused" and show(world, acte["id"])["state"] == "acknowledged"


def test_a_stale_classification_asks_for_the_new_one(world):
    filing = world.filing()
    world.front.call("filing_submit", world.party["filer"], filing["id"], {})
    send(world, filing["id"])
    said(world, "1-3", filing["act"], code="002", reason="ODT-VERIF-01", text="ODT-VERIF-01 : …")
    other = world.filing()
    world.front.call("filing_submit", world.party["filer"], other["id"], {})
    asked = world.root.sql("select id from pli.filing where message = '7-1'")
    assert len(asked) == 1 and world.front.call("classification_ask", world.party["filer"])["id"] == asked[0]
    send(world, asked[0])
    assert world.front.call("classification_show", world.party["filer"]) is None
    matters = [{"code": "1", "label": "Commande publique"}, {"code": "1.1", "label": "Marchés publics"}]
    world.relay.call("filing_answer", "actes", {"message": "7-2", "siren": "210609991", "classification": "2026-10-10", "natures": [], "matters": matters}, b"<7-2/>")
    kept = world.front.call("classification_show", world.party["filer"])
    assert kept["version"] == "2026-10-10" and kept["matters"] == matters
    assert show(world, asked[0])["state"] == "acknowledged"
    send(world, other["id"])
    said(world, "1-2", other["act"], classification="2026-11-01")  # a later version is in use: asked for
    again = world.front.call("classification_ask", world.party["filer"])
    assert again["id"] != asked[0] and again["classification"] == "2026-10-10"
    send(world, again["id"])
    world.relay.call("filing_answer", "actes", {"message": "7-3", "siren": "210609991", "classification": "2026-10-10"}, b"<7-3/>")
    assert show(world, again["id"])["state"] == "acknowledged"
    refused("answer-unmatched", world.relay.call, "filing_answer", "actes", {"message": "7-3", "siren": "210209992", "classification": "2026-10-10"}, b"<7-3b/>")


def test_an_answer_to_somebody_else_is_not_ours(world):
    acte = taken(world)
    refused("answer-unmatched", lambda: said(world, "2-1", acte["act"], siren="210209992", letter="2026-11-21"))


def test_the_states_silence_is_an_alert_once(world):
    filing = world.filing()
    world.front.call("filing_submit", world.party["filer"], filing["id"], {})
    send(world, filing["id"])
    world.root.sql(f"update pli.filing set answer_due = clock_timestamp() where id = '{filing['id']}'")
    assert [f["well"] for f in world.admin.call("doctor") if f["name"] == "answers"] == [False]
    assert world.admin.call("sweep")["unanswered"] == 1 and world.admin.call("sweep")["unanswered"] == 0
    facts = world.root.sql(f"select text from pli.event where subject = '{filing['id']}' and fact = 'filing.unanswered'")
    assert len(facts) == 1 and json.loads(facts[0])["reasons"][0]["code"] == "answer-overdue"
    said(world, "1-2", filing["act"])
    assert [f["well"] for f in world.admin.call("doctor") if f["name"] == "answers"] == [True]
