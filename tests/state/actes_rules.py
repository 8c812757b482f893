"""What the State checks in an @CTES archive, written from the norm and its schema alone: no line of the gateway's is used here."""
import datetime
import os
import re
import subprocess
import tarfile
import tempfile
import xml.etree.ElementTree as ET

ACTES = "{http://www.interieur.gouv.fr/ACTES#v1.1-20040216}"
INSEE = "{http://xml.insee.fr/schema}"
ARCHIVE_MAX = 150 * 1024 * 1024
NATURES = {1: "DE", 2: "AR", 3: "AI", 4: "CC", 5: "BF", 6: "AU"}
ARCHIVE = re.compile(r"[A-Za-z0-9]{3}-(EACT--(\d{9})--(\d{8})-(\d+))\.tar\.gz")
MESSAGE = re.compile(r"((?:[09]\d[AB\d])-(?:\d{9})-(?:\d{8})-(?:[A-Z0-9_]{1,15})-(?:[A-Z]{2})|[09]\d[AB\d]-\d{9}---)-(\d-\d)_0\.xml")
DOCUMENT = re.compile(r"(?:([A-Z0-9]{2}_[A-Z0-9]{2})-)?(.*)-(\d-\d)_(\d+)\.(pdf|jpg|png|xml)")
# What may follow an acte: root, whether it names an acte and the date of a letter, least and most documents.
SEQUELS = {"2-2": ("ReponseCourrierSimple", True, True, 1, 1), "3-2": ("ARDemandePieceComplementaire", True, True, 0, 0),
           "3-3": ("RefusPieceComplementaire", True, True, 1, 1), "3-4": ("PieceComplementaire", True, True, 1, 999),
           "4-2": ("ARLettreObservations", True, True, 0, 0), "4-3": ("RejetLettreObservations", True, True, 1, 1),
           "4-4": ("ReponseLettreObservations", True, True, 1, 1), "6-1": ("Annulation", True, False, 0, 0),
           "7-1": ("DemandeClassification", False, False, 0, 0)}
EMAIL = re.compile(r"[_a-zA-Z0-9\-]+(\.[_a-zA-Z0-9\-]+)*@[a-zA-Z0-9\-]+(\.[a-zA-Z0-9\-]+)*\.[a-zA-Z]{2,6}")
MARKS = {"pdf": b"%PDF-", "jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "xml": b"<?xml"}


class Refused(Exception):
    """The archive cannot be taken at all: HTTP 400."""


class EnvelopeAnomaly(Exception):
    """Taken, and answered by an AnomalieEnveloppe: (code, text)."""


class ActeAnomaly(Exception):
    """Taken, and answered by an AnomalieActe: (code, text)."""


def a_day(text, form="%Y-%m-%d"):
    try:
        return datetime.datetime.strptime(text, form).strftime(form) == text
    except ValueError:
        return False


class Archive:
    """One archive received: its files by name, in order, and what the envelope and message say."""

    def __init__(self, name, path):
        self.name, self.path = name, path
        self.files = {}
        self.sender, self.mail, self.acte, self.act = {}, "", None, ""
        self.kind, self.letter, self.version, self.object = "", "", "", ""

    def open(self):
        found = ARCHIVE.fullmatch(self.name)
        if not found:
            raise Refused(f"nom d'archive incorrect : {self.name}")
        self.stem, self.siren, self.day, self.serial = found.groups()
        if not a_day(self.day, "%Y%m%d") or self.serial.startswith("0"):
            raise Refused(f"date ou numéro d'enveloppe incorrect : {self.name}")
        if os.path.getsize(self.path) > ARCHIVE_MAX:
            raise Refused("archive de plus de 150 Mio")
        try:
            with tarfile.open(self.path, "r:gz") as tar:
                for member in tar:
                    self._take(tar, member)
        except (tarfile.TarError, OSError, EOFError) as error:
            raise Refused(f"archive illisible : {error}") from error

    def _take(self, tar, member):
        if not member.isfile() or "/" in member.name or member.name in self.files:
            raise Refused(f"entrée incorrecte : {member.name}")
        if member.uid != 0 or member.gid != 0:
            raise Refused(f"propriétaire autre que 0 : {member.name}")
        self.files[member.name] = tar.extractfile(member).read()

    def check(self, schema=None):
        names = list(self.files)
        if not names or names[0] != self.stem + ".xml":
            raise Refused(f"la première entrée n'est pas l'enveloppe {self.stem}.xml")
        self._envelope(self.files[names[0]], schema)
        if len(names) < 2 or not MESSAGE.fullmatch(names[1]):
            raise EnvelopeAnomaly("002", "ODT-VERIF-17 : la deuxième entrée n'est pas un message")
        if self.forms != [names[1]]:
            raise EnvelopeAnomaly("003", f"l'enveloppe annonce {self.forms}")
        self.message, self.kind = names[1], MESSAGE.fullmatch(names[1])[2]
        if self.kind == "1-1":
            self._message(self.files[names[1]], names[2:], schema)
        elif self.kind in SEQUELS:
            self._sequel(self.files[names[1]], names[2:], schema)
        else:
            raise EnvelopeAnomaly("002", f"ODT-VERIF-17 : {self.kind} n'est pas un message de collectivité")

    def _sequel(self, data, received, schema):
        root, about, answering, least, most = SEQUELS[self.kind]
        tree = self._xml(data, root, schema, EnvelopeAnomaly)
        self.act, self.letter = tree.get(ACTES + "IDActe", ""), tree.get(ACTES + "DateCourrierPref", "")
        self.version = tree.findtext(ACTES + "DateClassification") or ""
        if about != bool(self.act) or answering != bool(self.letter) or (answering and not a_day(self.letter)):
            raise EnvelopeAnomaly("003", f"acte {self.act!r} ou date de courrier {self.letter!r} incorrects")
        start = self.act if about else f"{self.sender['department']}-{self.siren}---"
        if self.message != f"{start}-{self.kind}_0.xml":
            raise EnvelopeAnomaly("003", f"nom de message incorrect : {self.message}")
        named = [element.findtext(ACTES + "NomFichier") for element in tree.iter(ACTES + "Document")]
        if named != received or not least <= len(named) <= most:
            raise EnvelopeAnomaly("003", f"documents annoncés {named}, reçus {received}")
        for rank, name in enumerate(named, 1):
            found = DOCUMENT.fullmatch(name)
            if not found or (found[2], found[3], found[4]) != (self.act, self.kind, str(rank)) or not self.files[name].startswith(MARKS[found[5]]):
                raise EnvelopeAnomaly("003", f"document incorrect : {name}")

    def _xml(self, data, root, schema, anomaly):
        head = data[:200].split(b"?>")[0]
        if not re.search(rb"""encoding=["']ISO-8859-1["']""", head):
            raise anomaly("001", "encodage autre que ISO-8859-1")
        if b"<!DOCTYPE" in data:
            raise anomaly("001", "DOCTYPE interdit")
        try:
            tree = ET.fromstring(data)
        except ET.ParseError as error:
            raise anomaly("001", f"XML mal formé : {error}") from error
        if tree.tag != ACTES + root:
            raise anomaly("001", f"racine {tree.tag}")
        if schema:
            with tempfile.NamedTemporaryFile(suffix=".xml") as file:
                file.write(data)
                file.flush()
                ran = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", schema, file.name], capture_output=True, text=True)
            if ran.returncode != 0:
                raise anomaly("001", "non conforme au schéma : " + ran.stderr.splitlines()[0])
        return tree

    def _envelope(self, data, schema):
        tree = self._xml(data, "EnveloppeCLMISILL", schema, EnvelopeAnomaly)
        sender = tree.find(f"{ACTES}Emetteur/{ACTES}IDCL")
        if sender is None:
            raise EnvelopeAnomaly("002", "émetteur absent")
        self.sender = {"siren": sender.get(INSEE + "SIREN", ""), "department": sender.get(ACTES + "Departement", ""),
                       "district": sender.get(ACTES + "Arrondissement", ""), "nature": sender.get(ACTES + "Nature", "")}
        shapes = {"siren": r"\d{9}", "department": r"[09]\d[AB\d]", "district": r"\d", "nature": r"\d{2}"}
        for field, shape in shapes.items():
            if not re.fullmatch(shape, self.sender[field]):
                raise EnvelopeAnomaly("002", f"émetteur : {field} = {self.sender[field]!r}")
        if self.sender["siren"] != self.siren:
            raise EnvelopeAnomaly("002", "le SIREN de l'enveloppe n'est pas celui de son nom")
        mails = [element.text or "" for element in tree.findall(f"{ACTES}AdressesRetour/{ACTES}Email")]
        if not mails or not all(EMAIL.fullmatch(mail) for mail in mails):
            raise EnvelopeAnomaly("004", f"adresse de retour incorrecte : {mails}")
        self.mail = mails[0]
        self.forms = [element.text for element in tree.findall(f"{ACTES}FormulairesEnvoyes/{ACTES}Formulaire/{ACTES}NomFichier")]

    def _message(self, data, documents, schema):
        tree = self._xml(data, "Acte", schema, ActeAnomaly)
        self.acte = tree
        date, number = tree.get(ACTES + "Date", ""), tree.get(ACTES + "NumeroInterne", "")
        nature = tree.get(ACTES + "CodeNatureActe", "")
        if not a_day(date) or nature not in "123456" or len(nature) != 1:
            raise ActeAnomaly("001", f"date {date!r} ou nature {nature!r} incorrecte")
        self.act = "-".join((self.sender["department"], self.siren, date.replace("-", ""), number, NATURES[int(nature)]))
        if self.message != self.act + "-1-1_0.xml":
            raise ActeAnomaly("001", f"le message {self.message} parle de l'acte {self.act}")
        self.object = tree.findtext(ACTES + "Objet") or ""
        self._fields(tree)
        self._documents(tree, documents, int(nature))

    def _fields(self, tree):
        tags = [child.tag.replace(ACTES, "") for child in tree]
        order = ["CodeMatiere1", "CodeMatiere2", "CodeMatiere3", "CodeMatiere4", "CodeMatiere5", "Objet", "PrecedentIdentifiantActe",
                 "ClassificationDateVersion", "Document", "Annexes", "DocumentPapier"]
        if any(tag not in order for tag in tags) or tags != sorted(set(tags), key=order.index):
            raise ActeAnomaly("001", f"éléments {tags}")
        for tag in ("CodeMatiere1", "CodeMatiere2", "Objet", "ClassificationDateVersion", "Document", "Annexes", "DocumentPapier"):
            if tag not in tags:
                raise ActeAnomaly("001", f"{tag} absent")
        if not 1 <= len(tree.findtext(ACTES + "Objet") or "") <= 500:
            raise ActeAnomaly("001", "objet vide ou de plus de 500 caractères")
        if not a_day(tree.findtext(ACTES + "ClassificationDateVersion") or ""):
            raise ActeAnomaly("002", "ODT-VERIF-01 : date de classification incorrecte")

    def _documents(self, tree, received, nature):
        annexes = tree.find(ACTES + "Annexes")
        named = [tree.findtext(f"{ACTES}Document/{ACTES}NomFichier")]
        named += [element.text for element in annexes.findall(f"{ACTES}Annexe/{ACTES}NomFichier")]
        if annexes.get(ACTES + "Nombre") != str(len(named) - 1):
            raise ActeAnomaly("001", "nombre d'annexes incorrect")
        if named != received:
            raise ActeAnomaly("001", f"documents annoncés {named}, reçus {received}")
        for rank, name in enumerate(named, 1):
            found = DOCUMENT.fullmatch(name)
            if not found or not found[1] or (found[2], found[3], found[4]) != (self.act, "1-1", str(rank)):
                raise ActeAnomaly("001", f"nom de document incorrect : {name}")
            extension = found[5]
            if not self.files[name].removeprefix(b"\xef\xbb\xbf").startswith(MARKS[extension]):
                raise ActeAnomaly("001", f"{name} n'est pas du type {extension}")
            if rank == 1 and (extension == "xml") != (nature == 5):
                raise ActeAnomaly("001", f"{name} : type de document refusé pour cette nature")
