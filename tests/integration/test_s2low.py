"""Software written for S²LOW: curl as such a client, with S²LOW's paths, parameters and answers, and nothing but another host name."""
import io
import json
import os
import subprocess
import tarfile
import xml.etree.ElementTree as ET

import accounts
import papers
from stack import BODY, wait_for


class Client:
    """What Pastell's connector does: GET with a query, or POST of a form; answers in ISO-8859-1."""

    def __init__(self, stack, who="filer"):
        self.stack = stack
        self.base = ["curl", "-sS", "--cacert", stack.pki.path("root.pem"), "--cert", stack.pki.path(who + ".pem"), "--key", stack.pki.path(who + ".key"),
                     "--resolve", f"cert.localhost:{stack.port}:127.0.0.1"]

    def raw(self, path, *form):
        fields = [word for field in form for word in ("-F", field)]
        return subprocess.run([*self.base, *fields, self.stack.certificate_url + path], check=True, capture_output=True).stdout

    def __call__(self, path, *form):
        return self.raw(path, *form).decode("iso-8859-1")

    def ok(self, path, *form):
        lines = self(path, *form).split("\n")
        assert lines[0] == "OK", lines
        return lines[1:]

    def status(self, transaction):
        return self.ok(f"/modules/actes/actes_transac_get_status.php?transaction={transaction}")


def a_number():
    return "S" + os.urandom(4).hex().upper()


def create(client, house, number, subject, *more):
    papers.pdf(house.at("acte.pdf"), "Délibération")
    papers.pdf(house.at("annexe.pdf"), "Annexe")
    with open(house.at("subject"), "wb") as file:
        file.write(subject.encode("iso-8859-1"))
    return client.ok("/modules/actes/actes_transac_create.php", "api=1", "nature_code=1", "classif1=8", "classif2=9", "classif3=2", f"number={number}",
                     "decision_date=2026-11-20", f"subject=<{house.at('subject')}", "type_acte=99_DE", "type_pj[]=22_AT", "document_papier=0",
                     f"acte_pdf_file=@{house.at('acte.pdf')};type=application/pdf", f"acte_attachments[]=@{house.at('annexe.pdf')};type=application/pdf", *more)[0]


def classified(client):
    """The body's classification is there: software asks for it first."""
    if client("/modules/actes/actes_classification_fetch.php?api=1").startswith("KO"):
        client.ok("/modules/actes/actes_classification_request.php?api=1")
        wait_for("the classification", lambda: not client("/modules/actes/actes_classification_fetch.php?api=1").startswith("KO"))


def test_an_acte_goes_from_creation_to_its_acknowledgement(stack, house):
    client, number = Client(stack), a_number()
    assert client.ok("/api/test-connexion.php") == [""] and client("/admin/users/api-list-login.php")
    classified(client)
    assert b"RetourClassification" in client.raw("/modules/actes/actes_classification_fetch.php?api=1")
    transaction = create(client, house, number, "Réfection de l'école « Été »")
    assert transaction.isdigit()
    wait_for("the acknowledgement", lambda: client.status(transaction)[0] == "4")
    answer = "\n".join(client.status(transaction))
    assert "actes:DateReception=" in answer.replace('"', "") and number in answer
    files = json.loads(client(f"/modules/actes/actes_transac_get_files_list.php?transaction={transaction}"))
    assert [f["posted_filename"] for f in files] == ["message.xml", "acte.pdf", "annexe.pdf"] and files[1]["mimetype"] == "application/pdf"
    with open(house.at("annexe.pdf"), "rb") as file:
        assert client.raw(f"/modules/actes/actes_download_file.php?file={files[2]['id']}") == file.read()
    for path in (f"actes_transac_get_tampon.php?transaction={transaction}", f"actes_download_file.php?file={files[1]['id']}&tampon=true"):
        assert client.raw("/modules/actes/" + path).startswith(b"%PDF")
    message = client.raw(f"/modules/actes/actes_download_file.php?file={files[0]['id']}")
    assert "Réfection de l'école « Été »".encode("iso-8859-1") in message


def test_letters_are_listed_read_and_replied_to(stack, house):
    client, number = Client(stack), a_number()
    classified(client)
    transaction = create(client, house, number, "Plans [3-1]")
    def mine():
        return [l for l in json.loads(client("/modules/actes/api/list_document_prefecture.php")) if str(l["related_transaction_id"]) == transaction]
    wait_for("the letter", mine)
    (letter,) = mine()
    assert letter["type"] == "3" and letter["number"] == number
    wait_for("our receipt of it", lambda: mine()[0]["last_status_id"] == 8)
    assert client(f"/modules/actes/actes_transac_get_document.php?id={transaction}").split() == [f"3-8-{letter['id']}"]
    with tarfile.open(fileobj=io.BytesIO(client.raw(f"/modules/actes/actes_transac_get_document.php?id={letter['id']}"))) as tar:
        assert sorted(name.rsplit(".")[-1] for name in tar.getnames()) == ["pdf", "xml"]
    client.ok(f"/modules/actes/api/document_prefecture_mark_as_read.php?transaction_id={letter['id']}")
    assert mine() == []
    (reply, _) = client.ok("/modules/actes/actes_transac_reponse_create.php", f"id={letter['id']}", "api=1", "type_envoie=4", "type_acte=99_DE", "type_pj[]=99_DE",
                           f"acte_pdf_file=@{house.at('acte.pdf')}", f"acte_attachments[]=@{house.at('annexe.pdf')}")
    wait_for("the reply acknowledged", lambda: client.status(reply)[0] == "11")
    (cancelled, _) = client.ok("/modules/actes/actes_transac_cancel.php", "api=1", f"id={transaction}")
    wait_for("the cancellation", lambda: client.status(transaction)[0] == "0" and client.status(cancelled)[0] == "4")


def test_an_acte_put_to_wait_is_sent_when_it_is_confirmed(stack, house):
    client = Client(stack)
    transaction = create(client, house, a_number(), "En attente", "en_attente=1")
    assert client.status(transaction)[0] == "17"
    client.ok("/modules/actes/actes_transac_post_confirm_api.php", f"id={transaction}")
    wait_for("the acknowledgement", lambda: client.status(transaction)[0] == "4")


def test_a_pes_is_imported_and_followed(stack, house):
    client = Client(stack)
    path = accounts.pes(house.at("comptes.xml"), f"PES-{os.urandom(6).hex()}.xml", BODY["siret"])
    made = ET.fromstring(client.raw("/modules/helios/api/helios_importer_fichier.php", f"enveloppe=@{path}"))
    assert made.tag == "import" and made.findtext("resultat") == "OK" and made.findtext("id").isdigit(), ET.tostring(made)
    status = ET.fromstring(client.raw(f"/modules/helios/api/helios_transac_get_status.php?transaction={made.findtext('id')}"))
    assert status.findtext("resultat") == "OK" and status.findtext("status") in ("2", "3", "4")
    again = ET.fromstring(client.raw("/modules/helios/api/helios_importer_fichier.php", f"enveloppe=@{path}"))
    assert again.findtext("resultat") == "KO" and again.findtext("message")
    assert ET.fromstring(client.raw("/modules/helios/api/helios_get_list.php")).tag == "liste"
    for wrong in ("helios_download_acquit.php?id=1", "api/helios_get_retour.php?id=x", "api/helios_transac_get_status.php?transaction=0"):
        assert ET.fromstring(client.raw("/modules/helios/" + wrong)).findtext("resultat") == "KO", wrong


def test_what_is_wrong_is_told_as_s2low_tells_it(stack, house):
    client, number = Client(stack), a_number()
    classified(client)
    create(client, house, number, "Une fois")
    again = client("/modules/actes/actes_transac_create.php", "api=1", "nature_code=9", f"number={number.lower()}", "subject=x", "decision_date=2026-11-20")
    assert again.startswith("KO\n") and "1 à 6" in again or "1 to 6" in again and "capital letters" in again
    with open(house.at("faux.pdf"), "wb") as file:
        file.write(b"not a PDF")
    wrong = client("/modules/actes/actes_transac_create.php", "api=1", "nature_code=1", "classif1=8", "classif2=9", f"number={a_number()}", "subject=x",
                   "decision_date=2026-11-20", "type_acte=99_DE", f"acte_pdf_file=@{house.at('faux.pdf')};type=application/pdf")
    assert wrong.startswith("KO\n") and "faux.pdf" in wrong
    bad = create(client, house, a_number(), "Refusé [stale]")
    wait_for("the anomaly", lambda: client.status(bad)[0] == "-1")
    assert "ODT-VERIF-01" in "\n".join(client.status(bad))
    for path in ("get_status.php?transaction=999999999", "get_status.php?transaction=x", "get_files_list.php?transaction="):
        assert client("/modules/actes/actes_transac_" + path).startswith("KO\n"), path
    assert Client(stack, "company-1")("/api/test-connexion.php").startswith("{")  # no filer
