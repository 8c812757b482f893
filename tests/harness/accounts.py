"""PES Aller made up for tests and the demo: any number of bordereaux and attachments, signed by the XML Security command line."""
import base64
import gzip
import hashlib
import os
import re
import ssl
import subprocess
import tempfile

ALLER = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
POLICY = ("urn:oid:1.2.250.1.131.1.5.18.21.1.7", "pYtFgzn09kQWZywqdIGVd1fFI07tjKmEAyQHr0l/YAk=",
          "https://www.collectivites-locales.gouv.fr/files/files/finances_locales/dematerialisation/ps_helios_dgfip.pdf")


def _values(**values):
    return "".join(f'<{name} V="{value}"/>' for name, value in values.items() if value is not None)


def _piece(number, lines):
    line = "".join(f"""<LigneDePiece><BlocLignePiece><InfoLignePce>{_values(IdLigne=n, Nature='60611', Fonction='020')}<TVAIntraCom V="0"/>{_values(MtHT='125.40')}</InfoLignePce></BlocLignePiece>
<Tiers><InfoTiers>{_values(RefTiers='811', CatTiers='22', NatJur='09', Nom='RÉGIE DES EAUX')}</InfoTiers>
<Adresse>{_values(TypAdr='1', Adr2='1 RUE DE LA PAIERIE', CP='06000', Ville='SAINT-EXEMPLE', CodRes='0')}</Adresse></Tiers></LigneDePiece>""" for n in range(1, lines + 1))
    return f"<Piece><BlocPiece><InfoPce>{_values(IdPce=number, TypPce='01', NatPce='01', Obj='Été à l’école'.replace('’', ' '))}</InfoPce></BlocPiece>{line}</Piece>"


def _bordereau(number, pieces, lines, exercise, identifier):
    body = "".join(_piece(100 + n, lines) for n in range(pieces))
    return f"""<Bordereau Id="{identifier}"><BlocBordereau>{_values(Exer=exercise, IdBord=number, DteBordEm='2026-03-31', TypBord='01', NbrPce=pieces, MtCumulAnnuel='1000.00', MtBordHT='125.40')}</BlocBordereau>{body}</Bordereau>
"""


def attachment(identifier, data, name="facture.pdf", kind="006", mime="application/pdf", packed=None):
    packed = base64.b64encode(gzip.compress(data, mtime=0)).decode() if packed is None else packed
    return (f'<PJ><Contenu><Fichier MIMEType="{mime}">{packed}</Fichier></Contenu>'
            f'<IdUnique V="{identifier}"/><NomPJ V="{name}"/><TypePJ V="{kind}"/><Description V="Facture"/></PJ>')


def pes(path, name, siret, bordereaux=((1, 1, 1),), attachments=(), code="123", budget="00", label="Commune d'Été-sur-Mer", kind="PESALR2", post="006111",
        relied=0, exercise="2026", encoding="ISO-8859-1", declared=None, more="", date="2026-03-31"):
    """bordereaux: (number, pieces, lines of each); attachments: texts of attachment()."""
    expense = "".join(_bordereau(number, pieces, lines, exercise, f"BORD{number}") for number, pieces, lines in bordereaux)
    expense = f'<PES_DepenseAller><EnTeteDepense><IdVer V="2"/><InfoDematerialisee V="{relied}"/></EnTeteDepense>{expense}</PES_DepenseAller>' if expense else ""
    papers = f'<PES_PJ><EnTetePES_PJ><IdVer V="1"/></EnTetePES_PJ>{"".join(attachments)}</PES_PJ>' if attachments else ""
    text = f"""<?xml version="1.0" encoding="{declared or encoding}"?>
<n:PES_Aller xmlns:n="{ALLER}" Id="PES{abs(hash(name))}">
<Enveloppe><Parametres>{_values(Version='2', TypFic=kind, NomFic=name)}</Parametres><Emetteur>{_values(Sigle='PLI', Adresse='tests')}</Emetteur></Enveloppe>
<EnTetePES>{_values(DteStr=date, IdPost=post, IdColl=siret, CodCol=code, CodBud=budget, LibelleColBud=label)}</EnTetePES>
{expense}{papers}{more}</n:PES_Aller>
"""
    with open(path, "wb") as file:
        file.write(text.encode(encoding, "xmlcharrefreplace"))
    return path


def _template(target, signature, certificate, role, time, policy, properties_signed=True):
    with open(certificate) as file:
        der = ssl.PEM_cert_to_DER_cert(file.read())
    shown = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-issuer", "-serial", "-nameopt", "RFC2253"], check=True, stdout=subprocess.PIPE, text=True).stdout
    issuer = re.search(r"issuer=(.*)", shown)[1].strip()
    serial = int(re.search(r"serial=(\w+)", shown)[1], 16)
    digest = base64.b64encode(hashlib.sha256(der).digest()).decode()
    claimed = f"<xad:SigningTime>{time}</xad:SigningTime>" if time else ""
    rules = (f"<xad:SignaturePolicyIdentifier><xad:SignaturePolicyId><xad:SigPolicyId><xad:Identifier>{policy[0]}</xad:Identifier></xad:SigPolicyId><xad:SigPolicyHash>"
             f'<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>{policy[1]}</ds:DigestValue></xad:SigPolicyHash>'
             + (f"<xad:SigPolicyQualifiers><xad:SigPolicyQualifier><xad:SPURI>{policy[2]}</xad:SPURI></xad:SigPolicyQualifier></xad:SigPolicyQualifiers>" if policy[2] else "")
             + "</xad:SignaturePolicyId></xad:SignaturePolicyIdentifier>") if policy else ""
    who = f"<xad:SignerRole><xad:ClaimedRoles><xad:ClaimedRole>{role}</xad:ClaimedRole></xad:ClaimedRoles></xad:SignerRole>" if role else ""
    exclusive = '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
    method = '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue></ds:DigestValue>'
    properties = (f'<ds:Reference URI="#{signature}_SP" Type="http://uri.etsi.org/01903/v1.2.2#SignedProperties"><ds:Transforms>{exclusive}</ds:Transforms>{method}</ds:Reference>'
                  if properties_signed else "")
    return f"""<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="{signature}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#{target}"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>{exclusive}</ds:Transforms>{method}</ds:Reference>{properties}</ds:SignedInfo>
<ds:SignatureValue></ds:SignatureValue><ds:KeyInfo><ds:X509Data></ds:X509Data></ds:KeyInfo>
<ds:Object><xad:QualifyingProperties xmlns:xad="http://uri.etsi.org/01903/v1.2.2#" Target="#{signature}"><xad:SignedProperties Id="{signature}_SP"><xad:SignedSignatureProperties>{claimed}
<xad:SigningCertificate><xad:Cert><xad:CertDigest><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>{digest}</ds:DigestValue></xad:CertDigest><xad:IssuerSerial><ds:X509IssuerName>{issuer}</ds:X509IssuerName><ds:X509SerialNumber>{serial}</ds:X509SerialNumber></xad:IssuerSerial></xad:Cert></xad:SigningCertificate>
{rules}{who}</xad:SignedSignatureProperties></xad:SignedProperties></xad:QualifyingProperties></ds:Object></ds:Signature>"""


def sign(path, key, certificate, bordereau=None, role="Ordonnateur", time="2026-03-31T10:00:00Z", policy=POLICY, properties_signed=True):
    """Signs one bordereau by its number, or the whole PES; in place."""
    with open(path, encoding="iso-8859-1", newline="") as file:
        text = file.read()
    target = f"BORD{bordereau}" if bordereau is not None else re.search(r'PES_Aller [^>]*Id="([^"]+)"', text)[1]
    signature = f"{target}_SIG_1"
    made = _template(target, signature, certificate, role, time, policy, properties_signed)
    if bordereau is not None:
        start = text.index(f'<Bordereau Id="{target}"')
        at = text.index("</Bordereau>", start)
    else:
        at = text.index("</n:PES_Aller>")
    with tempfile.TemporaryDirectory() as folder:
        unsigned, signed = os.path.join(folder, "unsigned.xml"), os.path.join(folder, "signed.xml")
        with open(unsigned, "w", encoding="iso-8859-1", newline="") as file:
            file.write(text[:at] + made + text[at:])
        subprocess.run(["xmlsec1", "--sign", "--privkey-pem", f"{key},{certificate}", "--id-attr:Id", "Bordereau", "--id-attr:Id", f"{ALLER}:PES_Aller", "--id-attr:Id",
                        "http://uri.etsi.org/01903/v1.2.2#:SignedProperties", "--node-xpath",
                        f"//*[local-name()='Signature' and @Id='{signature}']", "--output", signed, unsigned], check=True, stderr=subprocess.PIPE)
        os.replace(signed, path)
    return path
