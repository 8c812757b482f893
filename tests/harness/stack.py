#!/usr/bin/python3
"""A whole gateway on this machine: PostgreSQL, a PKI, a time-stamp authority, an OCSP responder, ClamAV, an IMAP server, the State's
simulator and every program of Pli, over real TLS on loopback. The demo and the integration tests both use it.

usage: stack.py start|stop|status FOLDER [--build BUILD] [--port PORT]
"""
import argparse
import base64
import datetime
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
from cluster import Cluster  # noqa: E402
from dgfip_place import Sftp  # noqa: E402
from pki import Pki  # noqa: E402
from postbox import Mailbox  # noqa: E402

BODY = {"siret": "21060999100018", "name": "Commune de Saint-Exemple", "department": "006", "district": "1", "nature": "31",
        "mail": "actes@saint-exemple.example"}
# certificate, name, organisation, siret, body, roles, channels
PARTIES = [
    ("buyer", "Alice Marchand", "Commune de Saint-Exemple", BODY["siret"], BODY["siret"], ["buyer"], []),
    ("filer", "Bruno Secrétaire", "Commune de Saint-Exemple", BODY["siret"], BODY["siret"], ["filer"], []),
    ("member-1", "Farid Adjoint", "Commune de Saint-Exemple", BODY["siret"], BODY["siret"], ["member"], []),
    ("member-2", "Gisèle Conseillère", "Commune de Saint-Exemple", BODY["siret"], BODY["siret"], ["member"], []),
    ("member-3", "Hugo Directeur", "Commune de Saint-Exemple", BODY["siret"], BODY["siret"], ["member"], []),
    ("company-1", "Claire Duval", "Menuiserie Duval SARL", "90000000100017", None, ["company"], []),
    ("company-2", "Denis Nordmann", "Charpentes du Nord SA", "90000000200015", None, ["company"], []),
    ("company-3", "Emma Tardif", "Bois et Toits SAS", "90000000300013", None, ["company"], []),
    ("operator", "Inès Exploitante", "Passerelle de développement", None, None, ["operator"], []),
    ("auditor", "Jean Auditeur", "Cabinet de contrôle", None, None, ["auditor"], []),
    ("state", "Collecteur de récépissés", "Préfecture simulée", None, None, ["state"], ["actes", "procurement"]),
]
# Only the industry's test file is known to this antivirus: its signature base cannot be fetched on a closed network.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


def free_port(wanted=0, address="127.0.0.1"):
    """The wanted port of a loopback address where nobody has it, else any free one."""
    with socket.socket() as probe:
        try:
            probe.bind((address, wanted))
        except OSError:
            probe.bind((address, 0))
        return probe.getsockname()[1]


def wait_for(what, condition, seconds=60):
    """Polls a condition until it holds; a bounded wait for a fact, never a pause in its place."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    raise TimeoutError(f"{what}: not after {seconds} s")


class Stack:
    def __init__(self, folder, build=None, port=None, options=None):
        """options: rows of the configuration beside or instead of the usual ones."""
        self.folder, self.options = os.path.abspath(folder), options or {}
        self.build = os.path.abspath(build or os.path.join(ROOT, "build"))
        self.pki = Pki(self.at("pki"))
        self.cluster = Cluster(self.at("cluster"))
        self.note = self.at("stack.json")
        self.state = {}
        if os.path.exists(self.note):
            with open(self.note) as file:
                self.state = json.load(file)
        self.wanted_port = port
        self.sftp = Sftp(self.at("sftp"), 0)
        self.mailbox = Mailbox(self.at("mailbox"), 0, self.pki.path("ministry.pem"), self.pki.path("ministry.key"))

    def at(self, *names):
        return os.path.join(self.folder, *names)

    def program(self, name):
        return os.path.join(self.build, name)

    # ---- what the others need to know ----
    @property
    def port(self):
        return self.state["port"]

    @property
    def public_url(self):
        return f"https://localhost:{self.port}"

    @property
    def certificate_url(self):
        return f"https://cert.localhost:{self.port}"

    @property
    def config(self):
        return self.at("pli.conf")

    @property
    def journal_key(self):
        """A file with the journal's verifier key, as it is published."""
        path = self.at("journal.vkey")
        if not os.path.exists(path):
            with open(path, "w") as file:
                subprocess.run([self.program("pli-notary"), "--config", self.config, "journal-key"], stdout=file, check=True)
        return path

    def log(self, name):
        with open(self.at("run", name + ".log"), errors="replace") as file:
            return file.read()

    def pid(self, name):
        try:
            with open(self.at("run", name + ".pid")) as file:
                pid = int(file.read())
            os.kill(pid, 0)
            return pid
        except (OSError, ValueError):
            return None

    def kill(self, name, number=signal.SIGKILL):
        """Kills a program and waits until the supervisor has started another one."""
        old = self.pid(name)
        os.kill(old, number)
        wait_for(f"{name} started again", lambda: self.pid(name) not in (None, old))

    # ---- start ----
    def start(self):
        if self.running():
            return self
        for folder in ("run", "trust"):
            os.makedirs(self.at(folder), exist_ok=True)
        self.pki.make()
        if not self.cluster.exists():
            self.cluster.create()
        self._remember()
        services = self._database()
        self._supervise(services)
        wait_for("PostgreSQL", self._database_answers)
        if self.cluster.psql("select 1 from pg_database where datname = 'pli'", database="postgres") == []:
            self.cluster.psql("create database pli encoding 'UTF8'", database="postgres")
        self._authorities(services)
        self._configure()
        self.administer("migrate", "--sql", os.path.join(ROOT, "sql"))
        self._enrol()
        services += self._programs()
        self._supervise(services)
        wait_for("the gateway's /readyz", self.ready)
        return self

    # ---- what a set of several machines has otherwise (ha.py) ----
    def _database(self):
        return [self._service("postgresql", self.cluster.command())]

    def _programs(self):
        return [self._service(name, [self.program(program), "--config", self.config])
                for name, program in (("notary", "pli-notary"), ("front", "plid"), ("relay", "pli-relay"), ("edge", "pli-edge"))]

    def stop(self):
        pid = self.state.get("supervisor")
        if pid is not None and self.running():
            os.kill(pid, signal.SIGTERM)
            wait_for("the supervisor's end", lambda: not self.running(), 120)
        shutil.rmtree(self.state.get("sockets", ""), ignore_errors=True)
        self.mailbox.destroy()

    def destroy(self):
        self.stop()
        if os.path.exists(self.cluster.folder):
            self.cluster.destroy()
        shutil.rmtree(os.path.realpath(self.mailbox.folder), ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def running(self):
        pid = self.state.get("supervisor")
        if pid is None:
            return False
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass
        try:
            with open(f"/proc/{pid}/cmdline") as file:
                return "supervisor.py" in file.read()
        except OSError:
            return False

    def ready(self):
        try:
            status, _, _ = self.request("GET", "/readyz")
            return status == 200
        except OSError:
            return False

    def _remember(self):
        if not os.path.isdir(self.state.get("sockets", "")):
            self.state["sockets"] = tempfile.mkdtemp(prefix="pli-run-", dir="/tmp")
        if "port" not in self.state:
            self.state["port"] = free_port(self.wanted_port or 0)
        for name in ("stamp", "ministry", "ocsp", "mailbox", "postman", "sftp"):
            self.state.setdefault(name, free_port())
        self.mailbox.port = self.state["mailbox"]
        self.sftp.port = self.state["sftp"]
        self._write_note()

    def _write_note(self):
        with open(self.note + ".new", "w") as file:
            json.dump(self.state, file)
        os.replace(self.note + ".new", self.note)

    def _service(self, name, argv):
        return {"name": name, "argv": argv}

    def _supervise(self, services):
        with open(self.at("services.json.new"), "w") as file:
            json.dump({"folder": self.at("run"), "services": services}, file)
        os.replace(self.at("services.json.new"), self.at("services.json"))
        if self.running():
            os.kill(self.state["supervisor"], signal.SIGHUP)
            return
        with open(self.at("run", "supervisor.log"), "ab") as log:
            process = subprocess.Popen(["/usr/bin/python3", os.path.join(HERE, "supervisor.py"), self.at("services.json")],
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/")
        self.state["supervisor"] = process.pid
        self._write_note()

    def _database_answers(self):
        try:
            self.cluster.psql("select 1", database="postgres")
            return True
        except RuntimeError:
            return False

    def _authorities(self, services):
        os.makedirs(self.at("ministry"), exist_ok=True)
        self.mailbox.create()
        self.sftp.create()
        for part in ("entree", "sortie"):
            os.makedirs(self.at("dgfip", part), exist_ok=True)
        python = "/usr/bin/python3"
        services += [
            self._service("stamper", [python, os.path.join(HERE, "stamper.py"), "--port", str(self.state["stamp"]),
                                      "--port-file", self.at("run", "stamper.port"), "--config", self.pki.path("stamp.cnf"),
                                      "--section", "authority"]),
            self._service("ocsp", ["openssl", "ocsp", "-port", str(self.state["ocsp"]), "-index", self.pki.path("index.txt"),
                                   "-CA", self.pki.path("root.pem"), "-rsigner", self.pki.path("ocsp.pem"),
                                   "-rkey", self.pki.path("ocsp.key")]),
            self._service("ministry", [python, os.path.join(ROOT, "tests", "state", "ministry"), "--port", str(self.state["ministry"]),
                                       "--port-file", self.at("run", "ministry.port"), "--certificate", self.pki.path("ministry.pem"),
                                       "--key", self.pki.path("ministry.key"), "--client-anchors", self.pki.path("root.pem"),
                                       "--directory", self.at("ministry"), "--answers", self.mailbox.maildir]),
            self._service("postman", [python, os.path.join(HERE, "postman.py"), "--port", str(self.state["postman"]),
                                      "--port-file", self.at("run", "postman.port"), "--folder", self.at("post")]),
            self._service("mailbox", self.mailbox.command()),
            self._service("sftp", self.sftp.command()),
            self._service("dgfip", [python, os.path.join(ROOT, "tests", "state", "dgfip"), "--folder", self.at("dgfip"), "--retour"]),
            self._service("antivirus", self._antivirus()),
        ]
        self._supervise(services)
        for name in ("stamper", "postman", "ministry"):
            wait_for(name, lambda: os.path.exists(self.at("run", name + ".port")))
        wait_for("ClamAV", lambda: os.path.exists(self.state["sockets"] + "/clamd"))

    def _antivirus(self):
        base = self.at("antivirus")
        os.makedirs(base, exist_ok=True)
        with open(os.path.join(base, "test.ndb"), "w") as file:
            file.write("Eicar-Test-Signature:0:0:" + EICAR.hex() + "\n")
        with open(os.path.join(base, "clamd.conf"), "w") as file:
            file.write(f"""Foreground yes
DatabaseDirectory {base}
LocalSocket {self.state["sockets"]}/clamd
FixStaleSocket yes
StreamMaxLength 2000M
MaxFileSize 2000M
MaxScanSize 2000M
MaxThreads 2
TemporaryDirectory {base}
""")
        return ["/usr/sbin/clamd", "--config-file", os.path.join(base, "clamd.conf")]

    def _configure(self):
        values = {
            "database": self.cluster.conninfo,
            "listen": f"127.0.0.1:{self.port}",
            "listen_file": self.at("run", "edge.port"),
            "control_socket": self.state["sockets"] + "/edge", "metrics_socket": self.state["sockets"] + "/metrics",
            "tls_certificate": self.pki.path("tls.pem"),
            "tls_key": self.pki.path("tls.key"),
            "client_anchors": self.pki.path("root.pem"),
            "judge": self.program("pli-judge"),
            "antivirus": self.state["sockets"] + "/clamd",
            "antivirus_limit": str(2000 * 1024 * 1024),
            "signature_anchors": self.pki.path("root.pem"),
            "stamp_anchors": self.pki.path("root.pem"),
            "trusted_lists": self.at("trust"),
            "revocation_wait": "20",
            "revocation_private": "1",
            "ui": self._pages(),
            "public_url": self.public_url,
            "seal_key": self.pki.path("seal.p12"),
            "journal_key": self.pki.path("journal.pem"),
            "journal_origin": "localhost/pli",
            "stamp_url": f"http://127.0.0.1:{self.state['stamp']}/",
            "actes_url": f"https://ministere.localhost:{self.state['ministry']}/actes",
            "actes_certificate": self.pki.path("relay.pem"),
            "actes_key": self.pki.path("relay.key"),
            "actes_anchors": self.pki.path("root.pem"),
            **self.mailbox.options(self.pki.path("root.pem")),
            "smtp_url": f"smtp://127.0.0.1:{self.state['postman']}",
            "smtp_from": "pli@pli.test",
            **self.sftp.options(self.at("dgfip")),
            "relay_seconds": "1",
            "webhook_anchors": self.pki.path("root.pem"),
            "webhook_loopback": "1",
            "webhook_seconds": "3",
            **self.options,
        }
        with open(self.config, "w") as file:
            file.write("".join(f"{name} = {value}\n" for name, value in values.items()))

    def _pages(self):
        """The pages with what they take from npm (make ui), or as they are in the sources."""
        built = os.path.join(self.build, "ui")
        return built if os.path.exists(os.path.join(built, "vendor-keys.js")) else os.path.join(ROOT, "gateway", "front", "ui")

    def _enrol(self):
        self.administer("enrol", "body", *self._flags(BODY))
        for certificate, name, organisation, siret, body, roles, channels in PARTIES:
            flags = {"name": name, "organisation": organisation, "roles": ",".join(roles),
                     "certificate": self.pki.path(certificate + ".pem")}
            if "member" in roles:
                flags["request"] = self.pki.path(certificate + ".csr")
            if siret:
                flags["siret"] = siret
            if body:
                flags["body"] = body
            if channels:
                flags["channels"] = ",".join(channels)
            self.administer("enrol", "party", *self._flags(flags))

    @staticmethod
    def _flags(values):
        return [part for name, value in values.items() for part in ("--" + name, value)]

    # ---- commands and requests ----
    def administer(self, *arguments):
        ran = subprocess.run([self.program("pliadm"), "--config", self.config, *arguments], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True)
        if ran.returncode != 0:
            raise RuntimeError(f"pliadm {' '.join(arguments)}: {ran.returncode}\n{ran.stdout}{ran.stderr}")
        return ran.stdout

    def pli_environment(self, who=None, gateway=None):
        environment = {**os.environ, "PLI_GATEWAY": gateway or (self.certificate_url if who else self.public_url),
                       "PLI_CA": self.pki.path("root.pem")}
        if who:
            environment |= {"PLI_CERTIFICATE": self.pki.path(who + ".pem"), "PLI_KEY": self.pki.path(who + ".key")}
        return environment

    def pli(self, who, *arguments, check=True, gateway=None, env_more=None, **more):
        """Runs the `pli` command as somebody; the answer has returncode, stdout, stderr as text."""
        more.setdefault("stdout", subprocess.PIPE)
        more.setdefault("stderr", subprocess.PIPE)
        ran = subprocess.run([self.program("pli"), *arguments], text=True, env=self.pli_environment(who, gateway) | (env_more or {}), **more)
        if check and ran.returncode != 0:
            raise RuntimeError(f"pli {' '.join(arguments)}: {ran.returncode}\n{ran.stdout}{ran.stderr}")
        return ran

    def request(self, method, path, who=None, body=None, headers=None):
        """One HTTPS request: (status, headers, body bytes)."""
        context = ssl.create_default_context(cafile=self.pki.path("root.pem"))
        if who:
            context.load_cert_chain(self.pki.path(who + ".pem"), self.pki.path(who + ".key"))
        name = "cert.localhost" if who else "localhost"
        connection = http.client.HTTPSConnection(name, self.port, timeout=90, context=context)
        # The names are served on loopback whatever the resolver says.
        connection.sock = context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), timeout=90), server_hostname=name)
        try:
            if isinstance(body, (dict, list)):
                body, headers = json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})}
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def now(self):
        return datetime.datetime.fromisoformat(json.loads(self.request("GET", "/api/v1/now")[2])["now"].replace("Z", "+00:00"))

    def member_certificates(self):
        """The commission as the API takes it: base64 of each member's DER."""
        def der(name):
            with open(self.pki.path(name + ".pem")) as file:
                return base64.b64encode(ssl.PEM_cert_to_DER_cert(file.read())).decode()
        return [{"certificate": der(f"member-{n}")} for n in (1, 2, 3)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("verb", choices=["start", "stop", "status"])
    parser.add_argument("folder")
    parser.add_argument("--build")
    parser.add_argument("--port", type=int)
    chosen = parser.parse_args()
    stack = Stack(chosen.folder, chosen.build, chosen.port)
    if chosen.verb == "start":
        stack.start()
        print(stack.public_url)
    elif chosen.verb == "stop":
        stack.stop()
    else:
        print("running" if stack.running() else "stopped")
        return 0 if stack.running() else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
