"""Deposits: what was acknowledged opens byte for byte, whatever broke on the way."""
import json
import subprocess

import pytest

from badline import BadLine
from stack import wait_for


def test_a_deposit_is_acknowledged_and_its_receipt_is_proved_offline(stack, house):
    consultation = house.consultation()
    envelope, _ = house.bid("company-1", consultation)
    receipt, _ = house.deposit("company-1", consultation, envelope)
    verified = stack.pli(None, "receipt", "verify", receipt, "--trust", stack.pki.path("root.pem"), "--stamp-trust",
                         stack.pki.path("root.pem"), gateway="https://127.0.0.1:1")
    assert verified.returncode == 0


def test_xmlsec_verifies_the_receipt_without_us(stack, house):
    consultation = house.consultation()
    envelope, _ = house.bid("company-1", consultation)
    receipt, _ = house.deposit("company-1", consultation, envelope)
    ran = subprocess.run(["xmlsec1", "--verify", "--enabled-key-data", "x509", "--trusted-pem", stack.pki.path("root.pem"), "--id-attr:Id",
                          "urn:pli:receipt:1:Receipt", receipt], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert ran.returncode == 0 and "OK" in ran.stdout, ran.stdout


@pytest.mark.parametrize("old,new", [(b"Fournitures de bureau", b"Fournitures de bureaV"), (b"Menuiserie", b"Menuiseria")])
def test_an_altered_receipt_is_refused(stack, house, old, new):
    consultation = house.consultation()
    envelope, _ = house.bid("company-1", consultation)
    receipt, _ = house.deposit("company-1", consultation, envelope)
    with open(receipt, "rb") as file:
        data = file.read()
    assert old in data
    with open(receipt, "wb") as file:
        file.write(data.replace(old, new, 1))
    assert stack.pli(None, "receipt", "verify", receipt, "--trust", stack.pki.path("root.pem"), check=False).returncode != 0


def test_a_cut_line_costs_only_time(stack, house):
    consultation = house.consultation()
    envelope, files = house.bid("company-1", consultation, 40_000_000)
    with BadLine(stack.port) as line:
        line.cut_at = 15_000_000
        process = subprocess.Popen([stack.program("pli"), "deposit", "--consultation", consultation, "--receipt", envelope + ".xml", envelope],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   env=stack.pli_environment("company-1", f"https://cert.localhost:{line.port}"))
        assert line.cut_happened.wait(60)
        line.restore()
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output.decode()
        assert line.sent < 40_000_000 + 15_000_000 + 70_000_000, "what had arrived was not sent again"
    house.end_now(consultation)
    house.open(consultation)
    house.assert_same(consultation, files)


def test_a_killed_depositor_resumes_from_its_state_file(stack, house):
    consultation = house.consultation()
    envelope, files = house.bid("company-1", consultation, 40_000_000)
    command = [stack.program("pli"), "deposit", "--consultation", consultation, "--receipt", envelope + ".xml", envelope]
    with BadLine(stack.port) as line:
        environment = stack.pli_environment("company-1", f"https://cert.localhost:{line.port}")
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        wait_for("a part of the bid on the line", lambda: line.sent > 10_000_000)
        process.kill()
        process.wait()
        assert subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, timeout=120).returncode == 0
    rows = stack.cluster.psql(f"select count(*) from pli.deposit where consultation = '{consultation}'")
    assert rows == ["1"], "the same deposit was resumed, no second one was opened"
    house.end_now(consultation)
    house.open(consultation)
    house.assert_same(consultation, files)


@pytest.mark.parametrize("program", ["front", "edge", "notary", "postgresql"])
def test_killing_a_program_during_a_deposit_loses_nothing(stack, house, program):
    consultation = house.consultation()
    envelope, files = house.bid("company-1", consultation, 60_000_000)
    with BadLine(stack.port) as line:
        process = subprocess.Popen([stack.program("pli"), "deposit", "--consultation", consultation, "--receipt", envelope + ".xml", envelope],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   env=stack.pli_environment("company-1", f"https://cert.localhost:{line.port}"))
        wait_for("a part of the bid on the line", lambda: line.sent > 20_000_000)
        stack.kill(program)
        output, _ = process.communicate(timeout=180)
    assert process.returncode == 0, output.decode()
    wait_for("the gateway's /readyz", stack.ready)
    assert stack.pli(None, "receipt", "verify", envelope + ".xml", "--trust", stack.pki.path("root.pem")).returncode == 0
    house.end_now(consultation)
    house.open(consultation)
    house.assert_same(consultation, files)


def test_a_late_deposit_is_kept_and_said_to_be_late(stack, house):
    consultation = house.consultation()
    envelope, _ = house.bid("company-3", consultation)
    house.end_now(consultation)
    receipt, _ = house.deposit("company-3", consultation, envelope)
    shown = json.loads(stack.pli(None, "--json", "receipt", "show", receipt).stdout)
    assert shown["late"] is True
    opening = house.open(consultation)
    assert [deposit["late"] for deposit in opening["deposits"]] == [True]


def test_a_second_deposit_replaces_the_first(stack, house):
    consultation = house.consultation()
    first, _ = house.bid("company-1", consultation)
    second, files = house.bid("company-1", consultation)
    house.deposit("company-1", consultation, first)
    house.deposit("company-1", consultation, second)
    house.end_now(consultation)
    opening = house.open(consultation)
    assert len(opening["replaced"]) == 1
    house.assert_same(consultation, files)


def test_sending_a_finished_deposit_again_gives_the_first_answer(stack, house):
    consultation = house.consultation()
    envelope, _ = house.bid("company-1", consultation)
    receipt, _ = house.deposit("company-1", consultation, envelope)
    with open(receipt, "rb") as file:
        first = file.read()
    house.deposit("company-1", consultation, envelope)
    with open(receipt, "rb") as file:
        assert file.read() == first
