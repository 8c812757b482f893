// Certificates and key files, read on this machine: nothing of a private key is ever sent.
import { Certificate, PFX, PKCS8ShroudedKeyBag, PrivateKeyInfo } from "./vendor-keys.js";
import { fromBase64, sha256, utf8 } from "./bytes.js";

const RSA = "1.2.840.113549.1.1.1";
const EC = "1.2.840.10045.2.1";
const curves = { "1.2.840.10045.3.1.7": "P-256", "1.3.132.0.34": "P-384", "1.3.132.0.35": "P-521" };
const KEY_BAG = "1.2.840.113549.1.12.10.1.2";
const CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3";

export class KeyFault extends Error {
    // `word`: what the catalogue says of it.
    constructor(word) {
        super(word);
        this.word = word;
    }
}

// {der, sha256, spki, curve or null, name}; throws where it is none, or its key is of a kind nobody here uses.
export async function certificateOf(der) {
    const certificate = Certificate.fromBER(der);
    const info = certificate.subjectPublicKeyInfo;
    const curve = info.algorithm.algorithmId === EC ? curves[info.algorithm.algorithmParams.valueBlock.toString()] : null;
    if (info.algorithm.algorithmId !== RSA && !curve)
        throw new KeyFault("keyKind");
    const name = certificate.subject.typesAndValues.find((part) => part.type === "2.5.4.3");
    return { der: new Uint8Array(der), sha256: await sha256(der), spki: info.toSchema().toBER(), curve, name: name?.value.valueBlock.value ?? "" };
}

function pemBlocks(text) {
    return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^-]+)-----END \1-----/g)].map(([, label, body]) => ({ label, der: fromBase64(body) }));
}

async function decrypted(der, passphrase) {
    const bag = PKCS8ShroudedKeyBag.fromBER(der);
    try {
        await bag.parseInternalValues({ password: utf8(passphrase).buffer });
    } catch {
        throw new KeyFault("passphraseWrong");
    }
    return bag.parsedValue.toSchema().toBER();
}

async function fromPem(text, passphrase) {
    const found = { key: null, certificates: [] };
    for (const { label, der } of pemBlocks(text)) {
        if (label === "PRIVATE KEY")
            found.key = der;
        else if (label === "ENCRYPTED PRIVATE KEY")
            found.key = new Uint8Array(await decrypted(der, passphrase));
        else if (label === "CERTIFICATE")
            found.certificates.push(der);
    }
    return found;
}

async function fromPfx(der, passphrase) {
    const password = utf8(passphrase).buffer;
    const found = { key: null, certificates: [] };
    const pfx = PFX.fromBER(der);
    try {
        await pfx.parseInternalValues({ password, checkIntegrity: true });
        const safe = pfx.parsedValue.authenticatedSafe;
        await safe.parseInternalValues({ safeContents: safe.safeContents.map(() => ({ password })) });
        for (const { value } of safe.parsedValue.safeContents)
            for (const bag of value.safeBags) {
                if (bag.bagId === KEY_BAG) {
                    await bag.bagValue.parseInternalValues({ password });
                    found.key = new Uint8Array(bag.bagValue.parsedValue.toSchema().toBER());
                } else if (bag.bagId === CERTIFICATE_BAG) {
                    found.certificates.push(new Uint8Array(bag.bagValue.parsedValue.toSchema().toBER()));
                }
            }
    } catch {
        throw new KeyFault("passphraseWrong");
    }
    return found;
}

// {key: PKCS#8 bytes, certificates: [DER…]} out of the files of one person: PEM (key, certificate) or PKCS#12.
export async function unlock(files, passphrase) {
    const found = { key: null, certificates: [] };
    for (const file of files) {
        const data = new Uint8Array(await file.arrayBuffer());
        const text = new TextDecoder("latin1").decode(data);
        const part = text.includes("-----BEGIN ") ? await fromPem(text, passphrase) : await fromPfx(data, passphrase);
        found.key ??= part.key;
        found.certificates.push(...part.certificates);
    }
    if (found.key === null)
        throw new KeyFault("keyMissing");
    PrivateKeyInfo.fromBER(found.key);
    return found;
}
