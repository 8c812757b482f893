"""PES: uniqueness per body, answers matched and applied once, returns routed; channels paused, with hours and a volume."""
import hashlib
import json
import os

from session import refused

SAINT, VILLE = "21060999100018", "21020999200019"


def draft(world, filer="filer"):
    made = world.front.call("pes_create", world.party[filer], {"kind": "pes", "documents": [{"name": "pes.xml"}]}, None)
    place = world.front.call("filing_file_begin", world.party[filer], made["id"], "pes.xml", "application/xml")
    data = os.urandom(20)
    world.front.call("chunk_put", place["day"], place["content"], 0, hashlib.sha256(data).digest(), data)
    world.front.call("filing_file_finish", world.party[filer], made["id"], "pes.xml", len(data), hashlib.sha256(data).digest())
    return made["id"]


def facts(name, siret=SAINT, **more):
    return {"name": name, "type": "PESALR2", "post": "006111", "siret": siret, "code": "123", "budget": "00", "attachments": [], **more}


def submit(world, said, filer="filer", reasons=()):
    return world.front.call("pes_submit", world.party[filer], draft(world, filer), said, {}, list(reasons))


def sent(world, filing):
    while (item := world.relay.call("outbox_claim", "pes")) is not None:
        world.relay.call("outbox_settle", item["item"], "sent", {"archive": "x.xml", "bytes": 20})
    assert world.front.call("filing_show", world.party["filer"], filing["id"])["state"] == "sent"


def codes(filing):
    return [reason["code"] for reason in filing["checks"]["reasons"]]


def test_a_pes_is_refused_for_what_its_body_sent_before_only(world):
    name = "S-" + os.urandom(4).hex()
    first = submit(world, facts(name, attachments=["PJ-" + name]))
    assert first["state"] == "submitted" and first["object"] == "PES " + name and first["pes"]["name"] == name
    again = submit(world, facts(name, attachments=["PJ-" + name]))
    assert again["state"] == "rejected" and codes(again) == ["pes-name-used", "pes-attachment-used"]
    assert submit(world, facts(name, siret=VILLE), filer="filer2")["state"] == "submitted"  # another body's affair
    assert codes(submit(world, facts("F-" + name, siret=VILLE))) == ["pes-collectivity-foreign"]
    assert codes(submit(world, facts("G-" + name), reasons=[{"code": "pes-label", "clause": "", "text": "x"}])) == ["pes-label"]


def test_an_acquit_is_applied_once_to_its_own_and_frees_what_was_refused(world):
    name = "A-" + os.urandom(4).hex()
    filing = submit(world, facts(name + ".xml", attachments=["OK-" + name, "KO-" + name]))
    answer = {"message": "acquit", "name": name, "siret": SAINT, "code": "000", "outcome": "refused", "accepted": ["OK-" + name], "elements": [], "reasons": [{"code": "E", "text": "non"}]}
    refused("answer-unmatched", world.relay.call, "pes_answer", answer, b"early")  # never tried to be sent
    sent(world, filing)
    refused("answer-unmatched", world.relay.call, "pes_answer", {**answer, "siret": VILLE}, b"stranger")
    done = world.relay.call("pes_answer", answer, name.encode())
    assert done["state"] == "refused" and not done["duplicate"]
    assert world.relay.call("pes_answer", answer, name.encode())["duplicate"]
    shown = world.front.call("filing_show", world.party["filer"], filing["id"])
    assert len(shown["answers"]) == 1
    event = json.loads(world.root.sql(f"select text from pli.event where id = {done['event']}")[0])
    assert event["event"] == "RelayRejection" and event["reasons"] == [{"code": "E", "text": "non"}]
    assert codes(submit(world, facts(name + ".xml", attachments=["OK-" + name, "KO-" + name]))) == ["pes-attachment-used"]  # that one the DGFiP has
    assert submit(world, facts(name + ".xml", attachments=["KO-" + name]))["state"] == "submitted"


def returned(world, siret, data, **more):
    return world.relay.call("return_begin", {"kind": "retour", "file": "PES2R.xml", "siret": siret, "code": "123", "budget": "00", "size": len(data),
                                             "sha256": hashlib.sha256(data).hexdigest(), **more})


def test_a_return_is_its_bodys_once_whole(world):
    data = os.urandom(30)
    begun = returned(world, SAINT, data)
    refused("content-incomplete", world.relay.call, "return_finish", begun["id"])
    world.relay.call("chunk_put", begun["day"], begun["content"], 0, hashlib.sha256(data).digest(), data)
    listed = world.front.call("return_list", world.party["filer"], None)["returns"]
    assert begun["id"] not in [one["id"] for one in listed]
    world.relay.call("return_finish", begun["id"])
    assert returned(world, SAINT, data)["duplicate"]
    one = world.front.call("return_list", world.party["filer"], None)["returns"][0]
    assert (one["id"], one["taken"], one["routing"]["line"]) == (begun["id"], None, 1)
    refused("not-found", world.front.call, "return_open", world.party["filer2"], begun["id"])
    assert world.front.call("return_open", world.party["filer"], begun["id"])["size"] == 30
    assert world.front.call("return_list", world.party["filer"], None)["returns"][0]["taken"] is not None
    assert returned(world, "11111111100019", os.urandom(5)) is None
    assert returned(world, SAINT[:9] + "99999", os.urandom(5))["duplicate"] is False  # by the SIREN


def test_what_is_nobodys_is_kept_whole_and_told_once(world):
    data = os.urandom(40)
    file = {"kind": "unknown", "file": "x.bin", "size": 40, "sha256": hashlib.sha256(data).hexdigest(), "reason": {"code": "pes-malformed", "text": "no XML"}}
    begun = world.relay.call("quarantine_begin", "pes", file)
    refused("content-incomplete", world.relay.call, "quarantine_finish", begun["id"])
    for _ in range(2):
        world.relay.call("quarantine_chunk", begun["id"], 0, data)
    event = world.relay.call("quarantine_finish", begun["id"])["event"]
    assert world.relay.call("quarantine_begin", "pes", file)["duplicate"]
    assert world.relay.call("quarantine_finish", begun["id"])["event"] == event
    assert [q["reason"]["code"] for q in world.admin.call("quarantine_list") if q["file"] == "x.bin"] == ["pes-malformed"]


def test_a_channel_closes_by_pause_hours_and_volume(world):
    filing = submit(world, facts("C-" + os.urandom(4).hex()))
    world.admin.call("channel_change", {"name": "pes", "change": "pause", "reason": "travaux"})
    assert world.relay.call("outbox_claim", "pes") is None
    changed = world.admin.call("channel_change", {"name": "pes", "change": "resume"})
    assert changed["closed"] is None and changed["reason"] is None
    refused("json-malformed", world.admin.call, "channel_change", {"name": "pes", "change": "set", "windows": ["25:00-26:00"]})
    refused("not-found", world.admin.call, "channel_change", {"name": "fax", "change": "pause"})
    assert [channel["name"] for channel in world.admin.call("channel_list")] == ["actes", "mailbox", "pes"]
    sent(world, filing)
    closed = world.admin.call("channel_change", {"name": "pes", "change": "set", "hourlyBytes": 1})
    assert closed["closed"] == "volume" and closed["hourSent"] >= 20
    assert world.admin.call("channel_change", {"name": "pes", "change": "set", "hourlyBytes": 0})["closed"] is None


def test_the_hours_of_a_channel_are_of_paris_and_may_pass_midnight(world):
    def opened(windows, at):
        return world.root.sql(f"select rule.window_open('{{{windows}}}', '{at}')")[0]
    assert opened("07:00-20:30", "2026-07-01T05:30:00Z") == "t" and opened("07:00-20:30", "2026-01-01T05:30:00Z") == "f"
    assert opened("22:00-02:00", "2026-01-01T00:30:00Z") == "t" and opened("22:00-02:00", "2026-01-01T12:00:00Z") == "f"


def test_a_channel_that_falls_and_rises_is_an_event_each_time(world):
    def said():
        return int(world.root.sql("select count(*) from pli.event where fact in ('channel.down', 'channel.up') and subject = 'actes'")[0])
    before = said()
    for state in ("up", "down", "down", "up"):
        world.relay.call("channel_report", "actes", {"state": state, "text": "x"})
    assert said() == before + 2
    world.admin.call("channel_test", {"name": "actes"})
    assert world.relay.call("channel_report", "actes", {"state": "up", "text": ""})["test"]
    assert not world.relay.call("channel_report", "actes", {"state": "up", "text": "", "test": {"well": True}})["test"]
