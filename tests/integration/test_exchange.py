"""Questions, secure mail by real SMTP, its proof of reading, and a contract that both parties sign."""
import email
import email.policy
import glob
import json
import os
import re

from stack import wait_for
from test_procedure import call, draft, written


def mails_to(stack, address):
    found = []
    for path in sorted(glob.glob(stack.at("post", "*-" + address + ".eml"))):
        with open(path, "rb") as file:
            found.append(email.message_from_binary_file(file, policy=email.policy.default))
    return found


def opened(stack, house, *companies):
    """An opened consultation: (its id, {company: deposit})."""
    consultation = house.consultation()
    for who in companies:
        envelope, _ = house.bid(who, consultation)
        house.deposit(who, consultation, envelope)
    house.end_now(consultation)
    return consultation, {d["company"]["name"]: d["deposit"] for d in house.open(consultation)["deposits"]}


def event_of(stack, fact, subject):
    rows = stack.cluster.psql(f"select id from pli.event where fact = '{fact}' and subject = '{subject}'")
    return int(rows[0]) if rows else None


def test_an_answer_reaches_who_took_documents_by_e_mail(stack, house):
    address = f"nord-{os.urandom(3).hex()}@nord.example"
    stack.pli("company-2", "contact", "--mail", address)
    made = draft(stack)
    stack.pli("buyer", "consultation", "document", made["id"], written(house, "cctp.txt", b"one"))
    stack.pli("buyer", "consultation", "publish", made["id"])
    stack.pli("company-2", "documents", made["id"], "--output", house.at("taken"))
    asked = json.loads(stack.pli("company-1", "--json", "question", "ask", made["id"], "--question", "Duval demande : quel bois ?").stdout)
    stack.pli("buyer", "question", "answer", asked["id"], "--answer", "Du chêne.", "--question", "Quel bois ?")
    (shown,) = call(stack, None, "GET", f"/consultations/{made['id']}/questions")["questions"]
    assert shown["answer"] == "Du chêne." and "Duval" not in json.dumps(shown)
    wait_for("the e-mail", lambda: mails_to(stack, address), 30)
    (mail,) = mails_to(stack, address)
    assert mail["From"] == "pli@pli.test" and "a publié une réponse" in mail["Subject"]
    assert f"consultation.html?id={made['id']}" in mail.get_content()


def test_a_message_is_read_by_its_link_and_the_buyer_has_the_proof(stack, house):
    address = f"duval-{os.urandom(3).hex()}@duval.example"
    stack.pli("company-1", "contact", "--mail", address)
    consultation, deposits = opened(stack, house, "company-1")
    text = {"deposit": deposits["Menuiserie Duval SARL"], "subject": "Précision <b>", "text": "Quel est votre délai ?"}
    mail = json.loads(stack.pli("buyer", "--json", "mail", "write", consultation, written(house, "mail.json", text)).stdout)["id"]
    stack.pli("buyer", "mail", "send", mail)
    wait_for("the e-mail", lambda: mails_to(stack, address), 30)
    body = mails_to(stack, address)[0].get_content()
    assert "Quel est votre délai" not in body, "the e-mail says that something waits, not what"
    link = re.search(r"https://\S+(/m/[0-9a-f]{64})", body)[1]
    status, headers, page = stack.request("GET", link, headers={"Accept-Language": "fr"})
    assert status == 200 and b"<form method=\"post\">" in page and b"votre d\xc3\xa9lai" not in page and headers["Referrer-Policy"] == "no-referrer"
    assert event_of(stack, "mail.read", mail) is None, "a link that is followed proves nothing"
    status, _, page = stack.request("POST", link, body=b"")
    assert status == 200 and "Quel est votre délai ?" in page.decode() and "Précision &lt;b&gt;" in page.decode()
    event = event_of(stack, "mail.read", mail)
    wait_for("the receipt of reading", lambda: stack.request("GET", f"/api/v1/receipts/{event}", "buyer")[0] == 200, 30)
    receipt = written(house, "read.xml", stack.request("GET", f"/api/v1/receipts/{event}", "buyer")[2])
    assert stack.pli(None, "receipt", "verify", receipt, "--trust", stack.pki.path("root.pem"), "--stamp-trust", stack.pki.path("root.pem")).returncode == 0
    shown = json.loads(stack.pli("buyer", "--json", "mail", "show", mail).stdout)
    assert shown["readBy"]["by"] == "link" and "address" in shown["readBy"]["who"]
    assert link.rsplit("/", 1)[1] not in stack.log("relay")


def test_an_e_mail_that_nobody_takes_is_told_and_the_message_still_waits(stack, house):
    stack.pli("company-3", "contact", "--mail", "absent@tardif.example")
    consultation, deposits = opened(stack, house, "company-3")
    mail = call(stack, "buyer", "POST", f"/consultations/{consultation}/mails", {"deposit": deposits["Bois et Toits SAS"], "subject": "a", "text": "b"}, 201)["id"]
    call(stack, "buyer", "POST", f"/mails/{mail}/send")
    wait_for("the failure", lambda: event_of(stack, "mail.undelivered", mail), 30)
    assert call(stack, "company-3", "GET", f"/mails/{mail}")["text"] == "b"


def test_a_request_for_completion_gets_its_file(stack, house):
    consultation, deposits = opened(stack, house, "company-1")
    text = {"kind": "completion", "deposit": deposits["Menuiserie Duval SARL"], "subject": "Attestation", "text": "Merci de joindre l'attestation.",
            "answerBy": "2099-01-01T00:00:00Z"}
    mail = json.loads(stack.pli("buyer", "--json", "mail", "write", consultation, written(house, "mail.json", text)).stdout)["id"]
    stack.pli("buyer", "mail", "attach", mail, written(house, "modele.txt", b"modele"))
    stack.pli("buyer", "mail", "send", mail)
    assert mail in stack.pli("company-1", "--json", "mail", "inbox").stdout
    assert json.loads(stack.pli("company-1", "--json", "mail", "show", mail).stdout)["files"][0]["name"] == "modele.txt"
    stack.pli("company-1", "mail", "attach", mail, written(house, "attestation.txt", b"attestation"))
    stack.pli("company-1", "mail", "answer", mail, "--text", "Voici.")
    assert call(stack, "buyer", "GET", f"/mails/{mail}/files/attestation.txt") == b"attestation"
    call(stack, "company-2", "GET", f"/mails/{mail}/files/attestation.txt", status=404)


def test_both_parties_sign_the_contract_and_a_signature_of_something_else_is_refused(stack, house):
    consultation, deposits = opened(stack, house, "company-1")
    deposit = deposits["Menuiserie Duval SARL"]
    call(stack, "buyer", "POST", f"/consultations/{consultation}/analysis", {"lots": [{"lot": "", "offers": [{"deposit": deposit, "decision": "retained", "rank": 1}]}]})
    call(stack, "buyer", "POST", f"/consultations/{consultation}/award", {"lots": [{"lot": "", "deposit": deposit, "amount": 12000, "months": 6}]})
    letters = json.loads(stack.pli("buyer", "--json", "letters", consultation).stdout)
    assert letters["letters"] == 1 and letters["standstill"] is None
    contract = call(stack, "buyer", "GET", f"/consultations/{consultation}/contracts")["contracts"][0]["id"]
    document = written(house, "contrat.txt", b"Entre les soussign\xc3\xa9s")
    stack.pli("buyer", "contract", "attach", contract, document)

    def signed(who, name, *files):
        stack.pli(who, "sign", "--key", stack.pki.path(who + ".key"), "--certificate", stack.pki.path(who + ".pem"), "--output", house.at(name), *files)
        return house.at(name)
    other = signed("company-1", "other.asice", written(house, "autre.txt", b"autre chose"))
    assert stack.pli("company-1", "contract", "sign", contract, other, check=False).returncode == 65
    torn = signed("company-1", "torn.asice", document)
    with open(torn, "r+b") as file:
        data = file.read().replace(b"Entre les", b"Entre LES")
        file.seek(0)
        file.write(data)
    assert stack.pli("company-1", "contract", "sign", contract, torn, check=False).returncode == 65
    stack.pli("company-1", "contract", "sign", contract, signed("company-1", "holder.asice", document))
    stack.pli("buyer", "contract", "sign", "--as", "buyer", contract, signed("buyer", "buyer.asice", document))
    assert call(stack, "company-1", "GET", f"/contracts/{contract}")["state"] == "signed"
    files = json.loads(stack.pli("company-1", "--json", "contract", "files", contract).stdout)["files"]
    assert [f["role"] for f in files] == ["buyer", "document", "holder"]
    assert all(f["report"]["signatures"][0]["intact"] for f in files if f["role"] != "document")
    stack.pli("buyer", "contract", "notify", contract)
