"""What the State mails back: an EnveloppeMISILLCL and one message, as attachments of a mail in a Maildir, or an AnomalieEnveloppe."""
import datetime
import email.message
import email.utils
import io
import os
import tarfile
import time
import xml.etree.ElementTree as ET

from actes_rules import ACTES, INSEE

ET.register_namespace("actes", ACTES[1:-1])
ET.register_namespace("insee", INSEE[1:-1])
CLASSIFICATION = "2019-08-29"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
NATURES = [("1", "Délibérations", "DE", "99_DE"), ("2", "Actes réglementaires", "AR", "99_AR"), ("3", "Actes individuels", "AI", "99_AI"),
           ("4", "Contrats, conventions et avenants", "CC", "99_DC"), ("5", "Documents budgétaires et financiers", "BF", "99_BU"), ("6", "Autres", "AU", "99_AU")]
MATTERS = ["Commande publique", "Urbanisme", "Domaine et patrimoine", "Fonction publique", "Institutions et vie politique",
           "Libertés publiques et pouvoirs de police", "Finances locales", "Domaines de compétences par thèmes", "Autres domaines de compétences"]


def element(parent, name, text=None, **attributes):
    made = ET.Element(ACTES + name) if parent is None else ET.SubElement(parent, ACTES + name)
    made.text = text
    for key, value in attributes.items():
        made.set(ACTES + key, value)
    return made


def serialised(tree):
    return ET.tostring(tree, encoding="ISO-8859-1", xml_declaration=True)


def packed(parts):
    """A tar.gz of the files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, data in parts:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def received_again(parent, acte):
    """ActeRecu: the acte as it came, under the answer's root."""
    again = element(parent, "ActeRecu")
    again.attrib.update(acte.attrib)
    again.extend(list(acte))


class Mailbox:
    """A Maildir of answers; the serial of envelopes and messages goes on from what is there. `shape` says how a mail is made:
    plain attachments, nested in a multipart/alternative with an HTML body, packed in a tar.gz, or corrupt (a tar.gz cut short)."""

    def __init__(self, folder, shape="plain", times=1):
        self.times, self.folder, self.shape, self.started = times, folder, shape, int(time.time())
        for name in ("tmp", "new", "cur"):
            os.makedirs(os.path.join(folder, name), exist_ok=True)
        self.sent = sum(len(os.listdir(os.path.join(folder, name))) for name in ("new", "cur"))

    def _serial(self):
        return 1 + self.sent

    def _fill(self, mail, parts):
        if self.shape in ("packed", "corrupt"):
            data = packed(parts)
            parts = [("retour.tar.gz", data if self.shape == "packed" else data[:len(data) // 2])]
        holder = mail
        if self.shape == "nested":
            mail.add_alternative("<html><body><p>Accusé de réception</p></body></html>\n", subtype="html")
            holder = mail.get_payload()[1]
        for name, data in parts:
            holder.add_attachment(data, maintype="application", subtype="xml" if name.endswith(".xml") else "octet-stream", filename=name)

    def _deliver(self, to, subject, parts):
        mail = email.message.EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "actes@ministere.test", to or "inconnu@pli.test", subject
        mail["Date"], mail["Message-ID"] = email.utils.localtime(), email.utils.make_msgid(domain="ministere.test")
        mail.set_content("Message automatique de l'application @CTES (simulateur).\n")
        self._fill(mail, parts)
        for _ in range(self.times):
            name = f"{self.started}.{os.getpid()}_{self._serial()}.{subject}"
            self.sent += 1
            temporary = os.path.join(self.folder, "tmp", name)
            with open(temporary, "wb") as file:
                file.write(bytes(mail))
            os.rename(temporary, os.path.join(self.folder, "new", name))

    def _envelope(self, archive, message):
        serial, day = self._serial(), datetime.date.today()
        sender = archive.sender
        root = element(None, "EnveloppeMISILLCL")
        element(element(root, "Emetteur"), "IDSousPref", Departement=sender["department"], Arrondissement=sender["district"])
        form = element(element(root, "FormulairesEnvoyes"), "Formulaire")
        element(form, "NomFichier", message)
        element(root, "Destinataire").set(INSEE + "SIREN", archive.siren)
        name = f"EACT--SPREF{sender['department']}{sender['district']}-{archive.siren}-{day:%Y%m%d}-{serial}.xml"
        return name, serialised(root)

    def acknowledge(self, archive, act=None):
        """ARActe of the archive's acte, or, with the same acte repeated, of one that was never sent from here."""
        act = act or archive.act
        root = element(None, "ARActe", IDActe=act, DateReception=datetime.date.today().isoformat())
        received_again(root, archive.acte)
        element(root, "ClassificationDateVersionEnCours", CLASSIFICATION)
        message = f"{act}-1-2_{self._serial()}.xml"
        envelope = self._envelope(archive, message)
        self._deliver(archive.mail, archive.stem, [envelope, (message, serialised(root))])

    def acte_anomaly(self, archive, code, text):
        root = element(None, "AnomalieActe")
        element(root, "Date", datetime.date.today().isoformat())
        element(root, "Nature", code)
        element(root, "Detail", text)
        if archive.acte is not None:
            received_again(root, archive.acte)
        element(root, "ClassificationDateVersionEnCours", CLASSIFICATION)
        message = f"{archive.sender['department']}-{archive.siren}----1-3_{self._serial()}.xml"
        self._deliver(archive.mail, archive.stem, [self._envelope(archive, message), (message, serialised(root))])

    def envelope_anomaly(self, archive, code, text):
        root = element(None, "AnomalieEnveloppe")
        element(root, "Date", datetime.date.today().isoformat())
        element(root, "Nature", code)
        element(root, "Detail", text)
        received = element(root, "EnveloppeRecue")
        received.extend(list(ET.fromstring(archive.files[archive.stem + ".xml"])))
        self._deliver(archive.mail, archive.stem, [(f"ANO_{archive.stem}.xml", serialised(root))])

    # ---- letters of the prefecture, and what it says to the messages that follow an acte ----
    def _send(self, archive, name, root, documents=()):
        envelope = self._envelope(archive, name)
        self._deliver(archive.mail, name.removesuffix(".xml"), [envelope, (name, serialised(root)), *documents])

    def letter(self, archive, message, day):
        """2-1 CourrierSimple, 3-1 DemandePieceComplementaire, 4-1 LettreObservations or 5-1 DefereTA about the archive's acte."""
        name = f"{archive.act}-{message}_{self._serial()}"
        document = name + ".pdf"
        if message == "5-1":
            root = element(None, "DefereTA", IDActe=archive.act)
            element(root, "DateDepot", day)
            element(root, "NatureIllegalite", "Incompétence de l'auteur de l'acte")
            holder = element(element(root, "PiecesJointes"), "PieceJointe")
        else:
            tag = {"2-1": "CourrierSimple", "3-1": "DemandePieceComplementaire", "4-1": "LettreObservations"}[message]
            root = element(None, tag, IDActe=archive.act, DateCourrierPref=day)
            if message != "2-1":
                element(root, {"3-1": "DescriptionPieces", "4-1": "Motif"}[message], {"3-1": "Plan de situation à l'échelle", "4-1": "La délibération n'est pas motivée"}[message])
            holder = element(root, "Document")
        element(holder, "NomFichier", document)
        self._send(archive, name + ".xml", root, [(document, PDF)])

    def sequel(self, archive):
        """The State's word about a message that follows an acte, where the norm has one."""
        today = datetime.date.today().isoformat()
        if archive.kind in ("3-3", "3-4", "4-3", "4-4"):
            tag, message = ("ARPieceComplementaire", "3-5") if archive.kind[0] == "3" else ("ARReponseRejetLettreObservations", "4-5")
            root = element(None, tag, DateReception=today)
            element(root, "InfosCourrierPref", IDActe=archive.act, DateCourrierPref=archive.letter)
            self._send(archive, f"{archive.act}-{message}_{self._serial()}.xml", root)
        elif archive.kind == "6-1":
            root = element(None, "ARAnnulation", IDActe=archive.act, DateReception=today)
            self._send(archive, f"{archive.act}-6-2_{self._serial()}.xml", root)
        elif archive.kind == "7-1":
            self._classification(archive)

    def _classification(self, archive):
        current = archive.version == CLASSIFICATION
        root = element(None, "ReponseClassificationSansChangement" if current else "RetourClassification")
        element(root, "DateClassification", CLASSIFICATION)
        if not current:
            natures = element(root, "NaturesActes")
            for code, label, short, kind in NATURES:
                nature = element(natures, "NatureActe", CodeNatureActe=code, Libelle=label, TypeAbrege=short)
                for each in (kind, "22_AT", "99_SE"):
                    element(nature, "TypePJNatureActe", CodeTypePJ=each, Libelle="Pièce " + each)
            matters = element(root, "Matieres")
            for code, label in enumerate(MATTERS, 1):
                first = element(matters, "Matiere1", CodeMatiere=str(code), Libelle=label)
                for below in range(1, 10):
                    second = element(first, "Matiere2", CodeMatiere=str(below), Libelle=f"{label} {below}")
                    element(second, "Matiere3", CodeMatiere="2", Libelle="Autres")
        start = f"{archive.sender['department']}-{archive.siren}"
        self._send(archive, f"{start}----{'7-3' if current else '7-2'}_{self._serial()}.xml", root)
