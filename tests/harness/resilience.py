"""Deposits without a pause while machines fall, and the count afterwards: every acknowledgement given against what is there."""
import datetime
import json
import os
import shutil
import tempfile
import threading
import time

import papers

COMPANIES = ("company-1", "company-2", "company-3")


class Depositors:
    """Each thread deposits the same sealed bid again and again (each replaces the one before, and is kept), as a company's own
    `pli` would: a command that failed is run again and goes on where it was."""

    def __init__(self, stack):
        self.stack = stack
        self.folder = tempfile.mkdtemp(prefix="pli-depositors-")
        self.acknowledged = []  # (monotonic seconds, company, receipt file)
        self.failed = []        # (monotonic seconds, what `pli` said)
        self.ending = threading.Event()
        self.threads = []
        self.lock = threading.Lock()

    def at(self, *names):
        return os.path.join(self.folder, *names)

    def consultation(self):
        with open(self.at("consultation.json"), "w") as file:
            json.dump({"reference": "T-" + os.urandom(4).hex(), "title": "Fournitures de bureau", "object": "Fournitures",
                       "procedure": "MAPA", "deadline": (self.stack.now() + datetime.timedelta(hours=2)).isoformat(), "quorum": 2,
                       "envelopes": ["offre"], "members": self.stack.member_certificates()}, file)
        created = json.loads(self.stack.pli("buyer", "--json", "consultation", "create", self.at("consultation.json")).stdout)["id"]
        self.stack.pli("buyer", "consultation", "document", created, papers.pdf(self.at("reglement.pdf"), "Règlement"))
        self.stack.pli("buyer", "consultation", "publish", created)
        return created

    def start(self, count):
        consultation = self.consultation()
        for who in COMPANIES[:count]:
            bid = papers.archive(self.at(who + ".zip"), 600_000)
            self.stack.pli(who, "pack", "--output", self.at(who + ".asice"), bid)
            self.stack.pli(who, "seal", "--consultation", consultation, "--kind", "offre", "--output", self.at(who + ".pli"),
                           self.at(who + ".asice"))
            self.threads.append(threading.Thread(target=self._deposit, args=(who, consultation)))
        for thread in self.threads:
            thread.start()

    def _deposit(self, who, consultation):
        number = 0
        while not self.ending.is_set():
            number += 1
            envelope = self.at(f"{who}-{number}")
            shutil.copytree(self.at(who + ".pli"), envelope)
            while True:
                ran = self.stack.pli(who, "deposit", "--consultation", consultation, "--receipt", envelope + ".xml", envelope, check=False)
                with self.lock:
                    if ran.returncode == 0:
                        self.acknowledged.append((time.monotonic(), who, envelope + ".xml"))
                    else:
                        self.failed.append((time.monotonic(), ran.stderr.strip()))
                if ran.returncode == 0 or self.ending.is_set():
                    break

    def recovered(self, instant):
        """Seconds from an instant to the first acknowledgement of a deposit that began after it: the third one after it, for each of
        two depositors may have had one answered in flight."""
        after = sorted(at for at, _, _ in self.acknowledged if at > instant)
        return after[len(self.threads)] - instant

    def stop(self):
        self.ending.set()
        for thread in self.threads:
            thread.join()
        return list(self.acknowledged)

    def check(self, acknowledged):
        """Each acknowledged deposit is there, and each receipt proves itself without the gateway."""
        there = {row[0]: row[1] for row in (line.split("\t") for line in self.stack.cluster.psql("select id, state from pli.deposit"))}
        for _, _, receipt in acknowledged:
            event = json.loads(self.stack.pli(None, "--json", "receipt", "show", receipt).stdout)
            deposit = event["subject"]["id"]
            assert there.get(deposit) in ("committed", "replaced"), f"{deposit} was acknowledged and is {there.get(deposit)}"
            self.stack.pli(None, "receipt", "verify", receipt, "--trust", self.stack.pki.path("root.pem"), "--journal-key", self.stack.journal_key)
        shutil.rmtree(self.folder)
