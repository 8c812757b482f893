"""Three PostgreSQL nodes under Patroni and etcd, a fourth at a second site, one way to the primary (HAProxy), backups by pgBackRest:
the files of deploy/ha/, filled in for loopback addresses. A node is an address: 127.0.0.11, .12, .13; the second site is .14."""
import json
import os
import pwd
import shutil
import signal
import string
import subprocess
import tempfile
import urllib.request

from cluster import BINARIES, as_owner, query
from stack import free_port

HERE = os.path.dirname(os.path.abspath(__file__))
TEMPLATES = os.path.join(os.path.dirname(os.path.dirname(HERE)), "deploy", "ha")
NETWORK = "127.0.0.0/24"
NODES = ("node-1", "node-2", "node-3", "site-2")
VOTERS = NODES[:3]
PORTS = ("port", "rest", "etcd", "peer")


class Replicas:
    """Where `folder` is named, its note.json says all that is needed to find the set again."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.note = os.path.join(self.folder, "note.json")
        self.state = {}
        if os.path.exists(self.note):
            with open(self.note) as file:
                self.state = json.load(file)

    def exists(self):
        return bool(self.state)

    def create(self):
        os.makedirs(self.folder, exist_ok=True)
        place = tempfile.mkdtemp(prefix="pli-replicas-", dir="/var/tmp")  # where the database's user may go
        self.state = {"place": place, "password": os.urandom(16).hex(), "nodes": {}}
        for number, name in enumerate(NODES):
            address = f"127.0.0.{11 + number}"
            self.state["nodes"][name] = {"address": address, **{port: free_port(address=address) for port in PORTS}}
        for path in ("etcd", "logs", "repository", "database", *NODES):
            os.makedirs(os.path.join(place, path), mode=0o700)
        self._write(self.passfile, f"*:*:*:*:{self.state['password']}\n", mode=0o600)
        for name in NODES:
            self._configure(name)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(place, owner.pw_uid, owner.pw_gid)
            for path in ("logs", "repository", *NODES):
                for folder, _, files in os.walk(os.path.join(place, path)):
                    for entry in (folder, *(os.path.join(folder, file) for file in files)):
                        os.chown(entry, owner.pw_uid, owner.pw_gid)
        with open(self.note, "w") as file:
            json.dump(self.state, file)

    def destroy(self):
        if self.state:
            shutil.rmtree(self.state["place"], ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- paths and addresses ----
    def at(self, *names):
        return os.path.join(self.state["place"], *names)

    @property
    def passfile(self):
        return self.at("database", "pgpass")

    @property
    def socket(self):
        return self.at("database")

    @property
    def conninfo(self):
        return f"host={self.socket} dbname=pli passfile={self.passfile}"

    def node(self, name):
        return self.state["nodes"][name]

    def _write(self, path, text, mode=0o644):
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)

    def fill(self, template, values):
        with open(os.path.join(TEMPLATES, template)) as file:
            return string.Template(file.read()).substitute(values)

    def _configure(self, name):
        node = self.node(name)
        values = {"name": name, "address": node["address"], "port": node["port"], "rest_port": node["rest"], "network": NETWORK,
                  "etcd_hosts": ",".join(f"{self.node(n)['address']}:{self.node(n)['etcd']}" for n in VOTERS),
                  "data": self.at(name, "data"), "folder": self.at(name), "socket": self.at(name), "password": self.state["password"],
                  "second_site": "true" if name == "site-2" else "false", "pgbackrest_conf": self.at(name, "pgbackrest.conf"),
                  "repository": self.at("repository"), "logs": self.at("logs")}
        self._write(self.at(name, "patroni.yml"), self.fill("patroni.yml", values), mode=0o600)
        self._write(self.at(name, "pgbackrest.conf"), self.fill("pgbackrest.conf", values))

    # ---- services ----
    def services(self):
        """(name, argv) of each process of the set but HAProxy."""
        members = ",".join(f"{n}=http://{self.node(n)['address']}:{self.node(n)['peer']}" for n in VOTERS)
        for name in VOTERS:
            node = self.node(name)
            client, peer = (f"http://{node['address']}:{node[port]}" for port in ("etcd", "peer"))
            yield f"etcd-{name}", ["etcd", "--name", name, "--data-dir", self.at("etcd", name), "--listen-client-urls", client,
                                   "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls",
                                   peer, "--initial-cluster", members, "--initial-cluster-state", "new", "--logger", "zap",
                                   "--log-level", "warn"]
        for name in NODES:
            yield name, as_owner(["patroni", self.at(name, "patroni.yml")])

    def haproxy_lines(self):
        return "\n".join(f"    server {name} {self.node(name)['address']}:{self.node(name)['port']} check port {self.node(name)['rest']} "
                         "on-marked-down shutdown-sessions" for name in VOTERS)

    # ---- state ----
    def role(self, name):
        """"primary", "replica", or None where nobody answers."""
        node = self.node(name)
        try:
            with urllib.request.urlopen(f"http://{node['address']}:{node['rest']}/patroni", timeout=2) as answer:
                status = json.load(answer)
        except OSError:
            return None
        return {"master": "primary"}.get(status.get("role"), status.get("role")) if status.get("state") == "running" else None

    def primary(self):
        return next((name for name in VOTERS if self.role(name) == "primary"), None)

    def synchronous(self):
        """The standbys that the primary waits for at each commit, as Patroni knows them: one of them may take over."""
        return [name for name in VOTERS if self._says(name, "/synchronous")]

    def _says(self, name, question):
        node = self.node(name)
        try:
            with urllib.request.urlopen(f"http://{node['address']}:{node['rest']}{question}", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def psql(self, sql, database="pli", user="postgres", node=None):
        where = ["-h", self.node(node)["address"], "-p", str(self.node(node)["port"])] if node else ["-h", self.socket]
        return query(where, sql, database, user, {"PGPASSFILE": self.passfile, "PGCONNECT_TIMEOUT": "3"})

    def fell(self, name):
        """The machine is gone, all at once: Patroni and PostgreSQL, without a goodbye."""
        for pid in self._processes(name):
            os.kill(pid, signal.SIGKILL)

    def _processes(self, name):
        """Patroni and the postmaster of a node: what names its folder on its command line."""
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    line = file.read().decode(errors="replace")
            except OSError:
                continue
            if self.at(name) + "/" in line and ("postgres" in line or "patroni" in line) and "psql" not in line:
                yield int(entry)

    # ---- backups ----
    def backrest(self, *arguments, node=None):
        name = node or self.primary()
        ran = subprocess.run(as_owner(["pgbackrest", f"--config={self.at(name, 'pgbackrest.conf')}", "--stanza=pli", *arguments]),
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/")
        if ran.returncode != 0:
            raise RuntimeError(f"pgbackrest {' '.join(arguments)}: {ran.returncode}\n{ran.stdout}")
        return ran.stdout

    def restored(self, instant):
        """The database as it was at an instant, in a cluster of its own on a socket: its folder. Ended by restored_end()."""
        folder = self.at("restored")
        os.makedirs(folder, mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        self.backrest(f"--pg1-path={folder}/data", "--type=time", f"--target={instant}", "--target-action=promote", "restore")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c port=5432 -c archive_mode=off"
        subprocess.run(as_owner([f"{BINARIES}/pg_ctl", "-D", f"{folder}/data", "-l", f"{folder}/log", "-w", "-t", "60", "-o", options,
                                 "start"]), check=True, stdout=subprocess.DEVNULL, cwd="/")
        return folder

    def restored_end(self):
        folder = self.at("restored")
        subprocess.run(as_owner([f"{BINARIES}/pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop"]), stdout=subprocess.DEVNULL, cwd="/")
        shutil.rmtree(folder)
