// A share wrapped for a member's certificate, and back (XML Encryption 1.1: RSA-OAEP with SHA-256; ECDH-ES, ConcatKDF, AES-256 key wrap).
import { concat, fromBase64, hex, sha256, toBase64, utf8 } from "./bytes.js";

const KW = "http://www.w3.org/2001/04/xmlenc#kw-aes256";
const SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256";
const XENC11 = "http://www.w3.org/2009/xmlenc11#";
const curves = {
    "P-256": { uri: "urn:oid:1.2.840.10045.3.1.7", bits: 256 },
    "P-384": { uri: "urn:oid:1.3.132.0.34", bits: 384 },
    "P-521": { uri: "urn:oid:1.3.132.0.35", bits: 528 },
};

// ConcatKDF for 32 bytes is one round: SHA-256 over a counter, the secret, and what both sides know.
async function keyOf(shared, digest, usage) {
    const raw = await sha256(concat(Uint8Array.of(0, 0, 0, 1), new Uint8Array(shared), utf8(KW), digest));
    return crypto.subtle.importKey("raw", raw, "AES-KW", false, [usage]);
}

function digestXml(digest) {
    return `<ds:X509Data><dsig11:X509Digest Algorithm="${SHA256}">${toBase64(digest)}</dsig11:X509Digest></ds:X509Data>`;
}

async function wrapRsa(recipient, secret) {
    const key = await crypto.subtle.importKey("spki", recipient.spki, { name: "RSA-OAEP", hash: "SHA-256" }, false, ["encrypt"]);
    const value = new Uint8Array(await crypto.subtle.encrypt("RSA-OAEP", key, secret));
    return `<xenc:EncryptionMethod Algorithm="${XENC11}rsa-oaep"><ds:DigestMethod Algorithm="${SHA256}"/><xenc11:MGF Algorithm="${XENC11}mgf1sha256"/></xenc:EncryptionMethod>` +
        `<ds:KeyInfo>${digestXml(recipient.sha256)}</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>${toBase64(value)}</xenc:CipherValue></xenc:CipherData>`;
}

async function wrapEc(recipient, secret) {
    const algorithm = { name: "ECDH", namedCurve: recipient.curve };
    const theirs = await crypto.subtle.importKey("spki", recipient.spki, algorithm, false, []);
    const ours = await crypto.subtle.generateKey(algorithm, false, ["deriveBits"]);
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, curves[recipient.curve].bits);
    const kek = await keyOf(shared, recipient.sha256, "wrapKey");
    const held = await crypto.subtle.importKey("raw", secret, "AES-GCM", true, ["encrypt"]);
    const value = new Uint8Array(await crypto.subtle.wrapKey("raw", held, kek, "AES-KW"));
    const point = new Uint8Array(await crypto.subtle.exportKey("raw", ours.publicKey));
    return `<xenc:EncryptionMethod Algorithm="${KW}"/><ds:KeyInfo><xenc:AgreementMethod Algorithm="${XENC11}ECDH-ES">` +
        `<xenc11:KeyDerivationMethod Algorithm="${XENC11}ConcatKDF"><xenc11:ConcatKDFParams AlgorithmID="00${hex(utf8(KW))}" PartyUInfo="00" PartyVInfo="00${hex(recipient.sha256)}">` +
        `<ds:DigestMethod Algorithm="${SHA256}"/></xenc11:ConcatKDFParams></xenc11:KeyDerivationMethod>` +
        `<xenc:OriginatorKeyInfo><ds:KeyValue><dsig11:ECKeyValue><dsig11:NamedCurve URI="${curves[recipient.curve].uri}"/><dsig11:PublicKey>${toBase64(point)}</dsig11:PublicKey></dsig11:ECKeyValue></ds:KeyValue></xenc:OriginatorKeyInfo>` +
        `<xenc:RecipientKeyInfo>${digestXml(recipient.sha256)}</xenc:RecipientKeyInfo></xenc:AgreementMethod></ds:KeyInfo>` +
        `<xenc:CipherData><xenc:CipherValue>${toBase64(value)}</xenc:CipherValue></xenc:CipherData>`;
}

// `recipient`: what certificateOf() of keys.js says. The 32 bytes of a share, without its x.
export async function wrap(recipient, secret) {
    return `<xenc:EncryptedKey>${await (recipient.curve ? wrapEc : wrapRsa)(recipient, secret)}</xenc:EncryptedKey>`;
}

const value = (element, name) => fromBase64(element.getElementsByTagNameNS("*", name)[0].textContent);

async function unwrapRsa(element, pkcs8) {
    const key = await crypto.subtle.importKey("pkcs8", pkcs8, { name: "RSA-OAEP", hash: "SHA-256" }, false, ["decrypt"]);
    return new Uint8Array(await crypto.subtle.decrypt("RSA-OAEP", key, value(element, "CipherValue")));
}

async function unwrapEc(element, pkcs8, digest) {
    const uri = element.getElementsByTagNameNS("*", "NamedCurve")[0].getAttribute("URI");
    const curve = Object.keys(curves).find((name) => curves[name].uri === uri);
    const algorithm = { name: "ECDH", namedCurve: curve };
    const theirs = await crypto.subtle.importKey("raw", value(element, "PublicKey"), algorithm, false, []);
    const ours = await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["deriveBits"]);
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours, curves[curve].bits);
    const kek = await keyOf(shared, digest, "unwrapKey");
    const held = await crypto.subtle.unwrapKey("raw", value(element, "CipherValue"), kek, "AES-KW", "AES-GCM", true, ["encrypt"]);
    return new Uint8Array(await crypto.subtle.exportKey("raw", held));
}

// The share inside an xenc:EncryptedKey; throws where this key is not the one it was wrapped for. `digest`: the certificate's SHA-256.
export function unwrap(element, pkcs8, digest) {
    return element.getElementsByTagNameNS("*", "AgreementMethod").length > 0 ? unwrapEc(element, pkcs8, digest) : unwrapRsa(element, pkcs8);
}
