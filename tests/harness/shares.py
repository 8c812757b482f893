"""A commission member's share, out of the manifest, by the openssl command and the specifications alone (XML Encryption 1.1, NIST SP
800-56A, RFC 3394): a reader that shares no code with ours."""
import base64
import hashlib
import os
import subprocess
import tempfile
import xml.etree.ElementTree as tree

PLI = "{urn:pli:sealed-envelope:1}"
XENC = "{http://www.w3.org/2001/04/xmlenc#}"
XENC11 = "{http://www.w3.org/2009/xmlenc11#}"
DSIG11 = "{http://www.w3.org/2009/xmldsig11#}"
P256_POINT = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")  # SubjectPublicKeyInfo up to the point


def _openssl(*words, data=None):
    ran = subprocess.run(["openssl", *words], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if ran.returncode != 0:
        raise ValueError(ran.stderr.decode())
    return ran.stdout


def _rsa(key, wrapped):
    return _openssl("pkeyutl", "-decrypt", "-inkey", key, "-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256",
                    "-pkeyopt", "rsa_mgf1_md:sha256", data=wrapped)


def _ec(key, wrapped, agreement):
    point = base64.b64decode(agreement.find(f".//{DSIG11}PublicKey").text)
    parameters = agreement.find(f".//{XENC11}ConcatKDFParams")
    info = b"".join(bytes.fromhex(parameters.get(name, ""))[1:] for name in ("AlgorithmID", "PartyUInfo", "PartyVInfo"))
    with tempfile.TemporaryDirectory() as folder:
        peer = os.path.join(folder, "peer.der")
        with open(peer, "wb") as file:
            file.write(P256_POINT + point)
        shared = _openssl("pkeyutl", "-derive", "-inkey", key, "-peerkey", peer, "-peerform", "DER")
    kek = hashlib.sha256((1).to_bytes(4, "big") + shared + info).digest()
    return _openssl("enc", "-d", "-id-aes256-wrap", "-K", kek.hex(), "-iv", "a6" * 8, data=wrapped)


def share_of(manifest, key, certificate_sha256):
    """x and 32 bytes, for the seat (or the substitute's place on it) of this certificate."""
    for member in tree.fromstring(manifest).iter(PLI + "Member"):
        for place in (member, *member.findall(PLI + "Substitute")):
            if base64.b64decode(place.find(PLI + "Certificate").text) != certificate_sha256:
                continue
            wrapped = base64.b64decode(place.find(f"{XENC}EncryptedKey/{XENC}CipherData/{XENC}CipherValue").text)
            agreement = place.find(f".//{XENC}AgreementMethod") if place is not member else next(
                iter(place.find(XENC + "EncryptedKey").iter(XENC + "AgreementMethod")), None)
            secret = _rsa(key, wrapped) if agreement is None else _ec(key, wrapped, agreement)
            return bytes([int(member.get("X"))]) + secret
    raise LookupError("not sealed for this certificate")
