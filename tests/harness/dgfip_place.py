"""Servers of the DGFiP's folders, on loopback: OpenSSH's sftp, and FTP over TLS with the SITE commands that no server of Debian has."""
import argparse
import base64
import hashlib
import os
import pwd
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import urllib.parse

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
        base = f"sftp://127.0.0.1:{self.port}{urllib.parse.quote(root)}"
        return {"pes_url": base + "/entree/", "pes_inbox_url": base + "/sortie/", "pes_user": self.user, "pes_key": self.key,
                "pes_host_key": self.fingerprint(), "pes_seconds": "30", "pes_poll_seconds": "1"}


class FtpSession(socketserver.StreamRequestHandler):
    """One client of the FTP server: RFC 959 as far as a relay needs it, RFC 4217 (AUTH TLS, PROT P) always, the SITE commands of Helios."""

    def handle(self):
        self.user, self.folder, self.data, self.renamed, self.said, self.private = None, "/", None, None, [], False
        self.answer("220 Passerelle de test")
        while line := self.rfile.readline(4096).decode("iso-8859-1").rstrip("\r\n"):
            verb, _, rest = line.partition(" ")
            method = getattr(self, "do_" + verb.upper(), None)
            if method is None:
                self.answer("502 Not implemented")
            elif self.user != USER and verb.upper() not in ("AUTH", "PBSZ", "PROT", "USER", "PASS", "QUIT", "FEAT"):
                self.answer("530 Please log in")
            elif method(rest) is False:
                return

    def answer(self, text):
        self.wfile.write(text.encode("iso-8859-1") + b"\r\n")
        self.wfile.flush()

    def place(self, name):
        inside = os.path.normpath(os.path.join(self.folder, name))
        return os.path.join(self.server.options.root, inside.lstrip("/"))

    def do_AUTH(self, rest):
        if rest.upper() != "TLS":
            return self.answer("504 Only TLS")
        self.answer("234 Go on")
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb")

    def do_USER(self, rest):
        secure = isinstance(self.request, ssl.SSLSocket)
        self.named = rest
        self.answer("331 Password, please" if secure else "530 TLS first")

    def do_PASS(self, rest):
        self.user = self.named if (getattr(self, "named", ""), rest) == (USER, PASSWORD) and isinstance(self.request, ssl.SSLSocket) else None
        self.answer("230 Welcome" if self.user else "530 No")

    def do_PBSZ(self, rest):
        self.answer("200 PBSZ=0")

    def do_PROT(self, rest):
        self.private = rest.upper() == "P"
        self.answer("200 Protection " + rest)

    def do_PWD(self, rest):
        self.answer(f'257 "{self.folder}"')

    def do_TYPE(self, rest):
        self.answer("200 Type " + rest)

    def do_CWD(self, rest):
        if not os.path.isdir(self.place(rest)):
            return self.answer("550 No such folder")
        self.folder = os.path.normpath(os.path.join(self.folder, rest))
        self.answer("250 " + self.folder)

    def do_SITE(self, rest):
        verb = rest.split(" ")[0]
        if verb not in ("P_DEST", "P_APPLI", "P_MSG", "meta") or verb == self.server.options.refuse:
            return self.answer(f"550 SITE {verb} refused")
        self.said.append(rest)
        self.answer("200 " + verb)

    def do_EPSV(self, rest):
        self.data = socket.create_server(("127.0.0.1", 0))
        self.data.settimeout(20)
        self.answer(f"229 Entering Extended Passive Mode (|||{self.data.getsockname()[1]}|)")

    def transfer(self, move):
        self.answer("150 Here it goes")
        plain, _ = self.data.accept()
        self.data.close()
        plain.settimeout(60)
        with (self.server.context.wrap_socket(plain, server_side=True) if self.private else plain) as line:
            move(line)
            if isinstance(line, ssl.SSLSocket):
                try:
                    line.unwrap()
                except OSError:
                    pass

    def do_LIST(self, rest):
        def give(line):
            for name in sorted(os.listdir(self.place(rest if not rest.startswith("-") else ""))):
                state = os.stat(os.path.join(self.place(""), name))
                kind = "d" if os.path.isdir(os.path.join(self.place(""), name)) else "-"
                line.sendall(f"{kind}rw-r--r-- 1 pli pli {state.st_size} Jan 01 00:00 {name}\r\n".encode("iso-8859-1", "surrogateescape"))
        self.transfer(give)
        self.answer("226 Listed")

    def do_SIZE(self, rest):
        path = self.place(rest)
        self.answer(f"213 {os.path.getsize(path)}" if os.path.isfile(path) else "550 No such file")

    def do_RETR(self, rest):
        if not os.path.isfile(self.place(rest)):
            return self.answer("550 No such file")
        with open(self.place(rest), "rb") as file:
            self.transfer(lambda line: [line.sendall(block) for block in iter(lambda: file.read(65536), b"")])
        self.answer("226 Given")

    def do_STOR(self, rest):
        path = self.place(rest)

        def take(line):
            with open(path + ".partial", "wb") as file:
                while block := line.recv(65536):
                    file.write(block)
        self.transfer(take)
        if self.server.options.refuse == "STOR":
            os.unlink(path + ".partial")
            return self.answer("552 Quota exceeded")
        os.replace(path + ".partial", path)
        with open(os.path.join(self.server.options.root, "site.log"), "a") as file:
            file.write(os.path.basename(path) + "\t" + "\t".join(self.said) + "\n")
        self.said = []
        self.answer("226 Taken")

    def do_DELE(self, rest):
        if not os.path.isfile(self.place(rest)):
            return self.answer("550 No such file")
        os.unlink(self.place(rest))
        self.answer("250 Deleted")

    def do_RNFR(self, rest):
        self.renamed = self.place(rest)
        self.answer("350 To what?")

    def do_RNTO(self, rest):
        os.replace(self.renamed, self.place(rest))
        self.answer("250 Renamed")

    def do_QUIT(self, rest):
        self.answer("221 Bye")
        return False


def serve_ftps(chosen):
    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

        def handle_error(self, request, address):
            print("ftp: connection failed:", sys.exc_info()[1], file=sys.stderr, flush=True)
    server = Server(("127.0.0.1", chosen.port), FtpSession)
    server.options = chosen
    server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.context.minimum_version = ssl.TLSVersion.TLSv1_2
    server.context.load_cert_chain(chosen.certificate)
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
