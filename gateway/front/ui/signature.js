// One XAdES-B-B signature (EN 319 132-1 6.3) over the files of a container. The two parts that are signed are written in their
// canonical form (exclusive XML canonicalization 1.0), so that the bytes here are those a verifier computes.
import { escapeXml, sha256 as digestOf, toBase64, utf8 } from "./bytes.js";
import { KeyFault, certificateOf } from "./keys.js";
import { sha256 } from "./vendor-hash.js";

const DS = "http://www.w3.org/2000/09/xmldsig#";
const XADES = "http://uri.etsi.org/01903/v1.3.2#";
const EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#";
const SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256";
const hashes = { "P-256": "SHA-256", "P-384": "SHA-384", "P-521": "SHA-512" };

const empty = (name, algorithm, space = "") => `<${name}${space} Algorithm="${algorithm}"></${name}>`;
const digestXml = (digest, space = "") => empty("ds:DigestMethod", SHA256, space) + `<ds:DigestValue${space}>${toBase64(digest)}</ds:DigestValue>`;
// RFC 3986: what the container's reader decodes again.
export const uriOf = (name) => name.split("/").map(encodeURIComponent).join("/");

async function fileDigest(file) {
    const hash = sha256.create();
    const reader = file.stream().getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read())
        hash.update(part.value);
    return hash.digest();
}

function properties(id, references, certificate, at) {
    const space = ` xmlns:ds="${DS}"`;
    const formats = references.map((_, n) => n).map((n) => `<xades:DataObjectFormat ObjectReference="#${id}-r${n}"><xades:MimeType>${escapeXml(references[n].type)}</xades:MimeType></xades:DataObjectFormat>`);
    return `<xades:SignedProperties xmlns:xades="${XADES}" Id="${id}-p"><xades:SignedSignatureProperties>` +
        `<xades:SigningTime>${at.toISOString().slice(0, 19)}Z</xades:SigningTime>` +
        `<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>${digestXml(certificate.sha256, space)}</xades:CertDigest></xades:Cert></xades:SigningCertificateV2>` +
        `</xades:SignedSignatureProperties><xades:SignedDataObjectProperties>${formats.join("")}</xades:SignedDataObjectProperties></xades:SignedProperties>`;
}

function info(id, references, method, propertiesDigest) {
    const files = references.map((reference, n) => `<ds:Reference Id="${id}-r${n}" URI="${escapeXml(uriOf(reference.name))}">${digestXml(reference.digest)}</ds:Reference>`);
    return `<ds:SignedInfo xmlns:ds="${DS}">${empty("ds:CanonicalizationMethod", EXCLUSIVE)}${empty("ds:SignatureMethod", method)}${files.join("")}` +
        `<ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#${id}-p"><ds:Transforms>${empty("ds:Transform", EXCLUSIVE)}</ds:Transforms>${digestXml(propertiesDigest)}</ds:Reference></ds:SignedInfo>`;
}

async function signerOf(identity) {
    const certificates = await Promise.all(identity.certificates.map(certificateOf));
    for (const certificate of certificates) {
        const hash = hashes[certificate.curve] ?? "SHA-256";
        const algorithm = certificate.curve ? { name: "ECDSA", namedCurve: certificate.curve, hash } : { name: "RSASSA-PKCS1-v1_5", hash };
        try {
            const own = await crypto.subtle.importKey("pkcs8", identity.key, algorithm, false, ["sign"]);
            const theirs = await crypto.subtle.importKey("spki", certificate.spki, algorithm, false, ["verify"]);
            const probe = crypto.getRandomValues(new Uint8Array(32));
            if (await crypto.subtle.verify(algorithm, theirs, await crypto.subtle.sign(algorithm, own, probe), probe))
                return { own, algorithm, certificate, method: `http://www.w3.org/2001/04/xmldsig-more#${certificate.curve ? "ecdsa" : "rsa"}-sha${hash.slice(4)}` };
        } catch {
            // The key is of another kind than this certificate's: the next one.
        }
    }
    throw new KeyFault("certificateMissing");
}

// META-INF/signatures0.xml for these files. `identity`: what unlock() of keys.js gave.
export async function sign(files, identity, at) {
    const signer = await signerOf(identity);
    const id = "S-" + crypto.randomUUID();
    const references = [];
    for (const { name, type, file } of files)
        references.push({ name, type, digest: await fileDigest(file) });
    const signedProperties = properties(id, references, signer.certificate, at);
    const signedInfo = info(id, references, signer.method, await digestOf(utf8(signedProperties)));
    const signature = new Uint8Array(await crypto.subtle.sign(signer.algorithm, signer.own, utf8(signedInfo)));
    return `<?xml version="1.0" encoding="UTF-8"?>\n<asic:XAdESSignatures xmlns:asic="http://uri.etsi.org/02918/v1.2.1#"><ds:Signature xmlns:ds="${DS}" Id="${id}">${signedInfo}` +
        `<ds:SignatureValue Id="${id}-v">${toBase64(signature)}</ds:SignatureValue>` +
        `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${toBase64(signer.certificate.der)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>` +
        `<ds:Object><xades:QualifyingProperties xmlns:xades="${XADES}" Target="#${id}">${signedProperties}</xades:QualifyingProperties></ds:Object>` +
        `</ds:Signature></asic:XAdESSignatures>`;
}
