"""After the acte: the prefecture's letters, the gateway's own receipts of them, replies, cancellation, classification; each by the State's protocol."""
import json
import os
import subprocess

import pytest

import test_relay
from stack import wait_for
from test_return import line, made, ministry, relay, strays  # noqa: F401


def show(line, filing, town="Saint-Exemple"):
    return line.call("pli_front", "filing_show", line.filers[town], filing)


def letters(line, filing):
    return {l["message"]: l for l in show(line, filing)["letters"]}


def valid(line):
    """All that was sent is valid by the State's schema where that is at hand; the ministry held it against the norm in any case."""
    place = os.path.join(line.folder, line.name)
    files = [os.path.join(folder, name) for folder, _, names in os.walk(place) for name in names if name.endswith(".xml")]
    if os.path.exists(test_relay.SCHEMA):
        subprocess.run(["xmllint", "--nonet", "--noout", "--schema", test_relay.SCHEMA, *files], check=True, capture_output=True)
    return {name.rsplit("_", 1)[0][-3:] for name in map(os.path.basename, files) if not name.startswith("EACT")}


def acknowledged(line, object):
    filing = line.file(object=object)
    wait_for("the acknowledgement", lambda: line.state(filing) == "acknowledged", 30)
    return filing


def reply(line, letter, message):
    made = line.call("pli_front", "reply_create", line.filers["Saint-Exemple"], letter, {"message": message, "documents": [{"name": "réponse.pdf"}]}, None)
    return line.submit(line.filers["Saint-Exemple"], made["id"], "réponse.pdf")


def test_every_message_goes_both_ways(line):
    relay(line, ministry(line).port)
    acte = acknowledged(line, "Menuiseries [2-1] [3-1] [4-1] [5-1]")
    wait_for("four letters", lambda: len(letters(line, acte)) == 4, 30)
    wait_for("the receipts of two", lambda: [letters(line, acte)[m]["state"] for m in ("3-1", "4-1")] == ["acknowledged"] * 2, 30)
    came = letters(line, acte)
    assert came["3-1"]["text"] == "Plan de situation à l'échelle" and came["5-1"]["text"] == "Incompétence de l'auteur de l'acte"
    assert [f["name"].rsplit(".")[-1] for f in came["4-1"]["files"]] == ["xml", "pdf"]
    replies = [reply(line, came[letter]["id"], message) for letter, message in (("2-1", "2-2"), ("3-1", "3-3"), ("3-1", "3-4"), ("4-1", "4-3"), ("4-1", "4-4"))]
    wait_for("the replies", lambda: [line.state(r) for r in replies] == ["sent"] + ["acknowledged"] * 4, 40)
    assert {m: l["state"] for m, l in letters(line, acte).items()} == {"2-1": "replied", "3-1": "settled", "4-1": "settled", "5-1": "received"}
    cancelled = line.call("pli_front", "filing_cancel", line.filers["Saint-Exemple"], acte)["id"]
    wait_for("the cancellation", lambda: line.state(acte) == "cancelled" and line.state(cancelled) == "acknowledged", 30)
    asked = line.call("pli_front", "classification_ask", line.filers["Saint-Exemple"])["id"]
    wait_for("the classification", lambda: line.state(asked) == "acknowledged", 30)
    classification = line.call("pli_front", "classification_show", line.filers["Saint-Exemple"])
    assert classification["version"] == "2019-08-29" and {"code": "8.9.2", "label": "Autres"} in classification["matters"]
    again = line.call("pli_front", "classification_ask", line.filers["Saint-Exemple"])["id"]
    wait_for("no change", lambda: line.state(again) == "acknowledged", 30)
    assert valid(line) == {"1-1", "2-2", "3-2", "3-3", "3-4", "4-2", "4-3", "4-4", "6-1", "7-1"} and not strays(line)
    messages = line.cluster.psql("select distinct message from pli.answer order by 1")
    assert set(messages) >= {"1-2", "2-1", "3-1", "3-5", "4-1", "4-5", "5-1", "6-2", "7-2", "7-3"}


def test_a_stale_classification_is_fetched_without_being_asked_for(line):
    relay(line, ministry(line).port)
    before = line.call("pli_front", "classification_show", line.filers["Valmont"])
    filing = line.file(town="Valmont", object="Avec une vieille classification [stale]")
    wait_for("the anomaly", lambda: line.state(filing) == "refused", 30)
    assert before is None
    wait_for("the classification", lambda: line.call("pli_front", "classification_show", line.filers["Valmont"]) is not None, 30)


def test_the_states_code_999_is_read_though_its_schema_lacks_it(line):
    relay(line, ministry(line).port)
    filing = line.file(object="Hors schéma [999]")
    wait_for("the anomaly", lambda: line.state(filing) == "refused", 30)
    (answer,) = show(line, filing)["answers"]
    assert answer["message"] == "anomaly" and answer["detail"]["code"] == "999" and answer["detail"]["reason"] == "ODT-VERIF-17"


@pytest.mark.parametrize("fault", [["--duplicate"], ["--early", "3"], ["--stranger"]])
def test_a_letter_is_applied_once_whatever_the_state_does(line, fault):
    relay(line, ministry(line, *fault).port)
    acte = acknowledged(line, "Une lettre [3-1]")
    wait_for("the receipt of it", lambda: [l["state"] for l in show(line, acte)["letters"]] == ["acknowledged"], 40)
    wait_for("an empty inbox", lambda: not line.box.mails(), 30)
    assert [m["message"] for m in show(line, acte)["messages"]] == ["3-2"]
    assert json.loads(line.cluster.psql(f"select count(*) from pli.letter where filing = '{acte}'")[0]) == 1


def test_letters_come_in_the_states_own_time_made_faster(line):
    relay(line, ministry(line, "--letters-after", "15", "--accelerate", "1000000").port)
    acte = acknowledged(line, "Plus tard [2-1]")
    wait_for("the letter", lambda: letters(line, acte), 30)
    assert letters(line, acte)["2-1"]["date"] > line.cluster.psql("select current_date + 10")[0]
