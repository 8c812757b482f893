"""Every kind of fact that the database makes has its receipt: of the one grammar, complete, sealed, and proven by `pli`."""
import hashlib
import html
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as tree

import pytest

from office import assert_in_journal, assert_sealed, opened_office
from stack import ROOT

sys.path.insert(0, os.path.join(ROOT, "tests", "sql"))
from world import Envelope, World  # noqa: E402

SPACE = "{urn:pli:receipt:1}"
NEGATIVE = ("SubmissionRejection", "RelayRejection", "RelayFailure", "ContentHandoverFailure")
FACTS = {"consultation.published", "deposit.committed", "deposit.replaced", "deposit.withdrawn", "opening.started", "opening.finished",
         "envelope.opened", "envelope.unreadable", "envelope.infected", "filing.submitted", "filing.rejected", "filing.sent",
         "filing.failed", "filing.answered", "cursor.acknowledged", "deposit.abandoned", "deposit.rehearsed", "deposit.in-time",
         "consultation.deadline-moved", "consultation.commission-changed", "safeguard.registered", "safeguard.opened",
         "safeguard.destroyed", "evidence.exported", "platform.health"}


@pytest.fixture(scope="module", name="office")
def _office():
    with opened_office() as built:
        yield built


def opened_envelopes(world):
    """One consultation through its opening: replaced, withdrawn, opened, unreadable and infected."""
    consultation = world.publish()
    world.deposit(consultation)
    kept = [world.deposit(consultation)]
    world.front.call("deposit_withdraw", world.party["nord"], world.deposit(consultation, "nord")["id"])
    for siret in ("90000000300013", "90000000400011"):
        world.enrol("c" + siret, siret, None, ["company"])
        kept.append(world.deposit(consultation, "c" + siret))
    world.set_deadline(consultation, 0)
    world.front.call("opening_start", world.party["member1"], consultation["id"])
    for member in ("member1", "member2"):
        world.give_shares(consultation, member, kept)
    documents = [{"name": "mémoire technique.pdf", "mediaType": "application/pdf", "size": 60}]
    for report in ({"outcome": "opened", "reasons": [], "antivirus": [{"name": "a", "outcome": "clean"}]},
                   {"outcome": "unreadable", "reasons": [{"code": "DIGEST_DIFFERS", "text": "Fragment 3"}]},
                   {"outcome": "opened", "antivirus": [{"name": "mémoire technique.pdf", "outcome": "infected", "signature": "Eicar"}]}):
        world.front.call("envelope_settle", world.front.call("envelope_claim")["envelope"], report | {"documents": documents})


def filings(world):
    """Three filings: one to the State and back, one refused here, one that could not be sent."""
    sent, failed, rejected = world.filing(), world.filing(), world.filing()
    world.front.call("filing_refuse", world.party["filer"], rejected["id"], {"code": "filing-infected", "detail": "deliberation.pdf"})
    for filing, outcome, detail in ((sent, "sent", {"archive": "PLI-EACT--210609991--20261120-1.tar.gz", "sha256": "ab" * 32, "bytes": 4711,
                                                    "status": 200, "url": "main"}),
                                    (failed, "refused", {"status": 413, "reasons": [{"code": "413", "clause": "x", "text": "trop grand"}]})):
        world.front.call("filing_submit", world.party["filer"], filing["id"], {})
        world.relay.call("outbox_settle", world.claim(filing)["item"], outcome, detail)
    world.relay.call("filing_answer", "actes", {"message": "1-2", "act": sent["act"], "at": "2026-11-21"}, b"<ARActe/>")
    world.relay.call("filing_answer", "actes", {"message": "1-3", "act": sent["act"], "code": "006", "text": "illisible"}, b"<AnomalieActe/>")
    world.relay.call("filing_answer", "actes", {"message": "1-3", "act": sent["act"]}, b"<AnomalieActe></AnomalieActe>")


def survivals(world):
    """What is neither a deposit nor an opening: given up, rehearsed, told of a later deadline, kept on paper, exported, watched."""
    consultation = world.publish()
    members = [{"sha256": hashlib.sha256(world.certificates[m]).hexdigest()} for m in ("member1", "member2", "member3")]
    world.front.call("commission_change", world.party["buyer"], consultation["id"], {"members": members})
    begun = world.open_deposit(consultation)
    world.front.call("transfer_record", world.party["duval"], begun["id"], "offre", {"first": 0, "count": 0, "bytes": 7, "outcome": "reset"})
    world.front.call("deposit_abandon", world.party["duval"], begun["id"])
    rehearsed = world.front.call("deposit_open", world.party["duval"], consultation["id"], None, {"rehearsal": True, "clock": "2026-01-01T00:00:00Z"})
    world.send(rehearsed, Envelope(consultation))
    world.front.call("deposit_commit", world.party["duval"], rehearsed["id"], None)
    copies = [world.front.call("safeguard_register", world.party["buyer"], consultation["id"], {
        "company": name, "siret": siret, "form": "paper", "received": "2026-01-02T03:04:05Z"})
        for name, siret in (("SARL nord", "90000000200015"), ("SARL duval", "90000000100017"))]
    world.set_deadline(consultation, 0)
    late = world.deposit(consultation, "nord")
    world.front.call("deadline_move", world.party["buyer"], consultation["id"], {"deadline": "2099-02-01T12:00:00Z", "reason": "Panne"})
    world.admin.call("evidence_append", begun["id"], [{"name": "deposit.json", "mediaType": "application/json", "size": 3, "sha256": "ab" * 32}])
    world.set_deadline(consultation, 0)
    world.front.call("opening_start", world.party["member1"], consultation["id"])
    for member in ("member1", "member2"):
        world.give_shares(consultation, member, [late])
    claimed = world.front.call("envelope_claim")
    world.front.call("envelope_settle", claimed["envelope"], {"outcome": "unreadable", "reasons": [{"code": "DIGEST_DIFFERS", "text": "x"}]})
    world.front.call("safeguard_open", world.party["buyer"], copies[0]["id"], {"reason": "Enveloppe illisible."})
    world.front.call("safeguard_destroy", world.party["buyer"], copies[1]["id"], {"reason": "Sans objet."})
    world.front.call("health_put", "front-1", {"ready": True})
    world.root.sql("alter table pli.health disable trigger append_only")
    world.root.sql("update pli.health set at = at - interval '3 hours'")
    world.root.sql("alter table pli.health enable trigger append_only")
    world.front.call("sweep")


def leaves_of(value):
    """Every text, number and truth in an event, as a receipt writes it."""
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves_of(item)
    else:
        yield json.dumps(value) if not isinstance(value, str) else value


def said(event):
    """What the receipt must say of the event. Left to the event's own text: each envelope's report and shares, each attempt of the
    transfer (summed up), and what the minutes repeat of the consultation."""
    kept = {key: value for key, value in event.items() if key not in ("transfer", "transfers", "event", "minutes", "rehearsal")}
    for envelope in kept.get("envelopes", []):
        for detail in ("chunks", "arrived", "lastByte"):
            envelope.pop(detail, None)
    for deposit in kept.get("deposits", []):
        deposit.pop("event", None)
    for reason in kept.get("reasons", []) + kept.get("relay", {}).pop("reasons", []):
        reason.pop("clause", None)
    minutes = event.get("minutes", {})
    kept["minutes"] = {key: minutes[key] for key in ("started", "startedBy", "finished", "quorum", "members") if key in minutes}
    kept["register"] = [{key: value for key, value in deposit.items() if key not in ("event", "envelopes")}
                        for part in ("deposits", "withdrawn", "replaced") for deposit in minutes.get(part, [])]
    return set(leaves_of(kept)) - {"null", ""}


def assert_complete(receipt):
    root = tree.fromstring(receipt)
    event = json.loads(root.find(f"{SPACE}Journal/{SPACE}Event").text)
    shown = {node.text for child in root if child.tag != SPACE + "Journal" for node in child.iter() if node.text}
    assert said(event) - shown == set(), event["fact"]
    name = root.find(SPACE + "ERDSEventId").text
    assert name in ("http://uri.etsi.org/19522/Event/" + event["event"], event["event"])
    reasons = root.findall(f"{SPACE}EventReasons/{SPACE}EventReason/{SPACE}Code")
    assert reasons or event["event"] not in NEGATIVE, event["fact"]  # EN 319 522-2: mandatory on negatives
    assert event.get("depositor") is not None or event["fact"] in ("opening.finished", "evidence.exported", "platform.health"), event["fact"]
    return event["fact"]


def assert_page(office, path, language, mark):
    page = subprocess.run([office.program("pli"), "--lang", language, "receipt", "show", "--html", path], check=True, stdout=subprocess.PIPE)
    text = page.stdout.decode()
    title = re.search("<h1>(.*?)</h1>", text)[1]
    assert title not in ("Record of an event", "Attestation d&#39;événement") and mark in text and "@media print" in text
    checked = subprocess.run(["xmllint", "--html", "--noout", "--nonet", "-"], input=page.stdout, stderr=subprocess.PIPE, check=False)
    assert not [line for line in checked.stderr.decode().splitlines() if "error" in line and "invalid" not in line], checked.stderr


def assert_law(office, receipt, path, language):
    """Arrêté du 22 mars 2019, annexe 7 art. 2-III: depositor, buyer, title and object of the consultation, date and hour of reception,
    detailed list of documents; beside the hour of the last byte that of the first (annexe 6), both as the receipt has them."""
    event = json.loads(tree.fromstring(receipt).find(f"{SPACE}Journal/{SPACE}Event").text)
    page = subprocess.run([office.program("pli"), "--lang", language, "receipt", "show", "--html", path], check=True, stdout=subprocess.PIPE)
    text = html.unescape(page.stdout.decode())
    documents = [value for document in event["documents"] for value in (document["name"], str(document["size"]))]
    fields = [event["depositor"]["organisation"], event["body"]["name"], event["consultation"]["title"], event["consultation"]["object"], *documents]
    assert documents and [field for field in fields if field not in text] == []
    for instant in (event["started"], event["received"]):
        assert instant[:-1].replace("T", " ") + " UTC" in text, instant


def test_every_fact_has_a_complete_receipt_of_the_one_grammar(office, tmp_path):
    world = World(office.cluster)
    opened_envelopes(world)
    filings(world)
    survivals(world)
    notary = office.notary()
    office.wait_receipts(office.numbers("select id from pli.event"))
    world.front.call("cursor_acknowledge", world.party["prefecture"], 0)
    world.close()
    path = tmp_path / "receipt.xml"
    facts, deposits = set(), 0
    for receipt in office.wait_receipts(office.numbers("select id from pli.event")):
        facts.add(assert_complete(receipt))
        assert_sealed(office, receipt, tmp_path)
        assert_in_journal(receipt)
        path.write_bytes(receipt)
        verified = office.verify(path)
        assert verified.returncode == 0, verified.stdout
        assert_page(office, path, "fr", "Enregistré le")
        assert_page(office, path, "en", "Recorded at")
        if b"deposit.committed" in receipt:
            deposits += 1
            for language in ("fr", "en"):
                assert_law(office, receipt, path, language)
    assert deposits > 0
    assert FACTS - facts == set()
    office.end(notary)
    office.assert_gapless()
