"""The evidence of a deposit (Conseil d'État n° 449250): one file that anybody proves, offline and without us."""
import hashlib
import json
import subprocess
import zipfile

import pytest

from badline import BadLine
from stack import wait_for

CHUNK = 262172


def test_the_evidence_of_a_deposit_is_proved_offline(stack, house):
    consultation = house.consultation()
    envelope, _ = house.bid("company-1", consultation, 12_000_000)
    with BadLine(stack.port) as line:
        line.rate = 8_000_000
        process = house.depositing("company-1", consultation, envelope, line)
        wait_for("the first chunks", lambda: house.stored(consultation) > 4)
        line.rate = None
        line.cut()
        line.restore()
        output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    deposit = house.receipt(envelope + ".xml")["subject"]["id"]
    path = house.at("evidence.zip")
    assert "sealed by the receipt" in stack.administer("evidence", deposit, "--output", path)
    proof = ("--trust", stack.pki.path("root.pem"), "--stamp-trust", stack.pki.path("root.pem"), "--journal-key", stack.journal_key)
    ran = stack.pli(None, "evidence", "verify", path, *proof, gateway="https://127.0.0.1:1")
    assert ran.returncode == 0
    folder = house.at("evidence")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
        names = archive.namelist()
    assert subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=folder, check=False).returncode == 0
    assert stack.pli(None, "receipt", "verify", folder + "/receipt.xml", *proof).returncode == 0
    with open(folder + "/attempts.json") as file:
        attempts = json.load(file)
    resets = [attempt for attempt in attempts if attempt["outcome"] == "reset"]
    assert resets and all({"offset", "bytes", "milliseconds", "started", "peer"} <= set(attempt) for attempt in resets)
    assert all(attempt["peer"]["tls"].startswith("TLS") and attempt["peer"]["session"] for attempt in attempts)
    with open(folder + "/chunks-offre.tsv") as file:
        rows = [row.split("\t") for row in file.read().splitlines()[1:]]
    with open(envelope + "/ciphertext", "rb") as file:
        sealed = file.read()
    assert [row[2] for row in rows] == [hashlib.sha256(sealed[at:at + CHUNK]).hexdigest() for at in range(0, len(sealed), CHUNK)]
    health = [name for name in names if name.startswith("health-")]
    with open(folder + "/" + health[-1]) as file:
        assert all(json.loads(line)["ready"] for line in file)
    for name in ("attempts.json", health[0], "deposit.json"):
        altered = house.at("altered.zip")
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(altered, "w") as target:
            for entry in source.infolist():
                data = source.read(entry)
                target.writestr(entry, data + b" " if entry.filename == name else data)
        assert stack.pli(None, "evidence", "verify", altered, *proof, check=False).returncode == 11


@pytest.mark.parametrize("arguments,words", [(("00000000-0000-0000-0000-000000000000", "--output", "x.zip"), "no deposit"),
                                             (("--output", "x.zip"), "Wrong use of the command"), ((), "Wrong use of the command")])
def test_evidence_says_what_it_needs(stack, arguments, words):
    with pytest.raises(RuntimeError, match=words):
        stack.administer("evidence", *arguments)


def test_the_platform_writes_down_how_it_fares(stack):
    lines = [json.loads(row) for row in stack.cluster.psql("select line from pli.health order by id")]
    assert lines and all(line["ready"] and {"at", "front", "requests", "errors", "commits", "queue"} <= set(line) for line in lines)
