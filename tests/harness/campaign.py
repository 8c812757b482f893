"""Many companies deposit at once while things break; each acknowledgement is written down, and held against what is there afterwards."""
import concurrent.futures
import datetime
import hashlib
import http.client
import json
import os
import random
import socket
import ssl
import subprocess
import threading
import time
import zipfile

import rawline
from stack import wait_for

CHUNK = 262172
COMPANIES = ("company-1", "company-2", "company-3")
WORDS = ("untouched", "withdrawn", "unfinished", "client")  # what becomes of a deposit


class History:
    """What was acknowledged, in the order in which the answers came; and what was found to be wrong with it."""

    def __init__(self, path):
        self.lock = threading.Lock()
        self.file = open(path, "w")
        self.counts, self.wrong = {}, []

    def acknowledge(self, what, **more):
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + 1
            self.file.write(json.dumps({"at": round(time.time(), 3), "what": what, **more}) + "\n")
            self.file.flush()

    def refuse(self, sentence):
        with self.lock:
            self.wrong.append(sentence)
            self.file.write(json.dumps({"at": round(time.time(), 3), "wrong": sentence}) + "\n")


class Line:
    """One company's HTTP, patient: a call is repeated until it is answered by something else than 503."""

    def __init__(self, campaign, who, seconds):
        self.stack, self.context = campaign.stack, rawline.Certified(campaign.stack, who).context
        self.port = campaign.port
        self.connection, self.until = None, time.monotonic() + seconds

    def _connect(self):
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        self.connection = http.client.HTTPSConnection("cert.localhost", self.port, timeout=20, context=self.context)
        self.connection.sock = self.context.wrap_socket(plain, server_hostname="cert.localhost")

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def call(self, method, path, body=None, headers=None):
        pause = 0.1
        while time.monotonic() < self.until:
            try:
                if self.connection is None:
                    self._connect()
                self.connection.request(method, path, body=body, headers=headers or {})
                answer = self.connection.getresponse()
                data = answer.read()
                if answer.status != 503:
                    return answer.status, data
            except (OSError, http.client.HTTPException, ssl.SSLError):
                self.close()
            time.sleep(pause)
            pause = min(pause * 2, 1.0)
        raise TimeoutError(f"{method} {path}: no answer")


class Bid:
    """One sealed envelope for one lot, and what will be done with it."""

    def __init__(self, campaign, number):
        self.campaign, self.number = campaign, number
        self.who, self.lot = COMPANIES[number % len(COMPANIES)], str(number // len(COMPANIES) + 1)
        self.name = f"bid-{number}.bin"
        self.folder = campaign.at(f"bid-{number}.pli")
        draw = random.Random(f"{campaign.seed} bid {number}")
        self.size = draw.randrange(0, 200_000) if draw.random() < 0.7 else draw.randrange(200_000, 1_200_000)
        self.fate = draw.choices(WORDS, (80, 6, 6, 8))[0]
        self.draw, self.deposit, self.receipt, self.digest = draw, None, None, None
        self.committed = self.withdrawn = False

    def seal(self):
        data = self.draw.randbytes(self.size)
        self.digest = hashlib.sha256(data).hexdigest()
        container = self.campaign.at(f"bid-{self.number}.asice")
        with zipfile.ZipFile(container, "w") as archive:
            archive.writestr(zipfile.ZipInfo("mimetype"), "application/vnd.etsi.asic-e+zip")
            archive.writestr(zipfile.ZipInfo(self.name), data)
            archive.writestr(zipfile.ZipInfo("META-INF/manifest.xml"), MANIFEST.format(name=self.name))
        self.campaign.stack.pli(None, "seal", "--consultation-file", self.campaign.at("published.json"), "--kind", "offre", "--lot", self.lot,
                                "--output", self.folder, container)
        os.unlink(container)

    def deliver(self):
        if self.fate == "client":
            self._deliver_by_pli()
            return
        line = Line(self.campaign, self.who, self.campaign.patience)
        try:
            self._deliver_by_hand(line)
        finally:
            line.close()

    def _pace(self):
        time.sleep(self.draw.uniform(0, self.campaign.pace))

    def _deliver_by_hand(self, line):
        history = self.campaign.history
        self._pace()
        status, data = line.call("POST", f"/api/v1/consultations/{self.campaign.consultation}/deposits", b"{}",
                                 {"Content-Type": "application/json", "Idempotency-Key": f"{self.campaign.seed}-{self.number}"})
        if status != 201:
            history.refuse(f"bid {self.number}: opening a deposit was answered {status} {data[:200]}")
            return
        self.deposit = json.loads(data)["id"]
        history.acknowledge("opened", bid=self.number, deposit=self.deposit)
        place = f"/api/v1/deposits/{self.deposit}/envelopes/offre-lot-{self.lot}"
        if not self._send_chunks(line, place) or self.fate == "unfinished":
            return
        with open(self.folder + "/manifest.xml", "rb") as file:
            status, data = line.call("PUT", place + "/manifest", file.read(), {"Content-Type": "application/xml"})
        if status != 200:
            history.refuse(f"bid {self.number}: its manifest was answered {status} {data[:200]}")
            return
        self._pace()
        self._end(line, "commit", "committed")
        if self.fate == "withdrawn" and self.committed:
            self._pace()
            self._end(line, "withdraw", "withdrawn")

    def _send_chunks(self, line, place):
        """Each on its own, in any order; what was acknowledged must be there from then on."""
        with open(self.folder + "/ciphertext", "rb") as file:
            sealed = file.read()
        chunks, acknowledged = [sealed[at:at + CHUNK] for at in range(0, len(sealed), CHUNK)], set()
        for number in self.draw.sample(range(len(chunks)), len(chunks)):
            self._pace()
            status, data = line.call("PUT", f"{place}/chunks/{number}", chunks[number], rawline.digest(chunks[number]))
            if status != 204:
                self.campaign.history.refuse(f"bid {self.number}: chunk {number} was answered {status} {data[:200]}")
                return False
            acknowledged.add(number)
            self.campaign.history.acknowledge("chunk", bid=self.number, number=number)
            status, data = line.call("GET", f"/api/v1/deposits/{self.deposit}")
            there = {n for first, last in json.loads(data)["envelopes"][0]["arrived"] for n in range(first, last + 1)}
            if not acknowledged <= there:
                self.campaign.history.refuse(f"bid {self.number}: chunks {acknowledged - there} were acknowledged and are not there")
        return True

    def _end(self, line, verb, word):
        status, data = line.call("POST", f"/api/v1/deposits/{self.deposit}/{verb}", b"", {})
        if status not in (200, 202):
            self.campaign.history.refuse(f"bid {self.number}: {verb} was answered {status} {data[:200]}")
            return
        setattr(self, word, True)
        self.campaign.history.acknowledge(word, bid=self.number, deposit=self.deposit, status=status)
        address = json.loads(data)["receipt"] if status == 202 else None
        while status == 202 or (address is not None and status == 404):
            time.sleep(0.2)
            status, data = line.call("GET", address)
        if status != 200:
            self.campaign.history.refuse(f"bid {self.number}: the receipt of its {verb} was answered {status} {data[:200]}")
            return
        self._keep(data, word)

    def _keep(self, data, word):
        self.receipt = self.campaign.at(f"receipt-{self.number}-{word}.xml")
        with open(self.receipt, "wb") as file:
            file.write(data)
        self.campaign.receipts.append(self.receipt)

    def _deliver_by_pli(self):
        """The command itself, killed and started again as a machine that reboots would."""
        receipt = self.campaign.at(f"receipt-{self.number}-committed.xml")
        command = [self.campaign.stack.program("pli"), "--lang", "en", "deposit", "--consultation", self.campaign.consultation, "--receipt", receipt,
                   "--parallel", "2", self.folder]
        until = time.monotonic() + self.campaign.patience
        while time.monotonic() < until:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                       env=self.campaign.stack.pli_environment(self.who, self.campaign.gateway))
            try:
                said, _ = process.communicate(timeout=self.draw.uniform(0.05, 2) if self.draw.random() < 0.5 else 300)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                continue
            if process.returncode != 0:
                self.campaign.history.refuse(f"bid {self.number}: pli deposit ended with {process.returncode}: {said[-300:]}")
                return
            self.committed, self.receipt = True, receipt
            with open(self.folder + "/deposit.json") as file:
                self.deposit = json.load(file)["deposit"]
            self.campaign.receipts.append(receipt)
            self.campaign.history.acknowledge("committed", bid=self.number, deposit=self.deposit)
            return


MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.etsi.asic-e+zip"/>
<manifest:file-entry manifest:full-path="{name}" manifest:media-type="application/octet-stream"/>
</manifest:manifest>"""


class Campaign:
    """`count` deposits, `width` of them at once. `pace`: seconds at most that a company waits before each step."""

    def __init__(self, stack, folder, seed, count, width, pace, patience=900, port=None):
        """port: of a line to the gateway, where the companies are not beside it."""
        self.stack, self.folder, self.seed = stack, folder, seed
        self.port = port or stack.port
        self.gateway = f"https://cert.localhost:{self.port}"
        self.count, self.width, self.pace, self.patience = count, width, pace, patience
        self.history = History(self.at("history.jsonl"))
        self.bids, self.receipts, self.consultation = [], [], None
        self.pool = None

    def at(self, *names):
        return os.path.join(self.folder, *names)

    # ---- before ----
    def prepare(self):
        """One consultation with a lot for each three bids, and all bids sealed."""
        lots = [{"number": str(n + 1), "title": f"Lot {n + 1}"} for n in range(-(-self.count // len(COMPANIES)))]
        with open(self.at("consultation.json"), "w") as file:
            json.dump({"reference": f"C-{os.urandom(5).hex()}", "title": "Campagne", "object": "Fournitures", "procedure": "MAPA",
                       "deadline": (self.stack.now() + datetime.timedelta(hours=3)).isoformat(), "quorum": 2, "envelopes": ["offre"], "lots": lots,
                       "members": self.stack.member_certificates()}, file)
        self.consultation = json.loads(self.stack.pli("buyer", "--json", "consultation", "create", self.at("consultation.json")).stdout)["id"]
        with open(self.at("reglement.txt"), "w") as file:
            file.write("Règlement")
        self.stack.pli("buyer", "consultation", "document", self.consultation, self.at("reglement.txt"))
        self.stack.pli("buyer", "consultation", "publish", self.consultation)
        with open(self.at("published.json"), "wb") as file:
            file.write(self.stack.request("GET", f"/api/v1/consultations/{self.consultation}")[2])
        self.stack.administer("setting", "set", "company-deposits", "100000")
        self.bids = [Bid(self, number) for number in range(self.count)]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(Bid.seal, self.bids))

    # ---- meanwhile ----
    def begin(self):
        threading.stack_size(512 * 1024)
        self.pool = concurrent.futures.ThreadPoolExecutor(self.width)
        self.running = [self.pool.submit(bid.deliver) for bid in self.bids]
        threading.stack_size(0)

    def busy(self):
        return any(not each.done() for each in self.running)

    def finish(self):
        """Waits for every company's end; what it met with is part of the history."""
        self.pool.shutdown(wait=True)
        for bid, ran in zip(self.bids, self.running):
            if ran.exception() is not None:
                self.history.refuse(f"bid {bid.number}: {type(ran.exception()).__name__}: {ran.exception()}")

    # ---- afterwards ----
    def check(self):
        """The history against what is there: the sentences of all that is wrong."""
        wait_for("the gateway's /readyz", self.stack.ready, 120)
        self._check_receipts()
        self._check_rows()
        self._check_opening()
        self._check_journal()
        return self.history.wrong

    def _check_receipts(self):
        def verify(path):
            ran = self.stack.pli(None, "receipt", "verify", path, "--trust", self.stack.pki.path("root.pem"), "--journal-key", self.stack.journal_key, check=False)
            if ran.returncode != 0:
                self.history.refuse(f"{os.path.basename(path)} is not proved: {ran.stdout[-300:]}{ran.stderr[-300:]}")
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(verify, self.receipts))

    def rows(self, sql):
        return [row.split("\t") for row in self.stack.cluster.psql(sql.format(c=self.consultation))]

    def _check_rows(self):
        states = dict(self.rows("select id, state from pli.deposit where consultation = '{c}'"))
        for bid in self.bids:
            wanted = "withdrawn" if bid.withdrawn else "committed" if bid.committed else "started"
            if bid.deposit is not None and states.get(bid.deposit) != wanted:
                self.history.refuse(f"bid {bid.number} was acknowledged as {wanted} and is {states.get(bid.deposit)}")
        for what, sql in HALVES.items():
            found = self.rows(sql)
            if found:
                self.history.refuse(f"{what}: {found[:5]}")

    def _check_opening(self):
        self.stack.cluster.psql(f"update pli.consultation set deadline = clock_timestamp() where id = '{self.consultation}'")
        for member in ("member-1", "member-2"):
            self.stack.pli(member, "open", self.consultation, "--key", self.stack.pki.path(member + ".key"))
        wait_for("the opening", lambda: json.loads(self.stack.pli("buyer", "--json", "opening", self.consultation).stdout)["state"] == "opened", 900)
        folder = self.at("opened")
        self.stack.pli("buyer", "opening", self.consultation, "--output", folder)
        found = {}
        for place, _, names in os.walk(folder):
            for name in names:
                if name.startswith("bid-"):
                    with open(os.path.join(place, name), "rb") as file:
                        found.setdefault(name, []).append(hashlib.sha256(file.read()).hexdigest())
        for bid in self.bids:
            wanted = [bid.digest] if bid.committed and not bid.withdrawn else []
            if found.get(bid.name, []) != wanted:
                self.history.refuse(f"bid {bid.number} ({bid.fate}) opens as {found.get(bid.name)}, not as {wanted}")

    def _check_journal(self):
        wait_for("the notary", lambda: self.stack.cluster.psql("select count(*) from pli.event_pending") == ["0"], 120)
        try:
            self.stack.administer("journal", "audit")
        except RuntimeError as problem:
            self.history.refuse(f"journal audit: {problem}")

    def report(self, **more):
        return {"seed": self.seed, "deposits": self.count, "at once": self.width, "acknowledged": self.history.counts, "receipts": len(self.receipts),
                "wrong": len(self.history.wrong), **more}


# What a fact that is half there would look like.
HALVES = {
    "committed deposits without exactly one event": "select d.id, d.state, count(e.id) from pli.deposit d left join pli.event e on e.subject = d.id::text "
    "and e.fact = 'deposit.committed' where d.consultation = '{c}' and d.state not in ('started', 'abandoned') group by 1, 2 having count(e.id) <> 1",
    "unfinished deposits of which something shows": "select d.id from pli.deposit d where d.consultation = '{c}' and d.state = 'started' and (d.received is not null "
    "or d.event is not null or exists (select from pli.event e where e.subject = d.id::text) or exists (select from pli.standing s where s.deposit = d.id) "
    "or exists (select from pli.envelope e where e.deposit = d.id and e.state <> 'open'))",
    "committed envelopes that are not whole": "select e.id from pli.envelope e join pli.deposit d on d.body = e.body and d.id = e.deposit where d.consultation = '{c}' "
    "and d.state <> 'started' and e.digest is distinct from (select sha256(string_agg(sha256(k.data), ''::bytea order by k.number)) from pli.chunk k "
    "where k.body = e.body and k.day = e.day and k.content = e.content)",
    "companies with two deposits that count for a lot": "select d.company, e.lot from pli.envelope e join pli.deposit d on d.body = e.body and d.id = e.deposit "
    "where d.consultation = '{c}' and d.state = 'committed' group by 1, 2 having count(*) > 1",
    "events without a receipt": "select e.id from pli.event e join pli.deposit d on d.id::text = e.subject where d.consultation = '{c}' "
    "and not exists (select from pli.receipt r where r.event = e.id) and not exists (select from pli.event_pending p where p.event = e.id)",
}
