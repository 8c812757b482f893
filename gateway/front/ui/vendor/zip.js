// Writes a ZIP archive as a stream, entries stored: what an ASiC-E container is.
export { makeZip, predictLength } from "client-zip";
