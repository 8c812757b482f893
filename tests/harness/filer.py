"""An authority that files acts and a State platform that polls receipts, both while things break; and what must be there afterwards."""
import hashlib
import http.client
import json
import os
import threading

import papers
from stack import wait_for


class Filer(threading.Thread):
    """Files one act after another while `going()`; each is acknowledged in the campaign's history."""

    def __init__(self, campaign, going):
        super().__init__(daemon=True)
        self.campaign, self.going, self.acts = campaign, going, {}

    def run(self):
        serial = 0
        while self.going():
            number = f"{os.urandom(3).hex().upper()}{serial}"
            serial += 1
            text = self.campaign.at(f"deliberation-{number}.pdf")
            papers.pdf(text, "Délibération", number)
            receipt = self.campaign.at(f"receipt-acte-{number}.xml")
            ran = self.campaign.stack.pli("filer", "--json", "file", "acte", "--give-up", "900", "--number", number, "--nature", "1", "--matter", "1.1", "--date",
                                          "2026-11-20", "--object", "Réfection d'une toiture", "--classification", "2019-08-29", "--type", "99_DE",
                                          "--receipt", receipt, text, check=False, gateway=self.campaign.gateway)
            if ran.returncode != 0:
                self.campaign.history.refuse(f"act {number}: pli ended with {ran.returncode}: {ran.stderr[-300:]}")
                continue
            with open(text, "rb") as file:
                self.acts[number] = (json.loads(ran.stdout)["id"], hashlib.sha256(file.read()).hexdigest())
            self.campaign.receipts.append(receipt)
            self.campaign.history.acknowledge("filed", number=number)

    def check(self):
        """Each act that was acknowledged has reached the State once, byte for byte; the State's answer was found again."""
        stack, history = self.campaign.stack, self.campaign.history

        def state(filing):
            return stack.cluster.psql(f"select state from pli.filing where id = '{filing}'")[0]
        for number, (filing, digest) in self.acts.items():
            try:
                wait_for("its end", lambda: state(filing) not in ("submitted", "sending", "sent"), 240)
            except TimeoutError:
                pass
            if state(filing) != "acknowledged":
                history.refuse(f"act {number} is {state(filing)}")
            archives = [folder for folder, _, names in os.walk(stack.at("ministry")) if any(number in name and "1-1_0" in name for name in names)]
            if len(archives) != 1:
                history.refuse(f"act {number} reached the State {len(archives)} times")
                continue
            found = set()
            for name in os.listdir(archives[0]):
                with open(os.path.join(archives[0], name), "rb") as file:
                    found.add(hashlib.sha256(file.read()).hexdigest())
            if digest not in found:
                history.refuse(f"act {number} reached the State with other bytes")


class Poller(threading.Thread):
    """The State's cursor: from where it stands, each receipt once, in the journal's order, whatever breaks."""

    def __init__(self, campaign):
        super().__init__(daemon=True)
        self.campaign, self.ending = campaign, threading.Event()
        self.indexes, self.after = [], -1

    def _page(self, wait):
        status, _, body = self.campaign.stack.request("GET", f"/state/v1/receipts?after={self.after}&limit=20&wait={wait}", "state")
        return json.loads(body) if status == 200 else None

    def run(self):
        while not self.ending.is_set():
            try:
                page = self._page(1)
            except (OSError, http.client.HTTPException, ValueError):
                page = None
            if page is None:
                self.ending.wait(0.3)
                continue
            self.indexes += [row["index"] for row in page["receipts"]]
            self.after = page["next"]

    def check(self):
        """What the cursor gave is what the feed gives to one who asks from the beginning."""
        self.ending.set()
        self.join()
        page = self._page(0)
        while page["receipts"]:
            self.indexes += [row["index"] for row in page["receipts"]]
            self.after = page["next"]
            page = self._page(0)
        seen, self.after, again = self.indexes, -1, []
        page = self._page(0)
        while page["receipts"]:
            again += [row["index"] for row in page["receipts"]]
            self.after = page["next"]
            page = self._page(0)
        if seen != again or seen != sorted(set(seen)):
            self.campaign.history.refuse(f"the State's cursor gave {len(seen)} receipts, the feed has {len(again)}; they differ")
