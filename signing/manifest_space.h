/*
 * manifest_space.h - the names that a manifest's reader and writer share.
 */
#ifndef PLI_SIGNING_MANIFEST_SPACE_H
#define PLI_SIGNING_MANIFEST_SPACE_H

#define MANIFEST_SPACE "urn:pli:sealed-envelope:1"
#define DS_SPACE "http://www.w3.org/2000/09/xmldsig#"
#define XENC_SPACE "http://www.w3.org/2001/04/xmlenc#"
#define AES256_GCM "http://www.w3.org/2009/xmlenc11#aes256-gcm"
#define SHA256_URI "http://www.w3.org/2001/04/xmlenc#sha256"

#endif
