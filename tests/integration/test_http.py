"""The HTTP surface: hygiene on the wire, rights by the route table, problems in words."""
import json
import socket
import ssl

import pytest

# What must be refused, and why it is dangerous between two parsers (RFC 9112).
MALFORMED = {
    "no Host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two Hosts": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
    "another Host than the TLS name": b"GET /healthz HTTP/1.1\r\nHost: cert.localhost\r\n\r\n",
    "chunked and Content-Length": b"POST /api/v1/consultations HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two Content-Lengths": b"POST /api/v1/consultations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "a negative Content-Length": b"POST /api/v1/consultations HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
    "an unknown Transfer-Encoding": b"POST /api/v1/consultations HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n",
}


def raw(stack, data, name="localhost"):
    context = ssl.create_default_context(cafile=stack.pki.path("root.pem"))
    with socket.create_connection(("127.0.0.1", stack.port), timeout=30) as plain, context.wrap_socket(plain, server_hostname=name) as tls:
        tls.sendall(data)
        answer = b""
        try:
            while b"\r\n\r\n" not in answer and (block := tls.recv(65536)):
                answer += block
        except (ConnectionResetError, ssl.SSLError):
            pass
        return answer


@pytest.mark.parametrize("what", MALFORMED)
def test_a_malformed_request_is_never_served(stack, what):
    answer = raw(stack, MALFORMED[what])
    assert answer == b"" or answer.split()[1] in (b"400", b"421", b"501"), answer


def test_a_giant_header_is_refused(stack):
    answer = raw(stack, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 100_000 + b"\r\n\r\n")
    assert answer == b"" or answer.split()[1] in (b"400", b"413", b"431"), answer


def test_unknown_paths_and_methods_are_problems(stack):
    status, headers, body = stack.request("GET", "/api/v1/nothing")
    assert (status, headers["Content-Type"].split(";")[0], json.loads(body)["code"]) == (404, "application/problem+json", "not-found")
    status, _, body = stack.request("DELETE", "/api/v1/consultations")
    assert (status, json.loads(body)["code"]) == (405, "method-not-allowed")


def test_rights_follow_the_table(stack, house):
    consultation = house.consultation()
    assert stack.request("POST", f"/api/v1/consultations/{consultation}/deposits")[0] == 401
    assert stack.request("POST", f"/api/v1/consultations/{consultation}/deposits", "filer", {})[0] == 403
    assert stack.request("POST", "/api/v1/consultations", "company-1", {})[0] == 403


def test_problems_speak_french_when_asked(stack):
    french = json.loads(stack.request("GET", "/api/v1/nothing", headers={"Accept-Language": "fr"})[2])
    english = json.loads(stack.request("GET", "/api/v1/nothing", headers={"Accept-Language": "en"})[2])
    assert french["title"] != english["title"] and french["code"] == english["code"]


def test_a_company_does_not_see_anothers_deposit(stack, house):
    consultation = house.consultation()
    opened = json.loads(stack.request("POST", f"/api/v1/consultations/{consultation}/deposits", "company-1", {})[2])["id"]
    assert stack.request("GET", f"/api/v1/deposits/{opened}", "company-1")[0] == 200
    for who in ("company-2", "buyer", "filer", "state"):
        assert stack.request("GET", f"/api/v1/deposits/{opened}", who)[0] in (403, 404)


def test_a_chunk_with_another_digest_is_refused_and_the_deposit_stays_open(stack, house):
    consultation = house.consultation()
    opened = json.loads(stack.request("POST", f"/api/v1/consultations/{consultation}/deposits", "company-1", {})[2])["id"]
    path = f"/api/v1/deposits/{opened}/envelopes/offre/chunks/0"
    wrong = {"Content-Digest": "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"}
    status, _, body = stack.request("PUT", path, "company-1", b"x" * 1000, wrong)
    assert (status, json.loads(body)["code"]) == (409, "digest-mismatch")
    shown = json.loads(stack.request("GET", f"/api/v1/deposits/{opened}", "company-1")[2])
    assert all(not each["arrived"] for each in shown["envelopes"]) and shown["state"] == "started"
    status, _, body = stack.request("POST", f"/api/v1/deposits/{opened}/commit", "company-1")
    assert (status, json.loads(body)["code"]) == (409, "deposit-incomplete")
