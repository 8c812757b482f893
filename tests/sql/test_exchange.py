"""Questions, secure mail with proof of reading, rounds, letters, standstill, signatures."""
import base64
import json

from session import refused
from world import sha256


def buyer(world, function, subject, *more):
    return world.front.call(function, world.party["buyer"], subject["id"] if isinstance(subject, dict) else subject, *more)


def events(world, fact, subject):
    return [json.loads(row) for row in world.root.sql(f"select text from pli.event where fact = '{fact}' and subject = '{subject}' order by id")]


def posts(world, kind):
    return world.root.sql(f"select address from pli.post where kind = '{kind}' order by item")


def token_of(world, mail):
    """As the relay would get it."""
    return world.root.sql(f"select token from pli.post where mail = '{mail['id']}'")[0]


def reachable(world, *names):
    for name in names:
        world.front.call("contact_set", world.party[name], {"mail": name + "@example.test"})


def test_an_answer_goes_to_all_and_never_says_who_asked(world):
    reachable(world, "nord", "buyer")
    draft = world.draft()
    world.put(draft, "cctp.pdf", b"one")
    buyer(world, "consultation_publish", draft)
    world.front.call("document_open", world.party["nord"], draft["id"], "cctp.pdf")
    asked = world.front.call("question_ask", world.party["duval"], draft["id"], {"question": "Moi, Duval : quelle essence de bois ?"})
    refused("forbidden", world.front.call, "question_ask", world.party["buyer"], draft["id"], {"question": "x"})
    refused("award-lot", world.front.call, "question_ask", world.party["duval"], draft["id"], {"question": "x", "lot": "7"})
    assert world.front.call("question_list", None, draft["id"])["questions"] == []
    assert world.front.call("question_list", world.party["duval2"], draft["id"])["questions"][0]["own"] is True
    assert buyer(world, "question_list", draft)["questions"][0]["by"]["organisation"] == "SARL duval"
    refused("not-found", world.front.call, "question_answer", world.party["buyer2"], asked["id"], {"answer": "x"})
    buyer(world, "question_answer", asked, {"answer": "Du chêne.", "question": "Quelle essence de bois ?"})
    shown = world.front.call("question_list", None, draft["id"])["questions"]
    assert shown[0]["question"] == "Quelle essence de bois ?" and shown[0]["answer"] == "Du chêne." and "Duval" not in json.dumps(shown)
    told = events(world, "question.answered", asked["id"])
    assert len(told) == 2 and {e["depositor"]["name"] for e in told} == {"buyer", "nord"}
    assert "buyer@example.test" in posts(world, "question") and "nord@example.test" in posts(world, "answer")
    refused("step-refused", buyer, world, "question_answer", asked, {"answer": "Du pin."})
    other = world.front.call("question_ask", world.party["duval"], draft["id"], {"question": "Hors sujet ?"})
    assert buyer(world, "question_dismiss", other, {"reason": "Sans objet"})["state"] == "dismissed"
    world.set_deadline(draft, -1)
    refused("question-closed", world.front.call, "question_ask", world.party["duval"], draft["id"], {"question": "x"})


def test_reading_is_proved_once_by_certificate_or_by_link(world):
    reachable(world, "duval")
    consultation, (first, second) = world.opened()
    mails = [buyer(world, "mail_write", consultation, {"deposit": d["id"], "subject": "Précision", "text": "Bonjour"}) for d in (first, second)]
    refused("not-found", world.front.call, "mail_show", world.party["duval"], mails[0]["id"])  # a draft
    for mail in mails:
        assert buyer(world, "mail_send", mail)["state"] == "sent"
    assert world.front.call("mail_inbox", world.party["duval2"])["mails"][0]["state"] == "sent"
    refused("not-found", world.front.call, "mail_show", world.party["nord"], mails[0]["id"])
    token = token_of(world, mails[0])
    assert world.root.sql(f"select count(*) from pli.mail where token = '{token}'::text::bytea") == ["0"], "kept as a digest"
    announced = world.front.call("mail_announce", token)
    assert announced["to"] == "SARL duval" and "text" not in announced and announced["read"] is None
    assert buyer(world, "mail_show", mails[0])["read"] is None, "neither the buyer's look nor the link's first page is reading"
    opened = world.front.call("mail_open", token, '{"address": "192.0.2.1"}')
    assert opened["text"] == "Bonjour" and opened["state"] == "read"
    assert world.front.call("mail_show", world.party["duval"], mails[0]["id"])["read"] == opened["read"], "the first reading counts"
    assert world.front.call("mail_show", world.party["nord"], mails[1]["id"])["state"] == "read"
    for mail, how in ((mails[0], "link"), (mails[1], "certificate")):
        (event,) = events(world, "mail.read", mail["id"])
        assert event["event"] == "ContentHandover" and event["reasons"][0]["code"] == how
    refused("mail-expired", world.front.call, "mail_announce", "0" * 64)


def test_unread_mail_expires_and_a_link_with_it(world):
    reachable(world, "duval")
    consultation, (first,) = world.opened(companies=("duval",))
    mail = buyer(world, "mail_send", buyer(world, "mail_write", consultation, {"deposit": first["id"], "subject": "a", "text": "b"}))
    token = token_of(world, mail)
    world.root.sql(f"update pli.mail set expires_at = clock_timestamp() where id = '{mail['id']}'")
    refused("mail-expired", world.front.call, "mail_open", token, "{}")
    while world.front.call("schedule_run")["more"]:
        pass
    assert buyer(world, "mail_show", mail)["state"] == "expired"
    assert events(world, "mail.expired", mail["id"])[0]["event"] == "AcceptanceRejectionExpiry"
    assert world.front.call("mail_show", world.party["duval"], mail["id"])["state"] == "read", "with a certificate it is still read"


def test_a_request_for_completion_is_answered_with_files_and_lateness_is_said(world):
    consultation, (first,) = world.opened(companies=("duval",))
    refused("json-malformed", buyer, world, "mail_write", consultation, {"kind": "completion", "deposit": first["id"], "subject": "a", "text": "b"})
    mail = buyer(world, "mail_write", consultation, {"kind": "completion", "deposit": first["id"], "subject": "Attestation", "text": "Merci", "answerBy": "2099-01-01T00:00:00Z"})
    place = world.front.call("mail_file_begin", world.party["buyer"], mail["id"], "modele.pdf", "application/pdf")
    world.front.call("chunk_put", place["day"], place["content"], 0, sha256(b"modele"), b"modele")
    world.front.call("mail_file_finish", world.party["buyer"], mail["id"], "modele.pdf", 6, sha256(b"modele"))
    buyer(world, "mail_send", mail)
    refused("mail-closed", world.front.call, "mail_file_begin", world.party["buyer"], mail["id"], "x.pdf", None)
    refused("mail-closed", world.front.call, "mail_file_begin", world.party["duval"], mail["id"], "x.pdf", None)  # not read yet
    assert world.front.call("mail_file_open", world.party["duval"], mail["id"], "modele.pdf")["size"] == 6
    place = world.front.call("mail_file_begin", world.party["duval"], mail["id"], "attestation.pdf", "application/pdf")
    world.front.call("chunk_put", place["day"], place["content"], 0, sha256(b"attest"), b"attest")
    world.front.call("mail_file_finish", world.party["duval"], mail["id"], "attestation.pdf", 6, sha256(b"attest"))
    refused("not-found", world.front.call, "mail_answer", world.party["nord"], mail["id"], {})
    world.root.sql(f"update pli.mail set answer_by = clock_timestamp() where id = '{mail['id']}'")
    answered = world.front.call("mail_answer", world.party["duval"], mail["id"], {"text": "Voici"})
    assert answered["state"] == "answered" and answered["late"] is True
    shown = buyer(world, "mail_show", mail)
    assert shown["answer"] == "Voici" and [f["name"] for f in shown["answerFiles"]] == ["attestation.pdf"]
    assert events(world, "mail.answered", mail["id"])[0]["late"] is True
    refused("step-refused", world.front.call, "mail_answer", world.party["duval"], mail["id"], {})


def test_answers_to_a_round_of_negotiation_stay_unseen_until_its_hour(world):
    consultation, deposits = world.opened(procedure="negotiated")
    opened = buyer(world, "round_open", consultation, {"deposits": [d["id"] for d in deposits], "subject": "Prix", "text": "Votre dernier prix ?", "until": "2099-01-01T00:00:00Z"})
    assert opened["round"] == 1 and opened["companies"] == 2
    mails = buyer(world, "mail_list", consultation)["mails"]
    mine = next(m for m in mails if m["to"] == "SARL duval")
    world.front.call("mail_answer", world.party["duval"], mine["id"], {"text": "900"})
    shown = buyer(world, "mail_show", mine)
    assert shown["answered"] is not None and "answer" not in shown and "answerFiles" not in shown
    world.root.sql(f"update pli.mail set answer_by = clock_timestamp() where id = '{mine['id']}'")
    assert buyer(world, "mail_show", mine)["answer"] == "900"
    closed, (first,) = world.opened(companies=("duval",), procedure="open")
    refused("step-refused", buyer, world, "round_open", closed, {"deposits": [first["id"]], "subject": "a", "text": "b", "until": "2099-01-01T00:00:00Z"})


def test_the_standstill_is_computed_from_the_letters(world):
    def until(sent, electronic):
        return world.root.sql(f"select rule.standstill('{sent}', {electronic}) at time zone 'Europe/Paris'")[0]
    assert until("2026-11-02 10:00+01", True) == "2026-11-14 00:00:00", "Monday 2: the eleventh day is Friday 13"
    assert until("2026-11-03 10:00+01", True) == "2026-11-17 00:00:00", "the eleventh day, a Saturday, goes on to Monday"
    assert until("2026-11-02 10:00+01", False) == "2026-11-19 00:00:00"
    assert until("2026-11-01 23:30+00", True) == "2026-11-14 00:00:00", "the day is that of Paris"
    assert until("2026-12-14 10:00+01", True) == "2026-12-29 00:00:00", "25 December, then a week-end"
    for year, day in ((2024, "2024-03-31"), (2025, "2025-04-20"), (2026, "2026-04-05"), (2038, "2038-04-25")):
        assert world.root.sql(f"select rule.easter({year})") == [day]
    assert world.root.sql("select rule.working('2026-04-06'), rule.working('2026-05-14'), rule.working('2026-05-25'), rule.working('2026-05-26')") == ["f|f|f|t"]


def test_letters_say_why_and_hold_the_signature_back(world):
    consultation, (first, second) = world.opened(procedure="open")
    world.analyse(consultation, [first, second])
    refused("step-refused", buyer, world, "letters_send", consultation, {})
    world.award(consultation, first)
    (contract,) = buyer(world, "contract_list", consultation)["contracts"]
    refused("standstill", buyer, world, "contract_notify", contract, {})
    sent = buyer(world, "letters_send", consultation, {"text": "Voies de recours : tribunal administratif de Nice."})
    assert sent["letters"] == 2 and sent["standstill"] is not None
    letters = {m["to"]: m for m in buyer(world, "mail_list", consultation)["mails"]}
    assert letters["SARL duval"]["kind"] == "award" and letters["SARL nord"]["kind"] == "rejection"
    text = world.front.call("mail_show", world.party["nord"], letters["SARL nord"]["id"])["text"]
    assert "n'a pas été retenue" in text and "Attributaire : SARL duval (1000" in text and "Classement : 2 (note 89)" in text and "tribunal" in text
    refused("standstill", buyer, world, "contract_notify", contract, {})
    refused("step-refused", buyer, world, "letters_send", consultation, {})
    world.root.sql(f"update pli.consultation set standstill_until = clock_timestamp() where id = '{consultation['id']}'")
    assert buyer(world, "contract_notify", contract, {})["state"] == "notified"


def test_one_bidder_and_adapted_procedures_have_no_standstill(world):
    for companies, procedure in ((("duval",), "open"), (("duval", "nord"), "MAPA")):
        consultation, deposits = world.opened(companies=companies, procedure=procedure)
        world.analyse(consultation, deposits)
        world.award(consultation, deposits[0])
        assert buyer(world, "letters_send", consultation, {})["standstill"] is None


def report_over(*documents):
    return {"indication": "INDETERMINATE", "signatures": [{"intact": True, "references": [
        {"covers": "file contrat.pdf", "digestOk": True, "digestMethod": "http://www.w3.org/2001/04/xmlenc#sha256", "digestValue": base64.b64encode(sha256(d)).decode()}
        for d in documents]}]}


def put(world, who, contract, role, name, data, report=None):
    place = world.front.call("contract_file_begin", world.party[who], contract["id"], role, name, "application/pdf")
    world.front.call("chunk_put", place["day"], place["content"], 0, sha256(data), data)
    return world.front.call("contract_file_finish", world.party[who], contract["id"], role, name, len(data), sha256(data), report)


def test_a_contract_is_signed_by_both_over_the_same_bytes(world):
    consultation, (first, second) = world.opened()
    world.analyse(consultation, [first, second])
    world.award(consultation, first)
    (contract,) = buyer(world, "contract_list", consultation)["contracts"]
    refused("contract-closed", put, world, "duval", contract, "holder", "contrat.asice", b"sig", report_over(b"contrat"))
    put(world, "buyer", contract, "document", "contrat.pdf", b"contrat")
    refused("forbidden", put, world, "duval", contract, "document", "autre.pdf", b"autre")
    refused("not-found", put, world, "nord", contract, "holder", "contrat.asice", b"sig", report_over(b"contrat"))
    refused("contract-signature", put, world, "duval", contract, "holder", "contrat.asice", b"sig", report_over(b"autre"))
    broken = report_over(b"contrat")
    broken["signatures"][0]["intact"] = False
    refused("contract-signature", put, world, "duval", contract, "holder", "contrat.asice", b"sig", broken)
    assert put(world, "duval", contract, "holder", "contrat.asice", b"sig", report_over(b"contrat"))["contract"]["state"] == "awarded"
    refused("contract-closed", put, world, "buyer", contract, "document", "contrat.pdf", b"autre")
    assert put(world, "buyer", contract, "buyer", "contrat-signe.asice", b"sig2", report_over(b"contrat"))["contract"]["state"] == "signed"
    assert [f["role"] for f in world.front.call("contract_file_list", world.party["duval"], contract["id"])["files"]] == ["buyer", "document", "holder"]
    assert len(events(world, "contract.signed", contract["id"])) == 1
    refused("step-refused", buyer, world, "consultation_abandon", consultation, {"reason": "x"})


def test_e_mails_wait_for_the_relay_and_failures_are_told(world):
    reachable(world, "duval")
    consultation, (first,) = world.opened(companies=("duval",))
    mail = buyer(world, "mail_send", buyer(world, "mail_write", consultation, {"deposit": first["id"], "subject": "a", "text": "b"}))
    world.root.sql(f"update pli.post set state = 'done' where mail is distinct from '{mail['id']}'")
    claimed = world.relay.call("post_claim")
    assert claimed["address"] == "duval@example.test" and claimed["token"] == token_of(world, mail) and claimed["body"] == "Commune de Saint-Exemple"
    assert world.relay.call("post_claim") is None, "leased"
    world.relay.call("post_settle", claimed["item"], "retry", "451 later")
    assert world.relay.call("post_claim") is None, "not at once"
    world.root.sql(f"update pli.post set due_at = clock_timestamp() where item = {claimed['item']}")
    assert world.relay.call("post_claim")["item"] == claimed["item"]
    world.relay.call("post_settle", claimed["item"], "sent", "")
    assert buyer(world, "mail_show", mail)["state"] == "delivered"
    assert world.root.sql(f"select token is null from pli.post where item = {claimed['item']}") == ["t"]
    world.relay.call("post_settle", claimed["item"], "sent", "")
    assert len(events(world, "mail.delivered", mail["id"])) == 1
    refused("json-malformed", world.front.call, "contact_set", world.party["duval"], {"mail": "no address"})
    absent = buyer(world, "mail_send", buyer(world, "mail_write", consultation, {"deposit": first["id"], "subject": "a", "text": "b"}))
    world.relay.call("post_settle", world.relay.call("post_claim")["item"], "refused", "550 no such mailbox")
    assert events(world, "mail.undelivered", absent["id"])[0]["reasons"][0]["text"] == "550 no such mailbox"
    assert world.front.call("contact_set", world.party["duval"], {})["mail"] is None


def test_only_a_company_with_a_stake_is_written_to(world):
    consultation = world.publish()
    world.deposit(consultation)
    refused("mail-recipient", buyer, world, "mail_write", consultation, {"siret": "90000000100017", "subject": "a", "text": "b"})  # a deposit is secret before the opening
    refused("mail-recipient", buyer, world, "mail_write", consultation, {"siret": "90000000200015", "subject": "a", "text": "b"})
