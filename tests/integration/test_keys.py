"""The gateway's keys over ten years: taken over with an overlap, published, revoked; old receipts stay proven."""
import json
import os
import subprocess

import pytest

from office import assert_in_journal, assert_sealed, field, opened_office, unescaped
from stack import wait_for


@pytest.fixture(scope="module", name="office")
def _office():
    with opened_office() as built:
        yield built


def journal_key(office, name):
    path = office.pki.path(name)
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", path], check=True, stderr=subprocess.DEVNULL)
    return path


def seal(office, name):
    office.pki.certify(name, "seal", "p256", "/C=FR/O=Passerelle de développement/CN=Cachet suivant")
    subprocess.run(["openssl", "pkcs12", "-export", "-inkey", office.pki.path(name + ".key"), "-in", office.pki.path(name + ".pem"),
                    "-out", office.pki.path(name + ".p12"), "-passout", "pass:"], check=True)
    return office.pki.path(name + ".p12")


def admin(office, *words):
    ran = subprocess.run([office.program("pliadm"), "--config", office.config, "--json", *words], check=True, stdout=subprocess.PIPE)
    return json.loads(ran.stdout)


def one_receipt(office, **options):
    notary = office.notary(**options)
    events = office.facts(1)
    receipt = office.wait_receipts(events)[0]
    office.end(notary)
    return receipt


def keys_of(office, **options):
    return office.journal_keys(*(word for name, value in options.items() for word in ("--set", f"{name}={value}")))


def results(office, path, *options):
    ran = office.verify(path, *options)
    return ran.returncode, {check["check"]: check["result"] for check in json.loads(ran.stdout)["checks"]}


def test_keys_change_hands_and_receipts_of_every_age_stay_proven(office, tmp_path):
    first = one_receipt(office)
    following = {"journal_key": journal_key(office, "journal-2.pem"), "seal_key": seal(office, "seal-2")}
    overlap = one_receipt(office, journal_key_previous=office.pki.path("journal.pem"), **following)
    last = one_receipt(office, **following)
    old, new = keys_of(office)[0], keys_of(office, journal_key=following["journal_key"])[0]
    both = keys_of(office, journal_key=following["journal_key"], journal_key_previous=office.pki.path("journal.pem"))
    assert both == [new, old] and old != new
    signed = [len(unescaped(field(receipt, "Checkpoint")).split(b"\n\n")[1].splitlines()) for receipt in (first, overlap, last)]
    assert signed == [1, 2, 1]
    for receipt, proving in ((first, [old]), (overlap, [old, new]), (last, [new])):
        path = tmp_path / "receipt.xml"
        path.write_bytes(receipt)
        assert_sealed(office, receipt, tmp_path)
        assert_in_journal(receipt)
        for key in (old, new):
            assert (office.verify(path, "--journal-key", key).returncode == 0) is (key in proving)
        assert office.verify(path, "--journal-key", old, new).returncode == 0
    office.assert_gapless()


def test_the_history_of_keys_is_published_and_in_the_journal_and_proves_receipts(office, tmp_path):
    keys = admin(office, "key", "list")["keys"]
    assert [(k["use"], "retired" in k) for k in keys] == [("journal", True), ("seal", True), ("journal", False), ("seal", False)]
    certificate = subprocess.run(["openssl", "x509", "-in", office.pki.path("seal.pem"), "-outform", "DER"], check=True, stdout=subprocess.PIPE)
    digest = subprocess.run(["openssl", "dgst", "-sha256", "-r"], input=certificate.stdout, check=True, stdout=subprocess.PIPE)
    assert digest.stdout.decode().startswith(keys[1]["id"]) and keys[1]["validFrom"] < keys[1]["validTo"]
    installed = office.cluster.psql("select text from pli.event where fact = 'key.installed' order by id")
    assert [json.loads(text)["key"]["id"] for text in installed] == [keys[2]["id"], keys[3]["id"]]
    history, receipt = tmp_path / "keys.json", tmp_path / "receipt.xml"
    history.write_text(json.dumps({"keys": keys}))
    for data in office.receipts(office.numbers("select event from pli.receipt")):
        receipt.write_bytes(data)
        assert office.verify(receipt, "--journal-key", history).returncode == 0


def test_a_revoked_key_is_put_down_and_what_it_signed_before_stays_believed(office, tmp_path):
    following = {"journal_key": office.pki.path("journal-2.pem"), "seal_key": office.pki.path("seal-2.p12")}
    before = one_receipt(office, **following)
    key = [k for k in admin(office, "key", "list")["keys"] if k["use"] == "journal"][-1]
    notary = office.notary(**following)
    wait_for("the notary at work", lambda: office.number("count(*) from pli.receipt") == office.number("count(*) from pli.event"))
    revoked = admin(office, "key", "revoke", "--id", key["id"], "--reason", "support égaré")
    assert admin(office, "key", "revoke", "--id", key["id"])["revoked"] == revoked["revoked"]
    assert notary.wait(40) == 78  # it looks every 2 s
    third = {"journal_key": journal_key(office, "journal-3.pem"), "seal_key": following["seal_key"]}
    refused = subprocess.run([office.program("pli-notary"), "--config", office.config, "--set", f"journal_key={third['journal_key']}"],
                             timeout=20, stderr=subprocess.PIPE, check=False)
    assert refused.returncode == 70  # the journal's head is signed by the revoked key alone
    (tmp_path / "revoked.vkey").write_text(keys_of(office, journal_key=following["journal_key"])[0] + "\n")
    receipt = tmp_path / "receipt.xml"
    receipt.write_bytes(one_receipt(office, journal_key_previous=tmp_path / "revoked.vkey", **third))
    assert office.verify(receipt, "--journal-key", *keys_of(office, journal_key=third["journal_key"])).returncode == 0
    shown = admin(office, "key", "list")
    after = [k for k in shown["keys"] if k["id"] == key["id"]][0]
    assert after["revoked"] == revoked["revoked"] and after["reason"] == "support égaré"
    history = tmp_path / "keys.json"
    history.write_text(json.dumps(shown))
    receipt.write_bytes(before)
    assert office.verify(receipt, "--journal-key", history).returncode == 0
    shown["keys"] = [k | {"revoked": "2020-01-01T00:00:00.000000Z"} if k["id"] == key["id"] else k for k in shown["keys"]]
    history.write_text(json.dumps(shown))
    code, checks = results(office, receipt, "--journal-key", history)
    assert code == 11 and checks["signature"] == "passed" and checks["journal"] == "failed"
