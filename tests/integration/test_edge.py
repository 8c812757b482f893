"""The edge and the front as a network meets them: names, certificates, sessions, slowness, restarts."""
import base64
import hashlib
import json
import os
import signal
import socket
import ssl
import threading
import time

import pytest

from stack import wait_for

NAMES = {"public": "localhost", "certificate": "cert.localhost"}
# Heads that the HTTP library alone would serve.
DOUBTFUL = {
    "the same length twice": b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nab",
    "a NUL in the last header": b"X: a\0b\r\n\r\n",
    "a NUL in another header": b"X: a\0b\r\nY: c\r\n\r\n",
    "a folded header": b"X: a\r\n b\r\n\r\n",
    "a bare line feed": b"X: a\n\r\n",
    "two codings": b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a header of 20 KB": b"X: " + b"a" * 20000 + b"\r\n\r\n",
    "seventy headers": b"X: a\r\n" * 70 + b"\r\n",
}


def context_of(stack, who=None, **limits):
    context = ssl.create_default_context(cafile=stack.pki.path("root.pem"))
    if who:
        context.load_cert_chain(stack.pki.path(who + ".pem"), stack.pki.path(who + ".key"))
    for name, value in limits.items():
        setattr(context, name, value)
    return context


def connect(stack, name="localhost", context=None, session=None, timeout=30):
    plain = socket.create_connection(("127.0.0.1", stack.port), timeout=timeout)
    return (context or context_of(stack)).wrap_socket(plain, server_hostname=name, session=session)


def read_answer(tls):
    """(status, header bytes, body) of one answer with a length."""
    got = b""
    while b"\r\n\r\n" not in got:
        block = tls.recv(65536)
        if not block:
            return None, got, b""
        got += block
    head, body = got.split(b"\r\n\r\n", 1)
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length and (block := tls.recv(65536)):
        body += block
    return int(head.split()[1]), head, body


def ask(tls, name, path, method="GET", rest=b"\r\n"):
    tls.sendall(f"{method} {path} HTTP/1.1\r\nHost: {name}\r\n".encode() + rest)
    return read_answer(tls)


def deposit_of(stack, consultation, who="company-1", key=None):
    headers = {"Idempotency-Key": key} if key else {}
    status, _, body = stack.request("POST", f"/api/v1/consultations/{consultation}/deposits", who, headers=headers)
    assert status == 201, body
    return json.loads(body)["id"]


def digest_field(data):
    return "sha-256=:" + base64.b64encode(hashlib.sha256(data).digest()).decode() + ":"


@pytest.mark.parametrize("what", DOUBTFUL)
def test_a_doubtful_head_is_refused_in_words(stack, what):
    with connect(stack) as tls:
        tls.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + DOUBTFUL[what])
        status, head, body = read_answer(tls)
    assert status in (400, 431), head
    assert b"application/problem+json" in head and json.loads(body)["clause"]


@pytest.mark.parametrize("head", [b"Content-Length : 2\r\n\r\nab", b"X\0Y: a\r\n\r\n", b"Content-Length: +2\r\n\r\nab"])
def test_what_the_library_refuses_itself_is_not_served_either(stack, head):
    with connect(stack) as tls:
        tls.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + head)
        assert read_answer(tls)[0] == 400


def test_a_name_that_is_not_served_is_refused_in_the_handshake(stack):
    context = context_of(stack, check_hostname=False)
    with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME|unrecognized name"):
        connect(stack, "elsewhere.localhost", context)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_of_tls_carry_the_certificate(stack, version):
    context = context_of(stack, "company-1", minimum_version=version, maximum_version=version)
    with connect(stack, "cert.localhost", context) as tls:
        assert ask(tls, "cert.localhost", "/api/v1/deposits/00000000-0000-4000-8000-000000000000")[0] == 404


def test_a_session_lives_on_under_its_own_name_only(stack):
    """A ticket carries the client's identity: taken on the other name it would be an identity nobody showed there."""
    context = context_of(stack, "company-1")
    with connect(stack, "cert.localhost", context) as tls:
        ask(tls, "cert.localhost", "/healthz")
        session = tls.session
    with connect(stack, "cert.localhost", context, session) as tls:
        assert tls.session_reused
        assert ask(tls, "cert.localhost", "/api/v1/deposits/00000000-0000-4000-8000-000000000000")[0] == 404
    with connect(stack, "localhost", context, session) as tls:
        assert not tls.session_reused
        assert ask(tls, "localhost", "/api/v1/deposits/00000000-0000-4000-8000-000000000000")[0] == 401


def test_a_certificate_of_an_unknown_authority_is_told_so(stack, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    assert os.spawnlp(os.P_WAIT, "openssl", "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                      "-subj", "/CN=Inconnu", "-days", "2", "-keyout", str(key), "-out", str(certificate)) == 0
    context = context_of(stack)
    context.load_cert_chain(certificate, key)
    with connect(stack, "cert.localhost", context) as tls:
        status, _, body = ask(tls, "cert.localhost", "/api/v1/deposits/00000000-0000-4000-8000-000000000000")
    assert (status, json.loads(body)["code"]) == (401, "certificate-required")
    assert "authority" in json.loads(body)["detail"]


def test_a_refusal_reaches_a_client_that_is_still_sending(stack):
    size = 64 * 1024 * 1024
    with connect(stack) as tls:
        tls.sendall(f"PUT /api/v1/consultations/x/documents/y HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n".encode())
        sent = 0
        try:
            while sent < size:
                tls.sendall(b"x" * 65536)
                sent += 65536
        except OSError:
            pass
        try:
            status, _, body = read_answer(tls)
        except OSError:
            pytest.fail("the answer was lost to a reset")
    assert (status, json.loads(body)["code"]) == (401, "certificate-required")


@pytest.mark.parametrize("what,data,least,most", [("a silent handshake", None, 8, 14), ("a header byte by byte", b"GET /healthz HTTP/1.1\r\nX: ", 13, 20)])
def test_slowness_has_an_end(stack, what, data, least, most):
    started = time.monotonic()
    if data is None:
        with socket.create_connection(("127.0.0.1", stack.port), timeout=30) as plain:
            plain.sendall(b"\x16")
            assert plain.recv(1) == b""
    else:
        with connect(stack) as tls:
            tls.settimeout(0.5)
            for byte in data + b"a" * 100:
                try:
                    tls.sendall(bytes([byte]))
                    if not tls.recv(1):
                        break
                except TimeoutError:
                    continue
                except OSError:
                    break
    assert least < time.monotonic() - started < most, what


def test_who_waits_for_receipts_holds_no_worker(stack):
    answers = []

    def poll():
        answers.append(stack.request("GET", "/state/v1/receipts?after=1000000000&wait=4", "state")[0])
    polls = [threading.Thread(target=poll) for _ in range(40)]  # five times the workers
    for each in polls:
        each.start()
    time.sleep(1)
    started = time.monotonic()
    assert stack.request("GET", "/api/v1/now")[0] == 200
    assert time.monotonic() - started < 1.5
    for each in polls:
        each.join()
    assert answers == [200] * 40


def test_the_same_key_opens_the_same_deposit(stack, house):
    consultation = house.consultation()
    key = os.urandom(8).hex()
    assert deposit_of(stack, consultation, key=key) == deposit_of(stack, consultation, key=key)
    assert deposit_of(stack, consultation, key=key) != deposit_of(stack, consultation, key=key + "2")


def test_an_upload_cut_short_keeps_its_chunks_and_is_kept_as_evidence(stack, house):
    deposit = deposit_of(stack, house.consultation())
    chunk = os.urandom(262172)
    with connect(stack, "cert.localhost", context_of(stack, "company-1")) as tls:
        tls.sendall((f"PUT /api/v1/deposits/{deposit}/envelopes/offre/chunks/0 HTTP/1.1\r\nHost: cert.localhost\r\nContent-Length: {5 * len(chunk)}\r\n"
                     f"Content-Digest: {digest_field(5 * chunk)}\r\n\r\n").encode())
        tls.sendall(3 * chunk + chunk[:1000])

        def arrived():
            shown = json.loads(stack.request("GET", f"/api/v1/deposits/{deposit}", "company-1")[2])
            return [each["arrived"] for each in shown["envelopes"]]
        wait_for("three whole chunks", lambda: arrived() == [[[0, 2]]])
    transfers = f"select attempt from pli.transfer where deposit = '{deposit}' and envelope = 'offre'"
    wait_for("the evidence", lambda: stack.cluster.psql(transfers))
    attempt = json.loads(stack.cluster.psql(transfers)[0])
    assert (attempt["outcome"], attempt["first"], attempt["count"], attempt["bytes"]) == ("reset", 0, 3, 3 * len(chunk) + 1000)
    assert attempt["peer"]["address"].startswith("127.0.0.1:") and attempt["peer"]["tls"] == "TLSv1.3"
    status, _, _ = stack.request("PUT", f"/api/v1/deposits/{deposit}/envelopes/offre/chunks/3", "company-1", 2 * chunk,
                                 {"Content-Digest": digest_field(2 * chunk)})
    assert status == 204 and arrived() == [[[0, 4]]]


def test_a_body_of_unknown_length_is_stored_alike(stack, house):
    deposit = deposit_of(stack, house.consultation())
    data = os.urandom(262172 + 5)
    blocks = b"".join(b"%x\r\n%s\r\n" % (len(data[at:at + 50000]), data[at:at + 50000]) for at in range(0, len(data), 50000)) + b"0\r\n\r\n"
    with connect(stack, "cert.localhost", context_of(stack, "company-1")) as tls:
        rest = f"Transfer-Encoding: chunked\r\nContent-Digest: {digest_field(data)}\r\n\r\n".encode() + blocks
        assert ask(tls, "cert.localhost", f"/api/v1/deposits/{deposit}/envelopes/offre/chunks/0", "PUT", rest)[0] == 204


def test_new_connections_wait_for_a_front_that_restarts(stack):
    stack.kill("front")
    assert stack.request("GET", "/healthz")[0] == 200


def test_a_renewed_certificate_is_taken_on_without_a_stop(stack):
    def serial():
        with connect(stack) as tls:
            return tls.getpeercert()["serialNumber"]
    before, process = serial(), stack.pid("edge")
    stack.pki.certify("tls", "server", "p256", "/O=Passerelle de développement/CN=localhost")
    os.kill(process, signal.SIGHUP)
    wait_for("the new certificate", lambda: serial() != before)
    assert stack.pid("edge") == process and stack.request("GET", "/healthz")[0] == 200
