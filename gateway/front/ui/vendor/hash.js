// SHA-256 of a file as it passes: WebCrypto takes only what is whole in memory.
export { sha256 } from "@noble/hashes/sha2";
