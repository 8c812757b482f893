// Seals a container for a commission, chunk by chunk, in constant memory: AES-256-GCM in the STREAM construction (Hoang et al. 2015),
// each chunk in the octet form of XML Encryption 1.1; the content key is shared among the members.
import { concat, escapeXml, fromBase64, sha256, toBase64 } from "./bytes.js";
import { certificateOf } from "./keys.js";
import { split } from "./share.js";
import { wrap } from "./wrap.js";

export const CHUNK = 262144;
export const SEALED = CHUNK + 28;

export const contentKey = () => crypto.getRandomValues(new Uint8Array(32));

// Exactly CHUNK bytes at a time, the last one perhaps less; an empty stream is one empty chunk.
export async function* chunks(stream) {
    const reader = stream.getReader();
    let held = new Uint8Array(CHUNK);
    let filled = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
        let rest = part.value;
        while (rest.length > 0) {
            if (filled === CHUNK) {
                yield { bytes: held, last: false };
                held = new Uint8Array(CHUNK);
                filled = 0;
            }
            const taken = rest.subarray(0, CHUNK - filled);
            held.set(taken, filled);
            filled += taken.length;
            rest = rest.subarray(taken.length);
        }
    }
    yield { bytes: held.subarray(0, filled), last: true };
}

export async function sealer(raw) {
    const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
    return async (number, bytes, last) => {
        const iv = new Uint8Array(12);
        new DataView(iv.buffer).setUint32(7, number);
        iv[11] = last ? 1 : 0;
        return concat(iv, new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes)));
    };
}

async function memberXml(member, number, share) {
    const recipient = await certificateOf(fromBase64(member.certificate));
    const second = member.substitute ? await certificateOf(fromBase64(member.substitute.certificate)) : null;
    const substitute = second === null ? "" : `<Substitute><Certificate>${toBase64(second.sha256)}</Certificate>${await wrap(second, share.subarray(1))}</Substitute>`;
    return `<Member X="${number}"><Certificate>${toBase64(recipient.sha256)}</Certificate><Share>${toBase64(await sha256(share))}</Share>` +
        `${await wrap(recipient, share.subarray(1))}${substitute}</Member>`;
}

// The sealed manifest, urn:pli:sealed-envelope:1. `digests`: the chunks' SHA-256, one after the other.
export async function manifest({ consultation, lot, kind, files, size, digests, key }) {
    const shares = split(key, consultation.quorum, consultation.members.length);
    const members = await Promise.all(consultation.members.map((member, n) => memberXml(member, n + 1, shares[n])));
    const documents = files.map(({ name, type, file }) => `<Document Name="${escapeXml(name)}" MediaType="${escapeXml(type)}" Size="${file.size}"/>`);
    return `<?xml version="1.0" encoding="UTF-8"?>\n<SealedEnvelope xmlns="urn:pli:sealed-envelope:1" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:dsig11="http://www.w3.org/2009/xmldsig11#" xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" xmlns:xenc11="http://www.w3.org/2009/xmlenc11#">` +
        `<Consultation>${escapeXml(consultation.id)}</Consultation><Lot>${escapeXml(lot)}</Lot><Kind>${escapeXml(kind)}</Kind><Documents>${documents.join("")}</Documents>` +
        `<Content PlaintextSize="${size}" ChunkSize="${CHUNK}" Chunks="${digests.length / 32}"><xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm"/>` +
        `<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>${toBase64(await sha256(digests))}</ds:DigestValue></Content>` +
        `<Commission Threshold="${consultation.quorum}">${members.join("")}</Commission></SealedEnvelope>`;
}
