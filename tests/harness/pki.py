"""A development PKI, made anew for each set by the openssl command: fictitious people, real certificates."""
import datetime
import os
import subprocess

ROOT = "AC de développement Pli"
CURVES = {"p256": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa": ["-newkey", "rsa:3072"],
          "p384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"], "p521": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"],
          "pss": ["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"], "ed25519": ["-newkey", "ed25519"],
          "brainpool": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"]}
USES = {
    "server": "keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\nsubjectAltName={names}",
    "client": "keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth",
    # A person or company: speaks over TLS and signs; annexe 12 asks for nonRepudiation.
    "person": "keyUsage=critical,digitalSignature,nonRepudiation\nextendedKeyUsage=clientAuth,emailProtection",
    # A commission member: speaks over TLS, signs minutes, and receives its share of the keys.
    "member": "keyUsage=critical,digitalSignature,nonRepudiation,keyEncipherment,keyAgreement\nextendedKeyUsage=clientAuth",
    "seal": "keyUsage=critical,digitalSignature,nonRepudiation",
    "stamp": "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping",
    "ocsp": "keyUsage=critical,digitalSignature\nextendedKeyUsage=OCSPSigning\nnoCheck=ignored",
}
# file name, use, key, subject
PEOPLE = [
    ("tls", "server", "p256", "/O=Passerelle de développement/CN=localhost"),
    ("ministry", "server", "p256", "/O=Simulateur du ministère/CN=ministere.localhost"),
    ("seal", "seal", "p256", "/C=FR/O=Passerelle de développement/CN=Cachet de la passerelle"),
    ("stamp", "stamp", "rsa", "/C=FR/O=Passerelle de développement/CN=Horodatage de développement"),
    ("ocsp", "ocsp", "p256", "/C=FR/O=Passerelle de développement/CN=Répondeur OCSP"),
    ("relay", "client", "p256", "/C=FR/O=Passerelle de développement/CN=Relais vers l'Etat"),
    ("buyer", "person", "p256", "/C=FR/O=Commune de Saint-Exemple/CN=Alice Marchand"),
    ("dgfip", "server", "rsa", "/O=Simulateur de la DGFiP/CN=dgfip.localhost"),
    ("ordonnateur", "person", "rsa", "/C=FR/O=Commune de Saint-Exemple/CN=Irène Ordonnatrice"),
    ("filer", "person", "p256", "/C=FR/O=Commune de Saint-Exemple/CN=Bruno Secretaire"),
    ("operator", "client", "p256", "/C=FR/O=Passerelle de développement/CN=Inès Exploitante"),
    ("auditor", "client", "p256", "/C=FR/O=Cabinet de contrôle/CN=Jean Auditeur"),
    ("state", "client", "p256", "/C=FR/O=Préfecture simulée/CN=Collecteur de récépissés"),
    ("company-1", "person", "p256", "/C=FR/O=Menuiserie Duval SARL/CN=Claire Duval"),
    ("company-2", "person", "rsa", "/C=FR/O=Charpentes du Nord SA/CN=Denis Nordmann"),
    ("company-3", "person", "p256", "/C=FR/O=Bois et Toits SAS/CN=Emma Tardif"),
    ("member-1", "member", "p256", "/C=FR/O=Commune de Saint-Exemple/CN=Farid Adjoint"),
    ("member-2", "member", "rsa", "/C=FR/O=Commune de Saint-Exemple/CN=Gisèle Conseillère"),
    ("member-3", "member", "p256", "/C=FR/O=Commune de Saint-Exemple/CN=Hugo Directeur"),
]
SERVER_NAMES = "DNS:localhost,DNS:cert.localhost,DNS:ministere.localhost,DNS:dgfip.localhost,IP:127.0.0.1"


def _openssl(*arguments, **more):
    ran = subprocess.run(["openssl", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    if ran.returncode != 0:
        raise RuntimeError("openssl " + " ".join(arguments) + ": " + ran.stderr.decode(errors="replace"))
    return ran.stdout


class Pki:
    def __init__(self, folder):
        self.folder = os.path.abspath(folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def make(self):
        """Everything the development set needs; does nothing where it is there already."""
        if os.path.exists(self.path("complete")):
            return
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        # One person may have several certificates: without this `openssl ocsp` and `openssl ca` refuse the whole index.
        with open(self.path("index.txt.attr"), "w") as file:
            file.write("unique_subject = no\n")
        _openssl("req", "-x509", "-utf8", *CURVES["p256"], "-nodes", "-sha256", "-days", "3650", "-subj", f"/C=FR/O={ROOT}/CN={ROOT}",
                 "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
                 "-keyout", self.path("root.key"), "-out", self.path("root.pem"))
        for name, use, key, subject in PEOPLE:
            self.certify(name, use, key, subject)
        _openssl("pkcs12", "-export", "-inkey", self.path("seal.key"), "-in", self.path("seal.pem"),
                 "-certfile", self.path("root.pem"), "-name", "cachet",
                 "-passout", "pass:", "-out", self.path("seal.p12"))
        _openssl("genpkey", "-algorithm", "ed25519", "-out", self.path("journal.pem"))
        self._stamper_configuration()
        with open(self.path("complete"), "w"):
            pass

    def certify(self, name, use, key, subject, days=825, more=""):
        """`more`: further lines of extensions."""
        _openssl("req", "-new", "-utf8", *CURVES[key], "-nodes", "-sha256", "-subj", subject, "-keyout", self.path(name + ".key"),
                 "-out", self.path(name + ".csr"))
        self.sign(name, use, subject, days, more)

    def sign(self, name, use, subject, days=825, more=""):
        """The certificate that the request NAME.csr asks for."""
        extensions = self.path(name + ".ext")
        with open(extensions, "w") as file:
            file.write("basicConstraints=critical,CA:FALSE\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n" +
                       USES[use].format(names=SERVER_NAMES) + "\n" + more)
        _openssl("x509", "-req", "-in", self.path(name + ".csr"), "-CA", self.path("root.pem"), "-CAkey", self.path("root.key"),
                 "-set_serial", "0x" + os.urandom(16).hex().lstrip("0"), "-days", str(days), "-sha256", "-extfile", extensions,
                 "-out", self.path(name + ".pem"))
        os.unlink(extensions)
        self._index(name, subject)

    def revoke(self, name):
        """From now on the OCSP responder says so, and the next list."""
        serial = _openssl("x509", "-in", self.path(name + ".pem"), "-noout", "-serial").decode().strip().split("=")[1]
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%y%m%d%H%M%SZ")
        with open(self.path("index.txt")) as file:
            rows = [line.rstrip("\n").split("\t") for line in file]
        with open(self.path("index.txt.new"), "w") as file:
            for row in rows:
                file.write("\t".join(["R", row[1], now, *row[3:]] if row[3] == serial else row) + "\n")
        os.replace(self.path("index.txt.new"), self.path("index.txt"))

    def list_revoked(self, out):
        """The authority's CRL as of now, DER, good for a day."""
        settings = self.path("crl.cnf")
        with open(settings, "w") as file:
            file.write(f"[ca]\ndefault_ca=a\n[a]\ndatabase={self.path('index.txt')}\ndefault_md=sha256\ndefault_crl_hours=24\n")
        _openssl("ca", "-config", settings, "-gencrl", "-cert", self.path("root.pem"), "-keyfile", self.path("root.key"), "-out", out + ".pem")
        _openssl("crl", "-in", out + ".pem", "-outform", "DER", "-out", out + ".new")
        os.replace(out + ".new", out)

    def _index(self, name, subject):
        """The line by which `openssl ocsp` knows the certificate: V, expiry, -, serial, file, subject."""
        serial = _openssl("x509", "-in", self.path(name + ".pem"), "-noout", "-serial").decode().strip().split("=")[1]
        expiry = _openssl("x509", "-in", self.path(name + ".pem"), "-noout", "-enddate", "-dateopt", "iso_8601").decode().strip()
        instant = "".join(c for c in expiry.split("=")[1] if c.isdigit())[2:] + "Z"
        with open(self.path("index.txt"), "a") as file:
            file.write(f"V\t{instant}\t\t{serial}\tunknown\t{subject}\n")

    def _stamper_configuration(self):
        with open(self.path("stamp.serial"), "w") as file:
            file.write("01\n")
        with open(self.path("stamp.cnf"), "w") as file:
            file.write(f"""[tsa]
default_tsa = authority
[authority]
serial = {self.path("stamp.serial")}
crypto_device = builtin
signer_cert = {self.path("stamp.pem")}
certs = {self.path("root.pem")}
signer_key = {self.path("stamp.key")}
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
""")
