// Bytes as text and back, and bytes joined.
const digits = [...Array(256).keys()].map((n) => n.toString(16).padStart(2, "0"));

export const utf8 = (text) => new TextEncoder().encode(text);

export function hex(bytes) {
    return Array.from(bytes, (byte) => digits[byte]).join("");
}

export function toBase64(bytes) {
    let text = "";
    for (let at = 0; at < bytes.length; at += 0x8000)
        text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    return btoa(text);
}

export function fromBase64(text) {
    return Uint8Array.from(atob(text.replace(/\s/g, "")), (letter) => letter.charCodeAt(0));
}

export function concat(...parts) {
    const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
    parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
    return whole;
}

export async function sha256(bytes) {
    return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export function escapeXml(text) {
    const names = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;" };
    return text.replace(/[&<>"\t\n\r]/g, (letter) => names[letter]);
}
