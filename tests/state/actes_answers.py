"""What the State mails back: an EnveloppeMISILLCL and one message, as attachments of a mail in a Maildir, or an AnomalieEnveloppe."""
import datetime
import email.message
import email.utils
import os
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


def received_again(parent, acte):
    """ActeRecu: the acte as it came, under the answer's root."""
    again = element(parent, "ActeRecu")
    again.attrib.update(acte.attrib)
    again.extend(list(acte))


class Mailbox:
    """A Maildir of answers; the serial of envelopes and messages goes on from what is there."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("tmp", "new", "cur"):
            os.makedirs(os.path.join(folder, name), exist_ok=True)

    def _serial(self):
        return 1 + sum(len(os.listdir(os.path.join(self.folder, name))) for name in ("new", "cur"))

    def _deliver(self, to, subject, parts):
        mail = email.message.EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "actes@ministere.test", to or "inconnu@pli.test", subject
        mail["Date"], mail["Message-ID"] = email.utils.localtime(), email.utils.make_msgid(domain="ministere.test")
        mail.set_content("Message automatique de l'application @CTES (simulateur).\n")
        for name, data in parts:
            mail.add_attachment(data, maintype="application", subtype="xml", filename=name)
        name = f"{self._serial():06d}.{subject}"
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

    def acknowledge(self, archive):
        root = element(None, "ARActe", IDActe=archive.act, DateReception=datetime.date.today().isoformat())
        received_again(root, archive.acte)
        element(root, "ClassificationDateVersionEnCours", CLASSIFICATION)
        message = f"{archive.act}-1-2_{self._serial()}.xml"
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
