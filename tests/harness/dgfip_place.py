"""Real servers for the DGFiP's folders, on loopback: OpenSSH's sftp and an FTP server over TLS that answers SITE commands."""
import argparse
import hashlib
import base64
import os
import pwd
import shutil
import subprocess
import sys

USER, PASSWORD = "pli", "mot-de-passe-de-test"


class Sftp:
    """sshd as the user who runs the tests; a key pair of the host and one of the client. `root` is served as it is on this machine."""

    def __init__(self, folder, port):
        self.folder, self.port = os.path.abspath(folder), port
        self.key = os.path.join(self.folder, "client")
        self.user = pwd.getpwuid(os.geteuid()).pw_name

    def _at(self, name):
        return os.path.join(self.folder, name)

    def create(self):
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        for name in ("host", "client"):
            if not os.path.exists(self._at(name)):
                subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-m", "PEM", "-N", "", "-f", self._at(name)], check=True)
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        with open(self._at("sshd_config"), "w") as file:
            file.write(f"""ListenAddress 127.0.0.1
Port {self.port}
HostKey {self._at("host")}
PidFile {self._at("pid")}
AuthorizedKeysFile {self._at("client.pub")}
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
MaxStartups 100
Subsystem sftp internal-sftp
ForceCommand internal-sftp
""")

    def command(self):
        return ["/usr/sbin/sshd", "-D", "-e", "-f", self._at("sshd_config")]

    def fingerprint(self):
        """SHA-256 of the host's key, base64, as the relay wants it."""
        with open(self._at("host.pub")) as file:
            return base64.b64encode(hashlib.sha256(base64.b64decode(file.read().split()[1])).digest()).decode().rstrip("=")

    def options(self, root):
        base = f"sftp://127.0.0.1:{self.port}{root}"
        return {"pes_url": base + "/entree/", "pes_inbox_url": base + "/sortie/", "pes_user": self.user, "pes_key": self.key,
                "pes_host_key": self.fingerprint(), "pes_seconds": "30", "pes_poll_seconds": "1"}


def serve_ftps(chosen):
    """pyftpdlib, with the SITE commands of the Helios gateway; each upload leaves what SITE said before it beside the folder."""
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import TLS_FTPHandler
    from pyftpdlib.servers import FTPServer

    commands = ("P_DEST", "P_APPLI", "P_MSG", "META")
    known = dict(TLS_FTPHandler.proto_cmds)
    for name in commands:
        known["SITE " + name] = {"perm": None, "auth": True, "arg": True, "help": f"Syntax: SITE {name} value"}

    def site(name):
        def handle(handler, line):
            if name == chosen.refuse:
                handler.respond(f"550 {name} refused.")
                return
            handler.site_said = getattr(handler, "site_said", []) + [f"{name} {line}"]
            handler.respond(f"200 {name} taken.")
        return handle

    class Handler(TLS_FTPHandler):
        def on_file_received(self, path):
            with open(os.path.join(chosen.root, "site.log"), "a") as file:
                file.write(os.path.basename(path) + "\t" + "\t".join(getattr(self, "site_said", [])) + "\n")
            self.site_said = []

    for name in commands:
        setattr(Handler, "ftp_SITE_" + name, site(name))
    Handler.certfile = chosen.certificate
    Handler.tls_control_required = Handler.tls_data_required = True
    Handler.proto_cmds = known
    authorizer = DummyAuthorizer()
    authorizer.add_user(USER, PASSWORD, chosen.root, perm="elradfmwMT")
    Handler.authorizer = authorizer
    server = FTPServer(("127.0.0.1", chosen.port), Handler)
    server.serve_forever()


class Ftps:
    """The same folders over FTP with TLS (AUTH TLS). Certificate and key lie in one file."""

    def __init__(self, folder, port, certificate, key):
        self.folder, self.port = os.path.abspath(folder), port
        self.certificate, self.key = certificate, key
        self.password_file = os.path.join(self.folder, "password")

    def create(self):
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        with open(os.path.join(self.folder, "tls.pem"), "wb") as out:
            for path in (self.certificate, self.key):
                with open(path, "rb") as file:
                    shutil.copyfileobj(file, out)
        with open(self.password_file, "w") as file:
            file.write(PASSWORD + "\n")

    def command(self, root, refuse=""):
        return ["/usr/bin/python3", os.path.abspath(__file__), "--port", str(self.port), "--root", root, "--certificate",
                os.path.join(self.folder, "tls.pem"), "--refuse", refuse]

    def options(self, anchors):
        base = f"ftp://dgfip.localhost:{self.port}"
        return {"pes_url": base + "/entree/", "pes_inbox_url": base + "/sortie/", "pes_user": USER, "pes_password_file": self.password_file, "pes_anchors": anchors,
                "pes_site": "P_DEST MHPCE11;P_APPLI GHELPES2;P_MSG {type}#{code}#{post}#{budget}", "pes_rename": "0", "pes_seconds": "30", "pes_poll_seconds": "1"}


def main():
    parser = argparse.ArgumentParser(description="The FTP server alone.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--root", required=True)
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--refuse", default="", help="the SITE command that is answered 550")
    serve_ftps(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
