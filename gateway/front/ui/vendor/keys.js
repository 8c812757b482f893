// Certificates and key files: PEM, PKCS#8 under a passphrase, PKCS#12.
export { Certificate, PFX, PKCS8ShroudedKeyBag, PrivateKeyInfo } from "pkijs";
