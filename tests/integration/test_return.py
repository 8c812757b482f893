"""What the State mails back, through a real IMAP server: applied once, deleted only then, put aside where it cannot be used."""
import json
import os
import signal
import tempfile

import pytest

import test_relay
from postbox import Mailbox
from stack import free_port, wait_for



@pytest.fixture(scope="module")
def made():
    with tempfile.TemporaryDirectory(prefix="pli-return-") as folder:
        os.chmod(folder, 0o755)
        line = test_relay.Line(folder)
        try:
            yield line
        finally:
            line.stop_all()
            line.cluster.destroy()


@pytest.fixture
def line(made, request):
    """The line with a mailbox of its own; a story's programs end with it."""
    made.cluster.psql("update pli.outbox set state = 'done', lease_until = null where state <> 'done'")
    made.name = request.node.name.removeprefix("test_").replace("[", "-").replace("]", "")[:40]
    made.box = Mailbox(os.path.join(made.folder, made.name + ".box"), free_port(), made.pki.path("ministry.pem"), made.pki.path("ministry.key"))
    made.box.create()
    made.dovecot = made.start(made.box.command(), made.name + ".dovecot")
    yield made
    made.dovecot.send_signal(signal.SIGTERM)
    made.dovecot.wait(10)
    made.stop_all()
    made.box.destroy()


def ministry(line, *faults):
    return line.ministry(line.name, "--answers", line.box.maildir, *faults)


def relay(line, port, **options):
    return line.relay(port, log=line.name + ".relay.log", **{**line.box.options(line.pki.path("root.pem")), **options})


def answers(line, filing):
    return line.cluster.psql(f"select message from pli.answer where filing = '{filing}' order by id")


def facts(line, filing):
    return line.cluster.psql(f"select fact from pli.event where subject = '{filing}' order by id")


def strays(line):
    return [json.loads(text) for text in line.cluster.psql("select detail from pli.stray order by at")]


def empty(line):
    wait_for("an empty inbox", lambda: not line.box.mails(), 20)


@pytest.mark.parametrize("shape", ["plain", "nested", "packed"])
def test_an_acknowledgement_comes_back(line, shape):
    relay(line, ministry(line, "--shape", shape).port)
    filing = line.file()
    wait_for("the acknowledgement", lambda: line.state(filing) == "acknowledged", 20)
    empty(line)
    assert answers(line, filing) == ["1-2"] and facts(line, filing) == ["filing.submitted", "filing.sent", "filing.answered"]
    kept = bytes.fromhex(line.cluster.psql(f"select encode(content, 'hex') from pli.answer where filing = '{filing}'")[0])
    detail = json.loads(line.cluster.psql(f"select detail from pli.answer where filing = '{filing}'")[0])
    assert sum(file["size"] for file in detail["files"]) == len(kept) and b"ARActe" in kept[:detail["files"][0]["size"]]
    assert detail["carrier"]["name"].startswith("EACT--SPREF") and line.box.mails("A-examiner") == []
    assert [file["mediaType"] for file in detail["files"][1:]] == (["text/html"] if shape == "nested" else [])


def test_the_same_mail_twice_is_one_answer(line):
    relay(line, ministry(line, "--duplicate").port)
    filing = line.file()
    wait_for("both mails read", lambda: "answer-again" in line.log(line.name + ".relay"), 20)
    empty(line)
    assert answers(line, filing) == ["1-2"] and facts(line, filing).count("filing.answered") == 1


def test_an_answer_may_come_before_the_sending_is_over(line):
    relay(line, ministry(line, "--early=3").port)
    filing = line.file()
    wait_for("the acknowledgement", lambda: line.state(filing) == "acknowledged", 20)
    wait_for("the sending on record", lambda: "filing.sent" in facts(line, filing), 20)
    assert line.cluster.psql(f"select state from pli.outbox where filing = '{filing}'") == ["done"]
    assert line.outcomes(line.name, None) == ["accepted"] and line.detail(filing)["status"] == 200


def test_an_answer_to_a_sending_that_broke_off_ends_it(line):
    """The relay dies while the State still holds the line; the answer proves that the archive arrived: nothing is sent again."""
    port = ministry(line, "--early=4").port
    first = relay(line, port, imap_url="")
    filing = line.file()
    wait_for("the mail", lambda: line.box.mails(), 20)
    first.kill()
    first.wait()
    relay(line, port, actes_url=f"https://ministere.localhost:{free_port()}/actes")
    wait_for("the acknowledgement", lambda: line.state(filing) == "acknowledged", 20)
    assert line.cluster.psql(f"select state from pli.outbox where filing = '{filing}'") == ["done"]


def test_an_answer_for_somebody_else_is_put_aside_and_told(line):
    before = len(strays(line))
    relay(line, ministry(line, "--stranger").port)
    filing = line.file()
    wait_for("the acknowledgement", lambda: line.state(filing) == "acknowledged", 20)
    empty(line)
    (stray,) = strays(line)[before:]
    assert stray["reason"]["code"] == "answer-unmatched" and len(line.box.mails("A-examiner")) == 1
    told = line.cluster.psql(f"select name from pli.event where fact = 'answer.stray' and subject = '{stray['mail']}'")
    assert told == ["urn:pli:event:AnswerUnusable"]


def test_a_corrupt_archive_is_put_aside_and_nothing_is_applied(line):
    before = len(strays(line))
    relay(line, ministry(line, "--shape=corrupt").port)
    filing = line.file()
    wait_for("the mail put aside", lambda: len(line.box.mails("A-examiner")) == 1, 20)
    (stray,) = strays(line)[before:]
    assert stray["reason"]["code"] == "ARCHIVE_UNREADABLE" and line.state(filing) == "sent" and answers(line, filing) == []


def test_a_mail_stays_while_the_database_is_away(line):
    port = ministry(line).port
    first = relay(line, port, imap_url="")
    filing = line.file()
    wait_for("the acte sent", lambda: line.state(filing) == "sent", 20)
    first.terminate()
    first.wait()
    line.cluster.psql("revoke execute on function api.filing_answer from pli_relay")
    line.cluster.psql("alter role pli_relay connection limit 1")
    try:
        waiting = relay(line, port)
        wait_for("a look that failed", lambda: "database-unavailable" in line.log(line.name + ".relay"), 20)
        assert len(line.box.mails()) == 1
        waiting.terminate()
        waiting.wait()
    finally:
        line.cluster.psql("alter role pli_relay connection limit -1")
        line.cluster.psql("grant execute on function api.filing_answer to pli_relay")
    relay(line, port)
    wait_for("the acknowledgement", lambda: line.state(filing) == "acknowledged", 20)


def test_a_server_of_another_authority_is_not_talked_to(line):
    line.relay(free_port(), log=line.name + ".relay.log", **{**line.box.options(line.pki.path("seal.pem"))})
    wait_for("the refusal", lambda: "mailbox-unavailable" in line.log(line.name + ".relay"), 20)
    with open(os.path.join(line.box.folder, "dovecot.log")) as file:
        assert "Login: user=" not in file.read()


def test_an_anomaly_refuses_the_acte(line):
    relay(line, ministry(line).port)
    filing = line.file(number="DEUX_FOIS")
    wait_for("the acknowledgement", lambda: line.state(filing) == "acknowledged", 20)
    line.cluster.psql(f"alter table pli.filing disable trigger all; update pli.filing set number = 'AUTRE' where id = '{filing}'; alter table pli.filing enable trigger all")
    again = line.file(number="DEUX_FOIS")
    wait_for("the anomaly", lambda: line.state(again) == "refused", 20)
    assert "PREF-VERIF-02" in line.cluster.psql(f"select detail ->> 'text' from pli.answer where filing = '{again}'")[0]


@pytest.mark.parametrize("option", ["imap_url=imap://a.test", "imap_url=imaps://a.test/INBOX", "imap_password_file=/nowhere"])
def test_a_wrong_configuration_is_refused_at_the_start(line, option):
    name, _, value = option.partition("=")
    process = relay(line, free_port(), **{name: value})
    assert process.wait(20) == 78 and "config-invalid" in line.log(line.name + ".relay")
