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

    def __init__(self, folder, shape="plain"):
        self.folder, self.shape, self.started = folder, shape, int(time.time())
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
