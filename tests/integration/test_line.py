"""Bad lines: what they do to the bytes costs time, never the deposit; and a company knows before the hour what its line can do."""
import json
import re

import rawline
from badline import BadLine
from rawline import digest
from stack import wait_for

CHUNK = 262172


def test_a_line_that_delays_slows_repeats_swaps_and_cuts_delivers_and_leaves_its_traces(stack, house):
    consultation = house.consultation()
    envelope, files = house.bid("company-1", consultation, 16_000_000)
    with BadLine(stack.port) as line:
        process = house.depositing("company-1", consultation, envelope, line, "--group", "1")
        wait_for("the first chunks", lambda: house.stored(consultation) > 0)
        line.delay, line.rate = 0.001, 20_000_000
        line.duplicate_at = [line.sent + 1_000_000]
        line.reorder_at = [line.sent + 2_000_000]
        wait_for("bytes that do not verify", lambda: line.duplicated == 1 and line.reordered == 1)
        line.cut()
        line.delay, line.rate = 0, None
        line.restore()
        output, _ = process.communicate(timeout=180)
    assert process.returncode == 0, output
    event = house.receipt(envelope + ".xml")
    attempts = event["transfer"]
    assert {"offset", "bytes", "milliseconds", "started", "outcome", "peer"} <= set(attempts[-1])
    assert attempts[0]["outcome"] == "opened" and any(attempt["outcome"] == "reset" for attempt in attempts)
    assert len({attempt["peer"]["session"] for attempt in attempts}) > 1 and attempts[0]["peer"]["tls"].startswith("TLS")
    assert event["transfers"]["broken"] >= 1
    house.end_now(consultation)
    house.open(consultation)
    house.assert_same(consultation, files)


def test_after_a_reboot_the_state_file_goes_on_where_the_bytes_stopped(stack, house):
    consultation = house.consultation()
    envelope, files = house.bid("company-1", consultation, 24_000_000)
    state = house.at("state.json")
    with BadLine(stack.port) as line:
        line.rate = 12_000_000
        process = house.depositing("company-1", consultation, envelope, line, "--state", state, "--group", "1", "--parallel", "2")
        wait_for("a part of the bid", lambda: house.stored(consultation) > 10)
        process.kill()
        process.wait()
        process.stdout.close()
        before, line.sent, line.rate = house.stored(consultation), 0, None
        with open(state) as file:  # all that a reboot leaves: one small file, whole
            deposit = json.load(file)["deposit"]
        output, _ = (again := house.depositing("company-1", consultation, envelope, line, "--state", state)).communicate(timeout=120)
        assert again.returncode == 0 and f"Going on with deposit {deposit}" in output, output
        assert line.sent < 24_500_000 - (before - 8) * CHUNK + 1_000_000, "what was durable is not sent again"
    house.end_now(consultation)
    house.open(consultation)
    house.assert_same(consultation, files)


def test_chunks_in_any_order_and_twice_are_one_deposit(stack, house):
    consultation = house.consultation()
    envelope, files = house.bid("company-1", consultation, 1_000_000)
    deposit = house.begin("company-1", consultation)["id"]
    place = f"/api/v1/deposits/{deposit}/envelopes/offre"
    with open(envelope + "/ciphertext", "rb") as file:
        sealed = file.read()
    chunks = [sealed[at:at + CHUNK] for at in range(0, len(sealed), CHUNK)]
    assert len(chunks) == 4

    def put(number, data, headers):
        status, _, body = stack.request("PUT", f"{place}/chunks/{number}", "company-1", data, headers)
        return status, json.loads(body)["code"] if body else None

    def arrived():
        return json.loads(stack.request("GET", f"/api/v1/deposits/{deposit}", "company-1")[2])["envelopes"][0]["arrived"]

    assert put(3, chunks[3], digest(chunks[3])) == (204, None) and arrived() == [[3, 3]]
    assert put(0, chunks[0], digest(chunks[1])) == (409, "digest-mismatch") and arrived() == [[3, 3]]
    assert put(0, chunks[0], {}) == (400, "request-malformed") and arrived() == [[3, 3]]
    assert put(1, chunks[1], digest(chunks[1])) == (204, None) and arrived() == [[1, 1], [3, 3]]
    assert put(1, chunks[1], digest(chunks[0])) == (409, "digest-mismatch") and arrived() == [[1, 1], [3, 3]], "what was acknowledged stays"
    assert put(1, chunks[2], digest(chunks[2])) == (409, "content-closed") and arrived() == [[1, 1], [3, 3]]
    assert put(0, chunks[0] + chunks[1], digest(chunks[0] + chunks[1])) == (204, None) and arrived() == [[0, 1], [3, 3]]
    with open(envelope + "/manifest.xml", "rb") as file:
        assert stack.request("PUT", f"{place}/manifest", "company-1", file.read())[0] == 200
    status, _, body = stack.request("POST", f"/api/v1/deposits/{deposit}/commit", "company-1")
    assert status == 409 and json.loads(body)["missing"] == [{"envelope": "offre", "chunks": [2]}]
    for number in [*reversed(range(4)), *range(4)]:
        assert put(number, chunks[number], digest(chunks[number])) == (204, None)
    answers = [stack.request("POST", f"/api/v1/deposits/{deposit}/commit", "company-1") for _ in range(2)]
    assert [answer[0] for answer in answers] == [200, 200] and answers[0][2] == answers[1][2]
    assert put(0, chunks[0], digest(chunks[0]))[0] == 409, "after the commit no byte changes"
    house.end_now(consultation)
    house.open(consultation)
    house.assert_same(consultation, files)


def test_the_hour_of_arrival_is_told_before_the_first_byte(stack, house):
    for seconds, words in ((3600, "At this speed it will arrive at"), (8, "WARNING: at this speed it will arrive at")):
        consultation = house.consultation(seconds)
        envelope, _ = house.bid("company-1", consultation, 20_000_000)
        with BadLine(stack.port) as line:
            line.rate = 1_000_000
            process = house.depositing("company-1", consultation, envelope, line, "--parallel", "1")
            said = ""
            while words not in said:
                read = process.stdout.readline()
                assert read, said
                said += read
            process.kill()
            process.wait()
            process.stdout.close()
        assert re.search(r"The line carries .* a second", said) and re.search(r"arrive at \d\d:\d\d:\d\d", said)
        assert line.sent < 12_000_000


def test_after_a_chunk_was_refused_the_rest_of_its_request_leaves_no_half_chunk(stack, house):
    """The bytes behind the refused chunk are thrown away; those that lay in memory already are no chunk of their own."""
    deposit = house.begin("company-1", house.consultation())["id"]
    first, other, next_one = bytes(CHUNK), b"\1" * CHUNK, b"\2" * CHUNK
    assert stack.request("PUT", f"/api/v1/deposits/{deposit}/envelopes/offre/chunks/0", "company-1", first, digest(first))[0] == 204

    def refused():
        return stack.log("postgresql").count("acknowledged with other bytes")
    before = refused()
    held = rawline.Certified(stack, "company-1").hold(deposit, 0, other + next_one, CHUNK + 100_000)
    wait_for("the refusal of the first chunk", lambda: refused() > before)
    rawline.release([held])
    assert rawline.statuses([held[0]])[0][1] == 409
    held[0].close()
    assert json.loads(stack.request("GET", f"/api/v1/deposits/{deposit}", "company-1")[2])["envelopes"][0]["arrived"] == [[0, 0]]
