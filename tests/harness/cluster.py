"""A private PostgreSQL cluster: unix socket only, never as root, gone when it is told so."""
import os
import pwd
import shutil
import subprocess
import tempfile

VERSION = "15"
BINARIES = f"/usr/lib/postgresql/{VERSION}/bin"
SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 128MB
max_wal_size = 2GB
synchronous_commit = on
fsync = on
timezone = 'UTC'
log_min_messages = warning
log_line_prefix = '%m [%p] %u '
"""


def as_owner(argv):
    """As the user that owns PostgreSQL's data: neither it nor Patroni ever runs as root."""
    return ["runuser", "-u", "postgres", "--"] + argv if os.geteuid() == 0 else argv


def query(where, sql, database, user, environment=None):
    """One statement's rows as tab-separated lines; raises with the server's words on an error. `where`: psql's own arguments."""
    ran = subprocess.run(["psql", "-X", "-q", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1", *where, "-U", user, "-d", database, "-c", sql],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})})
    if ran.returncode != 0:
        raise RuntimeError(ran.stderr.strip())
    return ran.stdout.splitlines()


class Cluster:
    """folder: where the data lie; the socket's folder is a short one under /tmp (a path may have 107 bytes)."""

    def __init__(self, folder, environment=None):
        self.folder = os.path.abspath(folder)
        self.environment = environment  # of the server, on top of ours
        self.note = os.path.join(self.folder, "socket-folder")

    def _as_owner(self, argv, **more):
        # Set for the server's user only: a clock that libfaketime shares belongs to whoever started it.
        argv = ["env", *(f"{name}={value}" for name, value in (self.environment or {}).items())] + argv
        return subprocess.run(as_owner(argv), check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/", **more)

    @property
    def socket(self):
        with open(self.note) as file:
            return file.read().strip()

    @property
    def conninfo(self):
        return f"host={self.socket} dbname=pli"

    @property
    def data(self):
        """The data's own path: the server's user may not be able to follow the link that leads there."""
        return os.path.realpath(self.link)

    @property
    def link(self):
        return os.path.join(self.folder, "data")

    def create(self):
        os.makedirs(self.folder, exist_ok=True)
        socket = tempfile.mkdtemp(prefix="pli-", dir="/tmp")
        with open(self.note, "w") as file:
            file.write(socket)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(socket, owner.pw_uid, owner.pw_gid)
            self._place_for(owner)
        self._as_owner([f"{BINARIES}/initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"])
        with open(os.path.join(self.data, "postgresql.conf"), "a") as file:
            file.write(SETTINGS + f"unix_socket_directories = '{socket}'\n")

    def _place_for(self, owner):
        """The server's user must reach its data: where the checkout lies under a closed folder, they go to /var/tmp."""
        os.makedirs(self.link, exist_ok=True)
        os.chown(self.data, owner.pw_uid, owner.pw_gid)
        os.chmod(self.data, 0o700)
        if subprocess.run(as_owner(["test", "-x", self.data]), cwd="/").returncode != 0:
            os.rmdir(self.link)
            elsewhere = tempfile.mkdtemp(prefix="pli-cluster-", dir="/var/tmp")
            os.chown(elsewhere, owner.pw_uid, owner.pw_gid)
            os.symlink(elsewhere, self.link)

    def exists(self):
        return os.path.exists(os.path.join(self.data, "PG_VERSION"))

    def start(self):
        """The socket's folder may be gone (a reboot empties /tmp): it is made again."""
        if not os.path.isdir(self.socket):
            os.makedirs(self.socket, mode=0o700)
            if os.geteuid() == 0:
                shutil.chown(self.socket, "postgres", "postgres")
        log = os.path.join(self.data, "server.log")
        self._as_owner([f"{BINARIES}/pg_ctl", "-D", self.data, "-l", log, "-w", "-t", "60", "start"])

    def command(self):
        """The server in the foreground, for a supervisor; the process is the server itself, so that killing it kills the server."""
        argv = [f"{BINARIES}/postgres", "-D", self.data]
        return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "--"] + argv if os.geteuid() == 0 else argv

    def stop(self, mode="fast"):
        subprocess.run(as_owner([f"{BINARIES}/pg_ctl", "-D", self.data, "-w", "-m", mode, "stop"]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")

    def restart(self):
        self.stop("immediate")
        self.start()

    def psql(self, sql, database="pli", user="postgres"):
        return query(["-h", self.socket], sql, database, user)

    def destroy(self):
        self.stop("immediate")
        if os.path.exists(self.note):
            shutil.rmtree(self.socket, ignore_errors=True)
        if os.path.islink(self.link):
            shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)
