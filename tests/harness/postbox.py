"""A real IMAP server (Debian's dovecot) over TLS on loopback, with one mailbox: the one to which the State mails its answers."""
import os
import pwd
import shutil
import subprocess
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

    def _place_for(self, user):
        """The server's user must reach its files: where the checkout lies under a closed folder, they go to /var/tmp."""
        os.makedirs(self.folder, exist_ok=True)
        shutil.chown(self.folder, user)
        if subprocess.run(["runuser", "-u", user, "--", "test", "-x", self.folder], cwd="/").returncode != 0:
            os.rmdir(self.folder)
            elsewhere = tempfile.mkdtemp(prefix="pli-mailbox-", dir="/var/tmp")
            os.chmod(elsewhere, 0o755)
            shutil.chown(elsewhere, user)
            os.symlink(elsewhere, self.folder)

    def create(self):
        """The files; what is there of an earlier start stays, mails above all."""
        if os.geteuid() == 0 and not os.path.exists(self.folder):
            self._place_for("dovecot")
        self.real = os.path.realpath(self.folder)
        for name in (self.maildir, *(os.path.join(self.maildir, part) for part in ("tmp", "new", "cur"))):
            os.makedirs(name, exist_ok=True)
            os.chmod(name, 0o777)  # the ministry delivers here under another user
        for source, name in ((self.certificate, "tls.pem"), (self.key, "tls.key")):
            shutil.copyfile(source, self._at(name))
            os.chmod(self._at(name), 0o600)
        with open(self.password_file, "w") as file:
            file.write(PASSWORD + "\n")
        owner = pwd.getpwnam("dovecot") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.destroy()
        sockets = tempfile.mkdtemp(prefix="pli-mail-", dir="/tmp")
        with open(self._at("sockets"), "w") as file:
            file.write(sockets)
        with open(self._at("users"), "w") as file:
            file.write(f"{USER}:{{PLAIN}}{PASSWORD}:{owner.pw_uid}:{owner.pw_gid}::{self.real}::\n")
        with open(self._at("dovecot.conf"), "w") as file:
            file.write(self._configuration(owner.pw_name, sockets))
        if os.geteuid() == 0:
            for name in (sockets, self.folder, self.maildir, *(self._at(name) for name in ("tls.pem", "tls.key", "users", "dovecot.conf"))):
                os.chown(name, owner.pw_uid, owner.pw_gid)

    def _configuration(self, user, sockets):
        at = self.real
        return f"""protocols = imap
listen = 127.0.0.1
base_dir = {sockets}
state_dir = {sockets}
log_path = {at}/dovecot.log
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {user}
first_valid_uid = 1
mail_location = maildir:{at}/Maildir
maildir_copy_with_hardlinks = no
ssl = required
ssl_cert = <{at}/tls.pem
ssl_key = <{at}/tls.key
auth_mechanisms = plain
passdb {{
  driver = passwd-file
  args = {at}/users
}}
userdb {{
  driver = passwd-file
  args = {at}/users
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
        argv = ["/usr/sbin/dovecot", "-F", "-c", os.path.join(os.path.realpath(self.folder), "dovecot.conf")]
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
        """The sockets' folder; the mails stay."""
        if os.path.exists(self._at("sockets")):
            with open(self._at("sockets")) as file:
                shutil.rmtree(file.read(), ignore_errors=True)
