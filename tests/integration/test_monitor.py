"""The journal from outside: a reader of /checkpoint and /tile written from the C2SP specifications alone (tlog-checkpoint, tlog-tiles,
signed-note, tlog-cosignature), our own `pli journal monitor`, and a gateway that lies to it."""
import base64
import contextlib
import hashlib
import http.server
import json
import os
import shutil
import ssl
import struct
import subprocess
import threading
import time

from stack import wait_for


# ---- the specifications' reader ----

class Log:
    def __init__(self, fetch):
        self.fetch = fetch

    def checkpoint(self):
        """(origin, size, root, signed text, signature lines as (name, payload))."""
        note = self.fetch("/checkpoint").decode()
        text, signatures = note.rsplit("\n\n", 1)
        text += "\n"
        origin, size, root = text.split("\n")[:3]
        assert size == str(int(size))
        lines = [line.split(" ") for line in signatures.rstrip("\n").split("\n")]
        assert all(dash == "\u2014" and len(rest) == 2 for dash, *rest in lines)
        return origin, int(size), base64.b64decode(root, validate=True), text, [(name, base64.b64decode(data)) for _, name, data in lines]

    def tile(self, level, number, width):
        digits = str(number).zfill((len(str(number)) + 2) // 3 * 3)
        groups = [digits[i:i + 3] for i in range(0, len(digits), 3)]
        path = "/".join(["x" + g for g in groups[:-1]] + [groups[-1]])
        data = self.fetch(f"/tile/{level}/{path}" + (f".p/{width}" if width < 256 else ""))
        assert len(data) == 32 * width
        return [data[i:i + 32] for i in range(0, len(data), 32)]

    def level(self, level, size):
        """All hashes of one tile level: complete subtrees of 256^level leaves."""
        count = size >> (8 * level)
        return [h for n in range(0, (count + 255) // 256) for h in self.tile(level, n, min(256, count - 256 * n))]


def root_of(hashes):
    """RFC 6962 2.1 over hashes that are complete subtrees of one size, or leaves."""
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << ((len(hashes) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + root_of(hashes[:half]) + root_of(hashes[half:])).digest()


def ed25519_holds(folder, public, message, signature):
    for name, data in (("key", bytes.fromhex("302a300506032b6570032100") + public), ("message", message), ("signature", signature)):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)
    return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", f"{folder}/key", "-rawin", "-in", f"{folder}/message",
                           "-sigfile", f"{folder}/signature"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def fetch(stack):
    def get(path):
        status, _, body = stack.request("GET", path)
        assert status == 200, (path, body)
        return body
    return get


def filled(stack, leaves):
    """So many leaves, and every receipt there."""
    missing = leaves - int(stack.cluster.psql("select count(*) from pli.journal")[0])
    if missing > 0:
        stack.cluster.psql(f"""set search_path = pli, pg_temp; select rule.append(row(null::bigint, 'SubmissionAcceptance', 'deposit.committed', 'procurement',
            'deposit', gen_random_uuid()::text, null::uuid)::rule.fact, '{{"received": "2026-01-01T00:00:00.000000Z", "late": false}}') from generate_series(1, {missing})""")
    wait_for("every receipt", lambda: stack.cluster.psql("select count(*) from pli.event e where not exists (select from pli.receipt r where r.event = e.id)") == ["0"])


def test_an_independent_reader_proves_the_checkpoint_by_the_tiles(stack, tmp_path):
    filled(stack, 600)
    log = Log(fetch(stack))
    origin, size, root, text, signatures = log.checkpoint()
    with open(stack.journal_key) as file:
        name, identifier, key = file.readline().strip().split("+", 2)
    public = base64.b64decode(key)
    assert origin == name and public[0] == 1 and hashlib.sha256(name.encode() + b"\n" + public).digest()[:4].hex() == identifier
    ours = [payload for signer, payload in signatures if signer == name and payload[:4].hex() == identifier]
    assert len(ours) == 1 and ed25519_holds(tmp_path, public[1:], text.encode(), ours[0][4:])
    leaves = log.level(0, size)
    assert len(leaves) == size and root_of(leaves) == root
    # Level 1: each hash is the root of one full tile of level 0.
    assert log.level(1, size) == [root_of(leaves[n:n + 256]) for n in range(0, size - size % 256, 256)]
    for path in ("/tile/0/000.p/256", "/tile/0/000.p/0", "/tile/00/000", "/tile/0/0", "/tile/0/x000/001", "/tile/0/999", "/tile/9/000"):
        assert stack.request("GET", path)[0] == 404, path
    assert stack.request("GET", "/tile/0/000")[1]["Cache-Control"].startswith("public")
    # An older partial tile is still there (tlog-tiles: partial tiles may be fetched while the tree grows).
    assert log.tile(0, 0, 7) == leaves[:7]


def receipts_to(stack, folder, count):
    os.makedirs(folder, exist_ok=True)
    for row in stack.cluster.psql(f"select index, encode(xml, 'hex') from pli.receipt order by random() limit {count}"):
        index, data = row.split("\t")
        with open(os.path.join(folder, f"receipt-{index}.xml"), "wb") as file:
            file.write(bytes.fromhex(data))


def monitor(stack, folder, url=None, receipts=True, **more):
    ran = stack.pli(None, "--json", "journal", "monitor", url or stack.public_url, "--journal-key", stack.journal_key, "--state", f"{folder}/state",
                    *(["--receipts", f"{folder}/receipts"] if receipts else []), check=False, **more)
    return ran.returncode, json.loads(ran.stdout) if ran.stdout else ran.stderr


def test_the_monitor_follows_an_honest_journal(stack, house, tmp_path):
    filled(stack, 300)
    receipts_to(stack, tmp_path / "receipts", 25)
    status, first = monitor(stack, tmp_path)
    assert status == 0 and first["result"] == "passed" and first["previous"] is None and first["receipts"] == 25, first
    house.consultation()
    filled(stack, first["size"] + 40)
    status, second = monitor(stack, tmp_path)
    assert status == 0 and second["previous"] == first["size"] < second["size"]
    assert monitor(stack, tmp_path)[0] == 0
    # Receipts of another journal, or none.
    (tmp_path / "receipts" / "other.xml").write_text("<Receipt/>")
    status, said = monitor(stack, tmp_path)
    assert status == 11 and len(said["findings"]) == 1 and "other.xml" in said["findings"][0]
    for language, words in (("fr", "contient tout ce qu'il contenait"), ("en", "contains all it contained before")):
        ran = stack.pli(None, "--lang", language, "journal", "monitor", stack.public_url, "--journal-key", stack.journal_key)
        assert words in ran.stdout + ran.stderr
    assert stack.pli(None, "journal", "monitor", stack.public_url, check=False).returncode == 64


# ---- a gateway that lies ----

class Liar:
    """Serves a journal made here, signed by the true journal's key: what an operator who rewrites history would do."""

    def __init__(self, stack, leaves, size=None):
        self.leaves, self.size, self.stack = leaves, size or len(leaves), stack
        liar = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = liar.serve(self.path)
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(stack.pki.path("tls.pem"), stack.pki.path("tls.key"))
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, path):
        if path == "/checkpoint":
            return self.note()
        _, _, level, number, *width = path.replace(".p", "").split("/")
        width = int(width[0]) if width else 256
        step = 256 ** int(level)
        start = int(number) * 256
        hashes = [root_of(self.leaves[i * step:(i + 1) * step]) for i in range(start, min(start + width, self.size // step))]
        return b"".join(hashes)

    def note(self):
        text = f"localhost/pli\n{self.size}\n{base64.b64encode(root_of(self.leaves[:self.size])).decode()}\n"
        path = os.path.join(self.stack.folder, "liar.text")
        with open(path, "w") as file:
            file.write(text)
        signature = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.stack.pki.path("journal.pem"), "-in", path], check=True,
                                   stdout=subprocess.PIPE).stdout
        with open(self.stack.journal_key) as file:
            identifier = bytes.fromhex(file.readline().split("+")[1])
        return (text + f"\n\u2014 localhost/pli {base64.b64encode(identifier + signature).decode()}\n").encode()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def test_a_journal_that_was_rewritten_cut_or_forked_is_found(stack, tmp_path):
    filled(stack, 300)
    receipts_to(stack, tmp_path / "receipts", 5)
    status, said = monitor(stack, tmp_path)
    assert status == 0
    size = said["size"]
    leaves = [bytes.fromhex(row) for row in stack.cluster.psql(f"select encode(leaf, 'hex') from pli.journal where index < {size} order by index")]
    own = sorted(int(name.split("-")[1][:-4]) for name in os.listdir(tmp_path / "receipts"))
    kept = (tmp_path / "state").read_bytes()

    def told(changed, words, **more):
        liar = Liar(stack, changed)
        try:
            status, said = monitor(stack, tmp_path, liar.url, **more)
        finally:
            liar.close()
        assert status == 11 and any(words in finding for finding in said["findings"]), said
        assert (tmp_path / "state").read_bytes() == kept and (tmp_path / "state.conflict").read_bytes() != kept
        os.unlink(tmp_path / "state.conflict")

    with contextlib.closing(Liar(stack, leaves)) as honest:
        assert monitor(stack, tmp_path, honest.url)[0] == 0
    edited = leaves.copy()
    edited[own[0]] = hashlib.sha256(b"another").digest()
    more = [hashlib.sha256(bytes([n])).digest() for n in range(30)]
    told(edited + more, "journal", receipts=False)                       # an older leaf changed, then more appended
    told(leaves[:own[0]] + leaves[own[0] + 1:] + more, "journal", receipts=False)  # taken out
    told(leaves[:own[0]] + more[:1] + leaves[own[0]:], "journal", receipts=False)  # put in
    told(leaves[:-3], "journal", receipts=False)                         # cut short
    told(edited, "journal", receipts=False)                              # same size, another root: a fork
    os.unlink(tmp_path / "state")
    status, _ = monitor(stack, tmp_path, receipts=False)
    kept = (tmp_path / "state").read_bytes()
    # Without any earlier checkpoint, our own receipt tells.
    os.unlink(tmp_path / "state")
    liar = Liar(stack, edited + more)
    try:
        status, said = monitor(stack, tmp_path, liar.url)
    finally:
        liar.close()
    assert status == 11 and any(f"receipt-{own[0]}.xml" in finding for finding in said["findings"]), said


# ---- a witness ----

def test_a_witness_cosigns_and_its_signature_is_served(stack, tmp_path):
    filled(stack, 10)
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", tmp_path / "witness.pem"], check=True, stderr=subprocess.DEVNULL)
    public = subprocess.run(["openssl", "pkey", "-in", tmp_path / "witness.pem", "-pubout", "-outform", "DER"], check=True, stdout=subprocess.PIPE).stdout[-32:]
    name = "temoin.example/w1"
    identifier = hashlib.sha256(name.encode() + b"\n\x04" + public).digest()[:4]
    verifier = f"{name}+{identifier.hex()}+{base64.b64encode(bytes([4]) + public).decode()}"
    note = fetch(stack)("/checkpoint")
    text = note.decode().rsplit("\n\n", 1)[0] + "\n"
    at = int(time.time())

    def line(signed, key_name=name):
        (tmp_path / "message").write_text(f"cosignature/v1\ntime {at}\n{signed}")
        signature = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", tmp_path / "witness.pem", "-in", tmp_path / "message"], check=True,
                                   stdout=subprocess.PIPE).stdout
        return f"\u2014 {key_name} {base64.b64encode(identifier + struct.pack('>Q', at) + signature).decode()}\n"

    def cosign(data):
        (tmp_path / "note").write_bytes(data)
        return subprocess.run([stack.program("pliadm"), "--config", stack.config, "journal", "cosign", tmp_path / "note", "--witness", verifier], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    other = text.replace("localhost/pli", "localhost/other")
    assert cosign(note).returncode == 65                                                    # no line of the witness
    assert cosign(note + line(text + "x").encode()).returncode == 65                        # of another text
    assert cosign((other + "\n" + line(other)).encode()).returncode == 65                   # of another journal's checkpoint
    done = cosign(note + line(text).encode())
    assert done.returncode == 0, done.stderr
    assert cosign(note + line(text).encode()).returncode == 0                               # said again
    served = fetch(stack)("/checkpoint/cosigned").decode()
    assert served.startswith(text + "\n") and served.endswith(line(text)) and served.count("\u2014") == note.decode().count("\u2014") + 1
    # The gateway's own signature still holds in it, by our reader and by the monitor.
    log = Log(lambda path: served.encode() if path == "/checkpoint" else fetch(stack)(path))
    _, size, root, signed, signatures = log.checkpoint()
    assert root_of(log.level(0, size)) == root and ("temoin.example/w1" in dict(signatures))
    payload = dict(signatures)[name]
    assert ed25519_holds(tmp_path, public, f"cosignature/v1\ntime {struct.unpack('>Q', payload[4:12])[0]}\n{signed}".encode(), payload[12:])
    assert monitor(stack, tmp_path, receipts=False)[0] == 0
    shutil.rmtree(tmp_path, ignore_errors=True)
