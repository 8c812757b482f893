// An ASiC-E container (EN 319 162-1 4.4) as a stream: the same files, signature and instant give the same bytes, so that a deposit
// that was cut goes on after the page was closed.
import { escapeXml } from "./bytes.js";
import { makeZip, predictLength } from "./vendor-zip.js";

const ASIC_E = "application/vnd.etsi.asic-e+zip";

function manifest(files) {
    const entry = (name, type) => `<manifest:file-entry manifest:full-path="${escapeXml(name)}" manifest:media-type="${escapeXml(type)}"/>`;
    return `<?xml version="1.0" encoding="UTF-8"?>\n<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">` +
        `${entry("/", ASIC_E)}${files.map(({ name, type }) => entry(name, type)).join("")}</manifest:manifest>`;
}

// {size, open}: open() reads the files anew, as a stream. `signature`: META-INF/signatures0.xml, or null.
export function container(files, signature, at) {
    const entries = [
        { name: "mimetype", input: ASIC_E, size: ASIC_E.length },
        ...files.map(({ name, file }) => ({ name, input: file, size: file.size })),
        { name: "META-INF/manifest.xml", input: new Blob([manifest(files)]) },
        ...(signature === null ? [] : [{ name: "META-INF/signatures0.xml", input: new Blob([signature]) }]),
    ].map((entry) => ({ ...entry, size: entry.size ?? entry.input.size, lastModified: at }));
    return { size: Number(predictLength(entries)), open: () => makeZip(entries) };
}
