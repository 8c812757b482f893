"""Filings and the State's polling: sent by the State's rules, each receipt exactly once."""
import json
import os
import signal
import threading

import papers
from stack import wait_for


def file_acte(stack, house, number):
    papers.pdf(house.at("deliberation.pdf"), "Délibération")
    return json.loads(stack.pli("filer", "--json", "file", "acte", "--number", number, "--nature", "1", "--matter", "1.1", "--date",
                                "2026-11-20", "--object", "Réfection d'une toiture : l'école & le préau", "--classification", "2019-08-29",
                                "--type", "99_DE", "--receipt", house.at(number + ".xml"), house.at("deliberation.pdf")).stdout)["id"]


def state_of(stack, filing):
    return json.loads(stack.pli("filer", "--json", "filing", "show", filing).stdout)["state"]


def test_an_acte_reaches_the_ministry_once(stack, house):
    number = "A" + os.urandom(4).hex().upper()
    filing = file_acte(stack, house, number)
    wait_for("the acte sent", lambda: state_of(stack, filing) in ("sent", "acknowledged"))
    kept = [name for folder, _, names in os.walk(stack.at("ministry")) for name in names if number in name and "1-1_0" in name]
    assert len(kept) == 1, kept


def test_an_acte_sent_while_the_relay_dies_arrives_once(stack, house):
    number = "K" + os.urandom(4).hex().upper()
    filing = file_acte(stack, house, number)
    stack.kill("relay")
    wait_for("the acte sent", lambda: state_of(stack, filing) in ("sent", "acknowledged"), 120)
    kept = [name for folder, _, names in os.walk(stack.at("ministry")) for name in names if number in name and "1-1_0" in name]
    assert len(kept) == 1, kept


def test_the_same_number_is_refused_for_the_same_body(stack, house):
    number = "U" + os.urandom(4).hex().upper()
    file_acte(stack, house, number)
    papers.pdf(house.at("deliberation.pdf"), "Autre")
    ran = stack.pli("filer", "file", "acte", "--number", number, "--nature", "1", "--matter", "1.1", "--date", "2026-11-20", "--object",
                    "Doublon", "--classification", "2019-08-29", "--type", "99_DE", "--receipt", house.at(number + ".xml"), house.at("deliberation.pdf"), check=False)
    assert ran.returncode != 0 and number in ran.stderr


def feed(stack, after, limit=100, wait=0):
    status, _, body = stack.request("GET", f"/state/v1/receipts?after={after}&limit={limit}&wait={wait}", "state")
    assert status == 200, body
    return json.loads(body)


def drain(stack, after=-1, limit=100):
    seen = []
    while True:
        page = feed(stack, after, limit)
        if not page["receipts"]:
            return seen, after
        seen += [row["index"] for row in page["receipts"]]
        after = page["next"]


def test_the_feed_gives_each_receipt_once_in_order_across_a_killed_front(stack, house):
    consultation = house.consultation()
    before, cursor = drain(stack)
    seen, stop, failed = [], threading.Event(), []

    def poll():
        after = cursor
        try:
            while not stop.is_set():
                try:
                    page = feed(stack, after, 3, 1)
                except OSError:
                    continue  # the front is being killed: ask again from the same cursor
                seen.extend(row["index"] for row in page["receipts"])
                after = page["next"]
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            failed.append(error)

    poller = threading.Thread(target=poll)
    poller.start()
    for n in range(6):
        envelope, _ = house.bid("company-1", consultation, 10_000)
        if n == 3:
            stack.kill("front", signal.SIGKILL)
            wait_for("the gateway's /readyz", stack.ready)
        house.deposit("company-1", consultation, envelope)
    after, _ = drain(stack, cursor)
    wait_for("the poller", lambda: len(seen) >= len(after))
    stop.set()
    poller.join()
    assert not failed, failed
    assert seen == after and len(set(seen)) == len(seen)
    assert len(after) >= 6


def test_only_a_state_platform_polls_the_feed(stack):
    assert stack.request("GET", "/state/v1/receipts?after=-1", "company-1")[0] == 403
    assert stack.request("GET", "/state/v1/receipts?after=-1")[0] == 401


def test_the_journal_audits_and_a_changed_row_is_found(stack, house):
    house.consultation()
    wait_for("a fact in the journal", lambda: stack.cluster.psql("select 1 from pli.journal limit 1") == ["1"])
    stack.administer("journal", "audit")
    first = stack.cluster.psql("select event from pli.journal order by index limit 1")[0]
    text = stack.cluster.psql(f"select text from pli.event where id = {first}")[0]
    changed = text.replace("a", "b", 1).replace("'", "''")
    original = text.replace("'", "''")
    stack.cluster.psql(f"set session_replication_role = replica; update pli.event set text = '{changed}' where id = {first}")
    try:
        stack.administer("journal", "audit")
        found = ""
    except RuntimeError as error:
        found = str(error)
    finally:
        stack.cluster.psql(f"set session_replication_role = replica; update pli.event set text = '{original}' where id = {first}")
    assert first in found, found
