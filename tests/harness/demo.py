#!/usr/bin/python3
"""The story of one consultation and one acte, told by the real programs over real TLS.

usage: demo.py [--stop] [--quick]     state: var/ of the checkout; --quick: an archive of 8 MB instead of 200
"""
import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
import accounts  # noqa: E402
import papers  # noqa: E402
from badline import BadLine  # noqa: E402
from stack import BODY, Stack, wait_for  # noqa: E402

FRENCH = os.environ.get("LC_ALL", os.environ.get("LC_MESSAGES", os.environ.get("LANG", ""))).startswith("fr")
LANGUAGE = "fr" if FRENCH else "en"


def tell(english, french):
    """One step of the story, in words."""
    tell.number += 1
    print(f"\n\033[1m{tell.number:2}. {french if FRENCH else english}\033[0m" if sys.stdout.isatty()
          else f"\n{tell.number:2}. {french if FRENCH else english}", flush=True)


tell.number = 0


def evidence(text, most=12):
    lines = text.strip().splitlines()
    for line in lines[:most]:
        print("      " + line)
    if len(lines) > most:
        print(f"      … ({len(lines) - most} more lines)" if not FRENCH else f"      … (encore {len(lines) - most} lignes)")
    sys.stdout.flush()


class Story:
    def __init__(self, stack, folder, archive_size):
        self.stack, self.folder, self.archive_size = stack, folder, archive_size
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)

    def at(self, *names):
        return os.path.join(self.folder, *names)

    def pli(self, who, *arguments, **more):
        print(f"      $ pli {' '.join(os.path.relpath(a) if os.path.isabs(a) else a for a in arguments)}      [{who or 'anyone'}]",
              flush=True)
        return self.stack.pli(who, "--lang", LANGUAGE, *arguments, **more)

    def tell_all(self):
        self.publish()
        self.first_company()
        self.broken_signature()
        self.too_early()
        self.acte()
        self.pes()
        self.wait_for_the_hour()
        self.late_company()
        self.opening()
        self.state_polls()
        self.proof()

    # ---- the buyer ----
    def publish(self):
        tell("A buyer publishes a consultation: documents, a commission of three, quorum two.",
             "Une acheteuse publie une consultation : documents, commission de trois membres, quorum de deux.")
        self.deadline = self.stack.now() + datetime.timedelta(seconds=75)
        with open(self.at("consultation.json"), "w") as file:
            json.dump({"reference": "2026-TRV-" + self.stack.now().strftime("%d%H%M%S"), "title": "Réfection de la toiture de l'école",
                       "object": "Travaux de charpente et de couverture de l'école du village", "procedure": "MAPA",
                       "deadline": self.deadline.isoformat(), "quorum": 2, "envelopes": ["offre"],
                       "members": self.stack.member_certificates()}, file, ensure_ascii=False)
        created = self.pli("buyer", "--json", "consultation", "create", self.at("consultation.json"))
        self.consultation = json.loads(created.stdout)["id"]
        papers.pdf(self.at("reglement.pdf"), "Règlement de la consultation", "Toiture de l'école, lot unique")
        papers.spreadsheet(self.at("bordereau.ods"), [["Poste", "Quantité", "Prix unitaire"], ["Charpente", "1", ""], ["Tuiles", "9000", ""]])
        self.pli("buyer", "consultation", "document", self.consultation, self.at("reglement.pdf"), self.at("bordereau.ods"))
        evidence(self.pli("buyer", "consultation", "publish", self.consultation).stdout)
        evidence(self.pli(None, "consultation", "show", self.consultation).stdout, 20)

    # ---- the companies ----
    def bid(self, who, name):
        """The sealed bid of a company: signs its files (XAdES in ASiC-E), seals them for the commission."""
        papers.pdf(self.at(f"{name}-memoire.pdf"), f"Mémoire technique de {name}", "Délai : 6 semaines")
        papers.spreadsheet(self.at(f"{name}-prix.ods"), [["Poste", "Prix"], ["Charpente", "18 400 EUR"], ["Tuiles", "11 250 EUR"]])
        files = [self.at(f"{name}-memoire.pdf"), self.at(f"{name}-prix.ods")]
        if who == "company-1":
            files.append(papers.archive(self.at(f"{name}-plans.zip"), self.archive_size))
        evidence(self.pli(who, "sign", "--key", self.stack.pki.path(who + ".key"), "--certificate", self.stack.pki.path(who + ".pem"),
                          "--output", self.at(name + ".asice"), *files).stdout)
        return self.at(name + ".asice")

    def seal(self, who, container, name):
        evidence(self.pli(who, "seal", "--consultation", self.consultation, "--kind", "offre", "--output", self.at(name + ".pli"),
                          container).stdout)
        return self.at(name + ".pli")

    def first_company(self):
        tell("A company takes the documents, signs and seals its bid of several files.",
             "Une entreprise retire les documents, signe et scelle son offre de plusieurs fichiers.")
        evidence(self.pli("company-1", "documents", self.consultation, "--output", self.at("dce")).stdout)
        envelope = self.seal("company-1", self.bid("company-1", "duval"), "duval")
        evidence(self.pli(None, "verify", "--trust", self.stack.pki.path("root.pem"), self.at("duval.asice")).stdout, 8)
        tell("It deposits the bid on a bad line: the connection is cut in the middle, and the deposit resumes by itself.",
             "Elle dépose sur une mauvaise ligne : la connexion est coupée au milieu, et le dépôt reprend de lui-même.")
        size = os.path.getsize(os.path.join(envelope, "ciphertext"))
        with BadLine(self.stack.port) as line:
            line.cut_at = size // 2
            process = subprocess.Popen([self.stack.program("pli"), "--lang", LANGUAGE, "deposit", "--progress", "--consultation", self.consultation, "--receipt",
                                        self.at("duval-receipt.xml"), envelope], stdout=subprocess.PIPE, text=True,
                                       env=self.stack.pli_environment("company-1", f"https://cert.localhost:{line.port}"))
            while not line.cut_happened.wait(0.1):
                if process.poll() is not None:
                    raise RuntimeError("the deposit ended before the line was cut: " + process.stdout.read())
            print(f"\n      -- {line.sent} bytes sent, then the line was cut for two seconds --" if not FRENCH else
                  f"\n      -- {line.sent} octets partis, puis la ligne est restée coupée deux secondes --", flush=True)
            time.sleep(2)  # the length of the outage is the story's, nothing waits on it
            line.restore()
            output, _ = process.communicate(timeout=300)
        if process.returncode != 0:
            raise RuntimeError(f"deposit: {process.returncode}\n{output}")
        evidence(output, 20)
        tell("The receipt is signed and time-stamped. It is checked offline, by anybody.",
             "Le récépissé est signé et horodaté. Il se vérifie hors ligne, par n'importe qui.")
        self.verify_receipt("duval-receipt.xml")

    def verify_receipt(self, name):
        evidence(self.pli(None, "receipt", "verify", self.at(name), "--trust", self.stack.pki.path("root.pem"), "--stamp-trust",
                          self.stack.pki.path("root.pem"), "--journal-key", self.stack.journal_key).stdout, 20)

    def broken_signature(self):
        tell("A second company deposits a bid whose signature is broken: it is received all the same, the opening will say so.",
             "Une deuxième entreprise dépose une offre dont la signature est cassée : elle est reçue, l'ouverture le dira.")
        container = self.bid("company-2", "nordmann")
        self.break_signature_of(container, "nordmann-prix.ods")
        envelope = self.seal("company-2", container, "nordmann")
        evidence(self.pli("company-2", "deposit", "--consultation", self.consultation, "--receipt", self.at("nordmann-receipt.xml"),
                          envelope).stdout)

    @staticmethod
    def break_signature_of(path, name):
        """Changes one signed file in the container: what a careless hand does after signing."""
        with zipfile.ZipFile(path) as old:
            entries = [(info, old.read(info.filename)) for info in old.infolist()]
        with zipfile.ZipFile(path, "w") as new:
            for info, data in entries:
                if info.filename == name:
                    data = data + b" "
                fresh = zipfile.ZipInfo(info.filename, info.date_time)
                fresh.compress_type = info.compress_type
                new.writestr(fresh, data)

    def late_company(self):
        tell("A third company arrives late: its deposit is kept and acknowledged as late, as the law wants.",
             "Une troisième entreprise arrive hors délai : son dépôt est gardé et acquitté comme tel, ainsi que la loi le veut.")
        envelope = self.seal("company-3", self.bid("company-3", "tardif"), "tardif")
        evidence(self.pli("company-3", "deposit", "--consultation", self.consultation, "--receipt", self.at("tardif-receipt.xml"),
                          envelope).stdout)

    # ---- the opening ----
    def too_early(self):
        tell("A member tries to open before the hour: refused, and the refusal says why.",
             "Un membre veut ouvrir avant l'heure : refus, et le refus dit pourquoi.")
        ran = self.pli("member-1", "open", self.consultation, "--key", self.stack.pki.path("member-1.key"), check=False)
        evidence(ran.stdout + ran.stderr)
        if ran.returncode == 0:
            raise RuntimeError("an opening before the hour was accepted")

    def wait_for_the_hour(self):
        left = (self.deadline - self.stack.now()).total_seconds()
        if left > 0:
            tell(f"The hour is in {left:.0f} s; the database's clock decides, so we wait for it.",
                 f"L'heure est dans {left:.0f} s ; l'horloge de la base décide, attendons-la.")
            wait_for("the hour", lambda: self.stack.now() > self.deadline, left + 30)

    def opening(self):
        tell("After the hour two of three members hand over their shares; keys never leave their machines.",
             "Passé l'heure, deux membres sur trois remettent leurs parts ; aucune clé ne quitte leur poste.")
        for member in ("member-1", "member-2"):
            evidence(self.pli(member, "open", self.consultation, "--key", self.stack.pki.path(member + ".key")).stdout)
        wait_for("the opening", lambda: json.loads(self.stack.pli("buyer", "--json", "opening", self.consultation).stdout)["state"] == "opened",
                 180)
        tell("Verification reports, antivirus results and the minutes.", "Rapports de vérification, antivirus et procès-verbal.")
        evidence(self.pli("buyer", "opening", self.consultation, "--minutes", self.at("minutes.html"), "--output", self.at("opened")).stdout, 40)
        self.compare()

    def compare(self):
        """What the commission reads is what the company signed, byte for byte."""
        found = [os.path.join(folder, name) for folder, _, names in os.walk(self.at("opened")) for name in names if name.startswith("duval-")]
        for path in sorted(found):
            same = subprocess.run(["cmp", "--silent", path, self.at(os.path.basename(path))]).returncode == 0
            evidence(f"{os.path.basename(path)}: {'identical to what was signed' if same else 'DIFFERENT'}")
            if not same:
                raise RuntimeError(path + " differs from what was deposited")
        if len(found) != 3:
            raise RuntimeError(f"{len(found)} documents of the first company were opened instead of 3")

    # ---- the State ----
    def acte(self):
        tell("A town files an acte: checked, enveloped by the rules of @CTES, sent over mutual TLS to the State (a simulator).",
             "Une commune transmet un acte : contrôlé, mis en enveloppe selon @CTES, envoyé en TLS mutuel à l'État (un simulateur).")
        papers.pdf(self.at("deliberation.pdf"), "Délibération n° 2026-11", "Le conseil approuve la réfection de la toiture.")
        number = "D" + self.stack.now().strftime("%y%m%d%H%M%S")
        filed = self.pli("filer", "--json", "file", "acte", "--number", number, "--nature", "1", "--matter", "1.1", "--date",
                         self.stack.now().strftime("%Y-%m-%d"), "--object", "Réfection de la toiture de l'école", "--classification",
                         "2019-08-29", "--type", "99_DE", "--receipt", self.at("acte-receipt.xml"), self.at("deliberation.pdf"))
        filing = json.loads(filed.stdout)["id"]
        tell("The State mails its acknowledgement (ARActe) to an IMAP mailbox; the relay reads it, and the acte is acknowledged.",
             "L'État envoie son accusé (ARActe) par courriel dans une boîte IMAP ; le relais le relève, et l'acte est acquitté.")
        wait_for("the State's acknowledgement", lambda: json.loads(self.stack.pli("filer", "--json", "filing", "show", filing).stdout)["state"]
                 == "acknowledged", 60)
        evidence(self.pli("filer", "filing", "show", filing).stdout, 20)
        arrived = sorted(os.listdir(self.stack.at("ministry")))
        evidence("the simulator keeps: " + ", ".join(arrived[-3:]))

    def pes(self):
        tell("Its accounts go to the DGFiP: a PES with a signed bordereau and an attachment, over SFTP; the DGFiP's acquit comes back the same way.",
             "Ses comptes partent à la DGFiP : un PES au bordereau signé, avec une pièce, par SFTP ; l'acquit de la DGFiP revient par le même chemin.")
        name = "PES-" + self.stack.now().strftime("%y%m%d%H%M%S") + ".xml"
        path = accounts.pes(self.at(name), name, BODY["siret"], relied=1, bordereaux=((12, 2, 1),), label="Commune de Saint-Exemple été",
                            attachments=[accounts.attachment("FACT-" + name[4:16], b"%PDF-1.7 facture")])
        accounts.sign(path, self.stack.pki.path("ordonnateur.key"), self.stack.pki.path("ordonnateur.pem"), bordereau=12)
        filing = json.loads(self.pli("filer", "--json", "file", "pes", "--receipt", self.at("pes-receipt.xml"), path).stdout)["id"]
        wait_for("the DGFiP's acquit", lambda: json.loads(self.stack.pli("filer", "--json", "filing", "show", filing).stdout)["state"] == "acknowledged", 60)
        evidence(self.pli("filer", "filing", "show", filing).stdout, 30)
        wait_for("a PES Retour", lambda: json.loads(self.stack.pli("filer", "--json", "return", "list").stdout)["returns"], 60)
        evidence(self.pli("filer", "return", "list").stdout)
        evidence(self.stack.administer("channel", "list"))

    def state_polls(self):
        tell("A State client polls the receipts with a cursor; the front is killed (kill -9) in the middle: each comes exactly once.",
             "Un client de l'État relève les récépissés avec un curseur ; le frontal est tué (kill -9) au milieu : chacun vient une seule fois.")
        output, cursor = self.at("state"), self.at("state.cursor")
        self.pli("state", "receipts", "--cursor-file", cursor, "--output", output, "--limit", "2", "--once")
        self.stack.kill("front")
        wait_for("the gateway's /readyz", self.stack.ready)
        self.pli("state", "receipts", "--cursor-file", cursor, "--output", output)
        names = sorted(os.listdir(output))
        evidence("\n".join(names), 30)
        rows = self.stack.cluster.psql("select count(*) from pli.journal")
        evidence(f"{len(names)} receipts taken, {rows[0]} facts in the journal" if not FRENCH else
                 f"{len(names)} récépissés relevés, {rows[0]} faits au journal")

    def proof(self):
        tell("The journal is audited from the tables by independent code, and the first receipt is checked again.",
             "Le journal est audité depuis les tables par un code indépendant, et le premier récépissé est vérifié de nouveau.")
        evidence(self.stack.administer("journal", "audit"))
        self.verify_receipt("duval-receipt.xml")


def farewell(stack, story):
    english, french = ("Everything is still running. Try:", "Tout tourne encore. Essayez :")
    print(f"\n{french if FRENCH else english}")
    for line in (f"curl --cacert var/demo/pki/root.pem {stack.public_url}/api/v1/consultations",
                 f"curl --cacert var/demo/pki/root.pem {stack.public_url}/checkpoint",
                 f"build/pli receipt show {os.path.relpath(story.at('duval-receipt.xml'), ROOT)}",
                 f"PLI_GATEWAY={stack.public_url} PLI_CA=var/demo/pki/root.pem build/pli consultation list",
                 f"xdg-open {os.path.relpath(story.at('minutes.html'), ROOT)}",
                 "make demo-stop"):
        print("      " + line)
    print(f"\n      {stack.public_url}/")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--stop", action="store_true")
    parser.add_argument("--quick", action="store_true")
    chosen = parser.parse_args()
    stack = Stack(os.path.join(ROOT, "var", "demo"), port=8443)
    if chosen.stop:
        stack.stop()
        print("stopped; var/demo is kept")
        return 0
    os.chdir(ROOT)
    print("Starting PostgreSQL, the authorities, ClamAV, the State's simulator and the gateway …", flush=True)
    stack.start()
    story = Story(stack, os.path.join(ROOT, "var", "story"), (8 if chosen.quick else 200) * 1000 * 1000)
    try:
        story.tell_all()
    except Exception:
        print(f"\nThe story broke off. The logs are in {os.path.relpath(stack.at('run'))}.", file=sys.stderr)
        raise
    farewell(stack, story)
    return 0


if __name__ == "__main__":
    sys.exit(main())
