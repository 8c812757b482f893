"""Feeds and webhooks over real TLS: each told what is his, each event once, in order, whoever is slow or lies."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import re
import signal
import ssl
import subprocess
import threading
import time

import pytest

from stack import wait_for


def get(stack, path, who):
    status, _, body = stack.request("GET", path, who)
    assert status == 200, body
    return json.loads(body)


def head(stack):
    return int(stack.cluster.psql("select coalesce(max(index), -1) from pli.receipt")[0])


def settled(stack):
    """The head, once every fact has its receipt."""
    wait_for("every receipt", lambda: stack.cluster.psql("select count(*) from pli.event e where not exists (select from pli.receipt r where r.event = e.id)") == ["0"])
    return head(stack)


class Receiver:
    """An HTTPS server that keeps what it is sent. answer(body) says the status, after as long as it likes."""

    def __init__(self, stack, answer=lambda body: 204, tls=True):
        self.taken, self.refused = [], []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = answer(json.loads(body))
                (receiver.taken if 200 <= status < 300 else receiver.refused).append((dict(self.headers), body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *arguments):
                pass  # a client that gives up is what some stories are about

        self.server = Server(("127.0.0.1", 0), Handler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(stack.pki.path("tls.pem"), stack.pki.path("tls.key"))
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://localhost:{self.server.server_port}/pli"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self):
        return [event for _, body in self.taken for event in json.loads(body)["events"]]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver(stack):
    made = []

    def make(*arguments, **more):
        made.append(Receiver(stack, *arguments, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()
    stack.cluster.psql("delete from pli.webhook")


def subscribe(stack, who, url, **more):
    status, _, body = stack.request("POST", "/api/v1/webhooks", who, {"url": url, **more})
    assert status == 201, body
    return json.loads(body)


def assert_signed(headers, body, secret):
    """Standard Webhooks 1.0, by Python's hmac."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    assert headers["webhook-signature"] == "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert abs(time.time() - int(headers["webhook-timestamp"])) < 60


def test_companies_bodies_and_the_state_read_what_is_theirs(stack, house):
    start = settled(stack)
    consultation = house.consultation()
    envelope, _ = house.bid("company-1", consultation, 10_000)
    house.deposit("company-1", consultation, envelope)
    end = settled(stack)

    def facts(path, who, rows):
        page = get(stack, f"{path}?after={start}", who)
        assert page["next"] == end and page["more"] is False
        return [row["fact"] for row in page[rows]]

    assert facts("/api/v1/events", "company-1", "events") == ["deposit.committed"]
    assert facts("/api/v1/events", "company-2", "events") == []
    assert facts("/api/v1/events", "buyer", "events") == ["consultation.published"]
    assert facts("/state/v1/receipts", "state", "receipts") == ["consultation.published", "deposit.committed"]
    for path, who, status in (("/api/v1/events", "state", 403), ("/api/v1/events", None, 401), ("/state/v1/receipts", "buyer", 403)):
        assert stack.request("GET", path, who)[0] == status


def test_a_long_poll_answers_when_something_comes_and_not_for_others(stack, house):
    start = settled(stack)
    answers = {}

    def poll(who):
        begun = time.monotonic()
        answers[who] = (get(stack, f"/api/v1/events?after={start}&wait=4", who), time.monotonic() - begun)

    threads = [threading.Thread(target=poll, args=(who,)) for who in ("buyer", "company-2")]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    house.consultation()
    for thread in threads:
        thread.join()
    page, took = answers["buyer"]
    assert [row["fact"] for row in page["events"]] == ["consultation.published"] and took < 3.5
    page, took = answers["company-2"]
    assert page["events"] == [] and took >= 3.5 and page["next"] > start


def test_a_webhook_is_signed_in_order_and_each_event_comes_once(stack, house, receiver):
    one = receiver()
    start = settled(stack)
    made = subscribe(stack, "buyer", one.url)
    for _ in range(3):
        house.consultation()
    settled(stack)
    wait_for("the deliveries", lambda: len(one.events()) >= 3)
    indexes = [event["index"] for event in one.events()]
    assert indexes == sorted(set(indexes)) and indexes[0] > start and len(indexes) == 3
    for headers, body in one.taken:
        assert_signed(headers, body, made["secret"])
    listed = get(stack, "/api/v1/webhooks", "buyer")["webhooks"]
    assert listed[0]["id"] == made["id"] and "secret" not in listed[0]
    assert get(stack, "/api/v1/webhooks", "company-1")["webhooks"] == []
    assert stack.request("DELETE", f"/api/v1/webhooks/{made['id']}", "company-1")[0] == 404
    # Replay from an index: the same events again.
    status, _, body = stack.request("POST", f"/api/v1/webhooks/{made['id']}/replay", "buyer", {"after": start})
    assert status == 200, body
    wait_for("the replay", lambda: len(one.events()) >= 6)
    assert [event["index"] for event in one.events()][3:] == indexes
    assert stack.request("DELETE", f"/api/v1/webhooks/{made['id']}", "buyer")[0] == 204


def test_a_receiver_that_fails_is_asked_again_and_delays_only_itself(stack, house, receiver):
    times = []

    def fails_twice(body):
        times.append(time.monotonic())
        return 500 if len(times) < 3 else 200

    def hangs(body):
        time.sleep(6)
        return 200

    bad, slow, good, plain = receiver(fails_twice), receiver(hangs), receiver(), receiver(tls=False)
    for one in (bad, slow, good, plain):
        subscribe(stack, "buyer", one.url)
    subscribe(stack, "buyer", "https://localhost:1/nobody")
    begun = time.monotonic()
    house.consultation()
    wait_for("the healthy receivers", lambda: good.taken and plain.taken)
    assert time.monotonic() - begun < 5
    wait_for("the third attempt", lambda: len(bad.taken) == 1, 20)
    assert [json.loads(body)["events"] for _, body in bad.taken] == [json.loads(body)["events"] for _, body in good.taken]
    assert {headers["webhook-id"] for headers, _ in bad.taken + bad.refused} == {bad.taken[0][0]["webhook-id"]}
    assert times[2] - times[1] > 1.5 > times[1] - times[0] > 0.5, "1 s, then 2 s"
    house.consultation()
    wait_for("the next event", lambda: len(good.events()) == 2, 10)
    listed = {webhook["url"]: webhook for webhook in get(stack, "/api/v1/webhooks", "buyer")["webhooks"]}
    assert listed["https://localhost:1/nobody"]["failures"] >= 1 and listed["https://localhost:1/nobody"]["detail"]
    assert listed[slow.url]["failures"] >= 1 and listed[slow.url]["cursor"] < listed[good.url]["cursor"]
    assert listed[good.url]["failures"] == 0


def test_a_receiver_with_a_certificate_of_nobody_is_told_nothing(stack, house, receiver):
    import subprocess
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost", "-keyout", house.at("own.key"), "-out", house.at("own.pem")], check=True, stderr=subprocess.DEVNULL)
    false, true = receiver(tls=False), receiver()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(house.at("own.pem"), house.at("own.key"))
    false.server.socket = context.wrap_socket(false.server.socket, server_side=True)
    for url in (false.url.replace("http:", "https:"), true.url):
        subscribe(stack, "buyer", url)
    house.consultation()
    wait_for("the true receiver", lambda: true.taken)
    wait_for("a failure", lambda: stack.cluster.psql("select count(*) from pli.webhook where failures > 0 and detail like '%certificate%'") == ["1"])
    assert false.taken == []


def test_a_delivery_whose_relay_dies_is_made_again(stack, house, receiver):
    one = receiver()
    subscribe(stack, "buyer", one.url)
    for n in range(4):
        house.consultation()
        if n == 1:
            stack.kill("relay", signal.SIGKILL)
    settled(stack)
    wait_for("all events", lambda: len({event["index"] for event in one.events()}) == 4, 80)
    once = {}
    for headers, body in one.taken:
        once[headers["webhook-id"]] = [event["index"] for event in json.loads(body)["events"]]
    indexes = [index for page in once.values() for index in page]
    assert indexes == sorted(indexes) and len(set(indexes)) == 4


def test_an_acknowledgement_is_a_fact_once(stack):
    last = settled(stack)
    answers = [stack.request("POST", "/state/v1/receipts/acknowledge", "state", {"cursor": last}) for _ in range(3)]
    assert {status for status, _, _ in answers} == {200} and len({body for _, _, body in answers}) == 1
    assert stack.request("POST", "/state/v1/receipts/acknowledge", "state", {"cursor": 10 ** 12})[0] == 409
    event = json.loads(answers[0][2])["event"]
    wait_for("its receipt", lambda: stack.request("GET", f"/api/v1/receipts/{event}", "state")[0] == 200)


def test_metrics_are_for_the_operator(stack):
    assert stack.request("GET", "/metrics")[0] == 401 and stack.request("GET", "/metrics", "buyer")[0] == 403
    stack.administer("enrol", "party", "--name", "Surveillance", "--roles", "operator", "--certificate", stack.pki.path("relay.pem"))
    settled(stack)
    status, headers, body = stack.request("GET", "/metrics", "relay")
    assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4")
    samples, typed = {}, set()
    for line in body.decode().splitlines():
        if line.startswith("# TYPE "):
            assert line.split(" ")[2] not in typed
            typed.add(line.split(" ")[2])
        elif not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            samples[name] = float(value)
            assert re.sub("_(bucket|sum|count)$", "", name.split("{")[0]) in typed or name.split("{")[0] in typed
    assert samples["pli_notary_active"] == 1 and samples["pli_relay_active"] == 1 and samples["pli_events_pending"] == 0
    assert samples["pli_journal_leaves_total"] == head(stack) + 1 and samples["pli_receipts_missing"] == 0
    assert any(name.startswith('pli_feed_lag{') and 'platform="Préfecture simulée"' in name for name in samples)


def test_a_monitor_of_the_same_machine_reads_a_socket_and_sees_how_routes_answer(stack):
    assert stack.request("GET", "/healthz")[0] == 200 and stack.request("GET", "/nowhere")[0] == 404
    path = stack.state["sockets"] + "/metrics"
    assert os.stat(path).st_mode & 0o777 == 0o660

    def scraped():
        ran = subprocess.run(["curl", "-sS", "--fail", "--unix-socket", path, "http://localhost/metrics"], check=True, stdout=subprocess.PIPE, text=True)
        return dict(line.rsplit(" ", 1) for line in ran.stdout.splitlines() if not line.startswith("#"))
    before = scraped()
    assert before["pli_database_up"] == "1" and before["pli_notary_active"] == "1" and 'pli_http_requests_total{method="",route="",status="4xx"}' in before
    for _ in range(3):
        stack.request("GET", "/healthz")
    route = 'method="GET",route="/healthz"'
    wait_for("the count", lambda: int(scraped()[f'pli_http_requests_total{{{route},status="2xx"}}']) == 3 + int(before[f'pli_http_requests_total{{{route},status="2xx"}}']))
    after = scraped()
    count = int(after[f"pli_http_request_seconds_count{{{route}}}"])
    assert count == int(after[f'pli_http_request_seconds_bucket{{{route},le="+Inf"}}']) == int(after[f'pli_http_requests_total{{{route},status="2xx"}}'])
    steps = [int(value) for name, value in after.items() if name.startswith("pli_http_request_seconds_bucket{" + route)]
    assert steps == sorted(steps) and len(steps) == 12


def test_the_history_of_keys_is_served_to_anybody_and_proves_a_receipt(stack, house):
    status, headers, body = stack.request("GET", "/api/v1/keys")
    keys = json.loads(body)["keys"]
    assert status == 200 and headers["Content-Type"] == "application/json" and {key["use"] for key in keys} == {"journal", "seal"}
    assert all(key["installed"] and key["id"] for key in keys) and [key["installed"] for key in keys] == sorted(key["installed"] for key in keys)
    settled(stack)
    with open(house.at("keys.json"), "wb") as file:
        file.write(body)
    with open(house.at("receipt.xml"), "wb") as file:
        file.write(bytes.fromhex(stack.cluster.psql("select encode(xml, 'hex') from pli.receipt order by index desc limit 1")[0]))
    ran = stack.pli("company-1", "--json", "receipt", "verify", house.at("receipt.xml"), "--trust", stack.pki.path("root.pem"), "--journal-key", house.at("keys.json"))
    found = json.loads(ran.stdout)
    assert found["result"] == "passed" and {"check": "journal", "result": "passed"}.items() <= next(c for c in found["checks"] if c["check"] == "journal").items()
    assert stack.request("POST", "/api/v1/keys")[0] == 405


def test_the_doctor_says_that_no_notary_is_active(stack):
    assert json.loads(stack.administer("doctor", "--json"))
    pid = stack.pid("notary")
    os.kill(pid, signal.SIGSTOP)
    try:
        stack.cluster.psql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pli-notary'")
        wait_for("no lock", lambda: stack.cluster.psql("select rule.lock_held('pli notary')") == ["f"])
        with pytest.raises(RuntimeError, match="No notary is active"):
            stack.administer("doctor")
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_for("the notary again", lambda: stack.cluster.psql("select rule.lock_held('pli notary')") == ["t"])
