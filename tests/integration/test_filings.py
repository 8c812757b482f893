"""The API of filings beyond sending: search, downloads, replies, cancellation, and that another body's things are not there."""
import json
import os
import urllib.parse

import papers
import pytest
from stack import wait_for


def call(stack, method, path, body=None, who="filer", **headers):
    status, kept, data = stack.request(method, path, who, body, headers)
    return status, json.loads(data) if "json" in kept.get("Content-Type", "") else data


def acte(stack, house, object="Réfection d'une toiture", **more):
    """A submitted acte: its id."""
    number = "F" + os.urandom(4).hex().upper()
    status, made = call(stack, "POST", "/api/v1/filings", {"kind": "acte", "number": number, "date": "2026-11-20", "nature": 1, "matter": "8.9.2", "object": object,
                                                         "classification": "2019-08-29", "documents": [{"name": "délib.pdf", "type": "99_DE"}], **more})
    assert status == 201, made
    put(stack, house, made["id"], "délib.pdf")
    status, receipt = call(stack, "POST", f"/api/v1/filings/{made['id']}/submit")
    assert status in (200, 202), receipt
    return made["id"]


def put(stack, house, filing, name):
    with open(papers.pdf(house.at("d.pdf"), "Délibération"), "rb") as file:
        status, answer = call(stack, "PUT", f"/api/v1/filings/{filing}/files/{urllib.parse.quote(name)}", file.read(), **{"Content-Type": "application/pdf"})
    assert status == 200, answer


def show(stack, filing):
    return call(stack, "GET", f"/api/v1/filings/{filing}")[1]


def acknowledged(stack, filing):
    wait_for("the acknowledgement", lambda: show(stack, filing)["state"] == "acknowledged")


def test_filings_are_found_by_state_date_text_and_page_by_page(stack, house):
    word = "mot" + os.urandom(4).hex()
    filings = [acte(stack, house, f"Toitures {word} numéro {n}") for n in range(3)]
    def search(**query):
        status, found = call(stack, "GET", "/api/v1/filings?" + urllib.parse.urlencode(query))
        assert status == 200, found
        return found
    assert [f["id"] for f in search(text=word)["filings"]] == filings[::-1]
    first = search(text=word, limit=2)
    assert [f["id"] for f in first["filings"]] == filings[:0:-1]
    rest = search(text=word, limit=2, after=first["next"])
    assert [f["id"] for f in rest["filings"]] == filings[:1] and rest["next"] is None
    assert search(text=word, **{"from": "2026-11-21"})["filings"] == [] and len(search(text=word, to="2026-11-20", kind="acte")["filings"]) == 3
    act = show(stack, filings[0])["act"]
    assert [f["id"] for f in search(text=act)["filings"]] == filings[:1]
    for wrong in ("from=yesterday", "after=x", "limit=x"):
        assert call(stack, "GET", "/api/v1/filings?" + wrong)[0] == 400, wrong


def test_everything_comes_out_again(stack, house):
    filing = acte(stack, house, "Deux courriers [2-1] [4-1]")
    wait_for("two letters", lambda: len(show(stack, filing)["letters"]) == 2)
    with open(house.at("d.pdf"), "rb") as file:
        assert call(stack, "GET", f"/api/v1/filings/{filing}/files/{urllib.parse.quote('délib.pdf')}")[1] == file.read()
    shown = show(stack, filing)
    for answer in shown["answers"]:
        for number, kept in enumerate(answer["files"]):
            status, data = call(stack, "GET", f"/api/v1/filings/{filing}/answers/{answer['id']}/{number}")
            assert status == 200 and len(data) == kept["size"] and (data.startswith(b"%PDF") or b"actes:" in data)
        assert call(stack, "GET", f"/api/v1/filings/{filing}/answers/{answer['id']}/9")[0] == 404
    letter = next(l for l in shown["letters"] if l["message"] == "4-1")
    assert call(stack, "GET", f"/api/v1/letters/{letter['id']}")[1]["text"] == "La délibération n'est pas motivée"
    made = [call(stack, "POST", f"/api/v1/letters/{letter['id']}/replies", {"message": "4-4", "documents": [{"name": "r.pdf"}]}, **{"Idempotency-Key": filing})
            for _ in range(2)]
    assert made[0][0] == 201 and made[0][1]["id"] == made[1][1]["id"]
    reply = made[0][1]["id"]
    assert call(stack, "POST", f"/api/v1/filings/{reply}/submit")[0] == 409  # its file has not come
    put(stack, house, reply, "r.pdf")
    assert call(stack, "POST", f"/api/v1/filings/{reply}/submit")[0] in (200, 202)
    wait_for("the reply acknowledged", lambda: show(stack, reply)["state"] == "acknowledged")
    assert call(stack, "GET", "/api/v1/letters?state=settled")[1]["letters"][0]["id"] == letter["id"]
    assert call(stack, "POST", f"/api/v1/letters/{letter['id']}/replies", {"message": "2-2", "documents": [{"name": "r.pdf"}]})[0] == 409


def test_a_cancellation_ends_with_the_states_word(stack, house):
    filing = acte(stack, house, "À annuler")
    acknowledged(stack, filing)
    status, message = call(stack, "POST", f"/api/v1/filings/{filing}/cancel")
    assert status == 202 and message["message"] == "6-1"
    wait_for("the cancellation", lambda: show(stack, filing)["state"] == "cancelled")
    assert call(stack, "POST", f"/api/v1/filings/{filing}/cancel")[0] == 409


def test_the_current_classification_is_meant_where_none_is_named_and_holds_the_acte(stack, house):
    call(stack, "POST", "/api/v1/classification")
    wait_for("the classification", lambda: call(stack, "GET", "/api/v1/classification")[0] == 200)
    form = {"kind": "acte", "number": "C" + os.urandom(4).hex().upper(), "date": "2026-11-20", "nature": 1, "matter": "8.9.2", "object": "x", "documents": [{"name": "a.pdf"}]}
    status, made = call(stack, "POST", "/api/v1/filings", form)
    assert status == 201 and show(stack, made["id"])["classification"] == "2019-08-29"
    for wrong, code in (({"matter": "8.9.7"}, "acte-matter"), ({"documents": [{"name": "a.pdf", "type": "70_DE"}]}, "acte-document-type")):
        status, refused = call(stack, "POST", "/api/v1/filings", {**form, "number": "CX", **wrong})
        assert status == 422 and [r["code"] for r in refused["reasons"]] == [code], refused


@pytest.fixture(scope="module")
def strangers(stack):
    """People of another commune, in every role that a body gives; and an auditor and an operator."""
    siret = "21069999700014"
    stack.administer("enrol", "body", "--siret", siret, "--name", "Commune de Val-Fictif", "--department", "069", "--district", "1", "--nature", "31")
    roles = ("filer", "buyer", "member", "operator", "auditor")
    for role in roles:
        name = "stranger-" + role
        stack.pki.certify(name, "person", "p256", f"/C=FR/O=Commune de Val-Fictif/CN=Voisin {role}")
        of_body = ["--siret", siret, "--body", siret] if role in ("filer", "buyer", "member") else []
        stack.administer("enrol", "party", "--name", "Voisin " + role, "--organisation", "Commune de Val-Fictif", *of_body, "--roles", role,
                         "--certificate", stack.pki.path(name + ".pem"))
    return ["stranger-" + role for role in roles] + ["company-1", "state"]


def routes_of_filings():
    """Every route of a filing or letter, out of the table itself."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with open(os.path.join(root, "gateway", "front", "route.c")) as file:
        for line in file:
            words = line.strip().removeprefix("{").split(", ")
            if len(words) > 3 and words[1].startswith(("FILING", "LETTER")):
                path = words[1].replace("FILING", "/api/v1/filings/{id}").replace("LETTER", "/api/v1/letters/{id}").replace('"', "").replace(" ", "")
                yield words[0].strip('"'), path


def test_another_bodys_things_are_not_there_whatever_the_role_and_the_auditor_is_told(stack, house, strangers):
    filing = acte(stack, house, "Rien que pour nous [2-1]")
    wait_for("the letter", lambda: show(stack, filing)["letters"])
    letter = show(stack, filing)["letters"][0]["id"]
    routes = list(routes_of_filings())
    assert len(routes) >= 9
    for method, path in routes:
        subject = letter if "letters" in path else filing
        for who in strangers:
            place = path.replace("{id}", subject).replace("{name}", "a.pdf").replace("{answer}", "1").replace("{number}", "0")
            status, answer = call(stack, method, place, {} if method == "POST" else b"x" if method == "PUT" else None, who)
            assert status == 404, f"{who} {method} {place}: {status} {answer}"
    for subject in (filing, letter):
        told = [json.loads(text) for text in stack.cluster.psql(f"select text from pli.event where fact = 'access.refused' and subject = '{subject}'")]
        assert len(told) == len(strangers) and {t["asker"]["name"] for t in told} >= {"Voisin filer", "Voisin auditor"}  # once an hour each
