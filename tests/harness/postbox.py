"""A real IMAP server (Debian's dovecot) over TLS on loopback, with one mailbox: the one to which the State mails its answers."""
import os
import pwd
import shutil
import tempfile

USER, PASSWORD = "retour", "mot-de-passe-de-test"


class Mailbox:
    """`folder` keeps the Maildir and the configuration; sockets lie in a short folder of /tmp. As root it runs as dovecot's own user."""

    def __init__(self, folder, port, certificate, key):
        self.folder, self.port = os.path.abspath(folder), port
        self.certificate, self.key = certificate, key
        self.maildir = os.path.join(self.folder, "Maildir")
        self.password_file = os.path.join(self.folder, "password")

    def _at(self, name):
        return os.path.join(self.folder, name)

    def create(self):
        """The files; what is there of an earlier start stays, mails above all."""
        for name in (self.maildir, *(os.path.join(self.maildir, part) for part in ("tmp", "new", "cur"))):
            os.makedirs(name, exist_ok=True)
            os.chmod(name, 0o777)  # the ministry delivers here under another user
        for source, name in ((self.certificate, "tls.pem"), (self.key, "tls.key")):
            shutil.copyfile(source, self._at(name))
            os.chmod(self._at(name), 0o600)
        with open(self.password_file, "w") as file:
            file.write(PASSWORD + "\n")
        owner = pwd.getpwnam("dovecot") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.sockets = tempfile.mkdtemp(prefix="pli-mail-", dir="/tmp")
        with open(self._at("users"), "w") as file:
            file.write(f"{USER}:{{PLAIN}}{PASSWORD}:{owner.pw_uid}:{owner.pw_gid}::{self.folder}::\n")
        with open(self._at("dovecot.conf"), "w") as file:
            file.write(self._configuration(owner.pw_name))
        if os.geteuid() == 0:
            for name in (self.sockets, self.folder, self.maildir, *(self._at(name) for name in ("tls.pem", "tls.key", "users", "dovecot.conf"))):
                os.chown(name, owner.pw_uid, owner.pw_gid)

    def _configuration(self, user):
        return f"""protocols = imap
listen = 127.0.0.1
base_dir = {self.sockets}
state_dir = {self.sockets}
log_path = {self._at("dovecot.log")}
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {user}
first_valid_uid = 1
mail_location = maildir:{self.maildir}
maildir_copy_with_hardlinks = no
ssl = required
ssl_cert = <{self._at("tls.pem")}
ssl_key = <{self._at("tls.key")}
auth_mechanisms = plain
passdb {{
  driver = passwd-file
  args = {self._at("users")}
}}
userdb {{
  driver = passwd-file
  args = {self._at("users")}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {self.port}
    ssl = yes
  }}
}}
"""

    def command(self):
        """The server in the foreground, for a supervisor."""
        argv = ["/usr/sbin/dovecot", "-F", "-c", self._at("dovecot.conf")]
        return ["runuser", "-u", "dovecot", "--"] + argv if os.geteuid() == 0 else argv

    def options(self, anchors):
        """What the relay's configuration says of it."""
        return {"imap_url": f"imaps://ministere.localhost:{self.port}", "imap_user": USER, "imap_password_file": self.password_file,
                "imap_anchors": anchors, "imap_seconds": "1"}

    def mails(self, folder="INBOX"):
        """Paths of the mails of a folder."""
        place = self.maildir if folder == "INBOX" else os.path.join(self.maildir, "." + folder)
        return sorted(os.path.join(place, part, name) for part in ("new", "cur") if os.path.isdir(os.path.join(place, part))
                      for name in os.listdir(os.path.join(place, part)))

    def destroy(self):
        shutil.rmtree(self.sockets, ignore_errors=True)
