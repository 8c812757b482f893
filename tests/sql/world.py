"""Two fictitious bodies, their people, some companies; and how they work together. A certificate is to SQL a
row of bytes, a sealed envelope chunks and the judge's summary: both are made up here."""
import base64
import hashlib
import os
import time

from session import Session

CHUNK = 262172


def sha256(data):
    return hashlib.sha256(data).digest()


def base64_text(data):
    return base64.b64encode(data).decode()


class Envelope:
    """As the judge would describe it: `sizes` of the sealed chunks, one share a member."""

    def __init__(self, consultation, sizes=(100,), lot="", kind="offre"):
        self.chunks = [os.urandom(size) for size in sizes]
        self.shares = {m["x"]: bytes([m["x"]]) + os.urandom(32) for m in consultation["members"]}
        self.manifest = b"<manifest>" + os.urandom(8).hex().encode() + b"</manifest>"
        self.summary = {
            "consultation": consultation["id"], "lot": lot, "kind": kind, "threshold": consultation["quorum"], "chunks": len(sizes),
            "chunkSize": 262144, "plaintextSize": sum(sizes) - 28 * len(sizes),
            "documents": [{"name": "mémoire technique.pdf", "mediaType": "application/pdf", "size": 60}],
            "digest": sha256(b"".join(sha256(c) for c in self.chunks)).hex(),
            "members": [{"x": m["x"], "certificate": m["sha256"], "share": sha256(self.shares[m["x"]]).hex(), "algorithm": "rsa-oaep"}
                        | ({"substitute": m["substitute"]["sha256"]} if "substitute" in m else {}) for m in consultation["members"]]}


class World:
    sha256 = staticmethod(sha256)

    def __init__(self, cluster):
        self.cluster = cluster
        self.front, self.notary, self.relay, self.admin, self.root = (
            Session(cluster, user) for user in ("pli_front", "pli_notary", "pli_relay", "pli_admin", "postgres"))
        self.certificates = {}
        self.party = {}
        for siret, name, department in (("21060999100018", "Commune de Saint-Exemple", "006"), ("21020999200019", "Commune de Villeneuve-Fictive", "02A")):
            self.admin.call("body_enrol", {"siret": siret, "name": name, "department": department, "district": "1", "nature": "31"})
        saint, ville = "21060999100018", "21020999200019"
        for key, siret, body, roles, more in (
                ("buyer", saint, saint, ["buyer"], {}), ("filer", saint, saint, ["filer"], {}), ("member1", saint, saint, ["member"], {}),
                ("member2", saint, saint, ["member"], {}), ("member3", saint, saint, ["member"], {}), ("buyer2", ville, ville, ["buyer"], {}),
                ("filer2", ville, ville, ["filer"], {}), ("duval", "90000000100017", None, ["company"], {}),
                ("duval2", "90000000100017", None, ["company"], {}), ("nord", "90000000200015", None, ["company"], {}),
                ("prefecture", None, None, ["state"], {"channels": ["actes"], "departments": ["006"]}),
                ("portal", None, None, ["state"], {"channels": ["procurement", "actes"]}), ("auditor", None, None, ["auditor"], {})):
            self.enrol(key, siret, body, roles, **more)

    def enrol(self, key, siret, body, roles, proven=True, **more):
        self.certificates[key] = key.encode() + os.urandom(16)
        self.party[key] = self.admin.call("party_enrol", {"name": key, "organisation": "SARL " + key, "roles": roles, **more,
                                                          **({"siret": siret} if siret else {}), **({"body": body} if body else {}),
                                                          **({"request": sha256(key.encode()).hex()} if "member" in roles and proven else {}),
                                                          "certificate": base64_text(self.certificates[key])})["id"]

    def close(self):
        for session in (self.front, self.notary, self.relay, self.admin, self.root):
            session.close()

    # ---- procurement ----
    def draft(self, buyer="buyer", **more):
        members = [{"sha256": sha256(self.certificates[m]).hex()} for m in ("member1", "member2", "member3")]
        return self.front.call("consultation_create", self.party[buyer], {
            "reference": "MAPA-" + os.urandom(4).hex(), "title": "Menuiseries de l'école", "object": "Remplacement des fenêtres",
            "deadline": "2099-01-01T12:00:00+01:00", "quorum": 2, "members": members, **more})

    def publish(self, **more):
        draft = self.draft(**more)
        return self.front.call("consultation_publish", self.party["buyer"], draft["id"])

    def put(self, consultation, name, data, note=None, buyer="buyer"):
        """A document, put whole."""
        place = self.front.call("document_begin", self.party[buyer], consultation["id"], name, "application/pdf", note)
        self.front.call("chunk_put", place["day"], place["content"], 0, sha256(data), data)
        return self.front.call("document_finish", self.party[buyer], consultation["id"], name, len(data), sha256(data))

    def opened(self, companies=("duval", "nord"), lot="", **more):
        """A consultation whose tenders are all open: (consultation, deposits)."""
        consultation = self.publish(**more)
        deposits = [self.deposit(consultation, company, lot) for company in companies]
        self.set_deadline(consultation, -1)
        self.front.call("opening_start", self.party["member1"], consultation["id"])
        for member in ("member1", "member2"):
            if deposits:
                self.front.call("opening_start", self.party[member], consultation["id"])
                self.give_shares(consultation, member, deposits)
        while True:
            claimed = self.front.call("envelope_claim")
            if claimed is None:
                break
            self.front.call("envelope_settle", claimed["envelope"], {"outcome": "opened", "documents": []})
        return self.front.call("consultation_show", self.party["buyer"], consultation["id"]), deposits

    def analyse(self, consultation, deposits, lot=""):
        """The first offer is retained, the others are ranked after it."""
        offers = [{"deposit": d["id"], "decision": "ranked" if n else "retained", "rank": n + 1, "score": 90 - n, "price": 1000 + n} for n, d in enumerate(deposits)]
        return self.front.call("analysis_put", self.party["buyer"], consultation["id"], {"lots": [{"lot": lot, "offers": offers}]})

    def award(self, consultation, deposit, lot="", **more):
        return self.front.call("award_put", self.party["buyer"], consultation["id"],
                               {"lots": [{"lot": lot, "deposit": deposit["id"], "amount": 1000, "months": 12, **more}]})

    def set_deadline(self, consultation, seconds):
        self.root.sql(f"update pli.consultation set deadline = clock_timestamp() + interval '{seconds} seconds' where id = '{consultation['id']}'")

    def open_deposit(self, consultation, company="duval", session=None):
        return (session or self.front).call("deposit_open", self.party[company], consultation["id"], None, {"peer": {"tls": "TLSv1.3"}})

    def send(self, deposit, envelope, name="offre", company="duval", session=None):
        session = session or self.front
        place = session.call("envelope_admit", self.party[company], deposit["id"], name, None, None)
        for number, data in enumerate(envelope.chunks):
            session.call("chunk_put", place["day"], place["content"], number, sha256(data), data)
        session.call("manifest_put", self.party[company], deposit["id"], name, envelope.manifest, envelope.summary)
        return place

    def deposit(self, consultation, company="duval", lot="", session=None, sizes=(100,)):
        """A committed deposit of one envelope; what commit answered, with the envelope."""
        opened = self.open_deposit(consultation, company, session)
        envelope = Envelope(consultation, sizes, lot)
        self.send(opened, envelope, "offre", company, session)
        return (session or self.front).call("deposit_commit", self.party[company], opened["id"], None) | {"sealed": envelope}

    def give_shares(self, consultation, member, deposits):
        wanted = self.front.call("opening_shares_wanted", self.party[member], consultation["id"])
        sealed = {d["envelopes"][0]["id"]: d["sealed"] for d in deposits}
        shares = [{"envelope": e["envelope"], "share": base64_text(sealed[e["envelope"]].shares[wanted["x"]])} for e in wanted["envelopes"]]
        return self.front.call("opening_share_put", self.party[member], consultation["id"], shares)

    # ---- filing ----
    def filing(self, filer="filer", number=None, **more):
        made = self.front.call("filing_create", self.party[filer], {
            "kind": "acte", "number": number or "N" + os.urandom(5).hex().upper(), "date": "2026-11-20", "nature": 1, "matter": "1.1",
            "object": "Délibération sur les fenêtres de l'école", "classification": "2019-04-18",
            "documents": [{"name": "deliberation.pdf", "type": "99_DE"}], **more}, None)
        place = self.front.call("filing_file_begin", self.party[filer], made["id"], "deliberation.pdf", "application/pdf")
        self.front.call("chunk_put", place["day"], place["content"], 0, sha256(b"%PDF-1.7"), b"%PDF-1.7")
        self.front.call("filing_file_finish", self.party[filer], made["id"], "deliberation.pdf", 8, sha256(b"%PDF-1.7"))
        return made

    def claim(self, filing):
        """Claims until this filing comes; what came before it is sent."""
        while True:
            item = self.relay.call("outbox_claim", "actes")
            assert item is not None, "the outbox is empty"
            if item["filing"]["id"] == filing["id"]:
                return item
            self.relay.call("outbox_settle", item["item"], "sent", {})

    # ---- notary ----
    def notarize(self, receipts=True):
        """One run of a notary: every committed event gets its index (and a receipt). The events' ids."""
        pending = self.notary.call("event_pending", 10000)
        if not pending:
            return []
        first = self.notary.call("journal_state")["size"]
        entries = [{"event": e["event"], "leaf": leaf(e).hex()} for e in pending]
        self.leaves = getattr(self, "leaves", []) + [leaf(e) for e in pending]
        nodes = [node for n in range(first, first + len(pending)) for node in completed(self.leaves, n)]
        root = tree_root(self.leaves)
        note = f"localhost/pli\n{len(self.leaves)}\n{base64_text(root)}\n\n— localhost/pli AAAA\n"
        self.notary.call("journal_append", first, entries, nodes, {"size": len(self.leaves), "root": root.hex(), "note": note})
        if receipts:
            self.put_receipts({e["event"]: b"<Receipt/>" for e in pending})
        return [e["event"] for e in pending]

    def put_receipts(self, receipts, stamped=True, function="receipts_put"):
        """{event: receipt}"""
        self.notary.call(function, [{"event": event, "size": len(receipt), "stamped": stamped} for event, receipt in receipts.items()],
                         b"".join(receipts.values()))


def leaf(event):
    return sha256(b"\0" + bytes.fromhex(event["salt"]) + event["text"].encode())


def tree_root(leaves):
    """RFC 9162 2.1.1, as written there."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + tree_root(leaves[:half]) + tree_root(leaves[half:]))


def completed(leaves, n):
    """The complete nodes that leaf n adds."""
    nodes = [{"level": 0, "index": n, "hash": leaves[n].hex()}]
    level = 0
    while n >> level & 1:
        level += 1
        index = n >> level
        nodes.append({"level": level, "index": index, "hash": tree_root(leaves[index << level:(index + 1) << level]).hex()})
    return nodes


def wait_until(condition, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("waited in vain")
