/*
 * stamp_place.h - where a signature's time-stamp goes: the signature that lacks
 * one, and the bytes of its document with one put in. Nothing is re-serialised:
 * every other byte stays as it was signed.
 */
#ifndef PLI_SIGNING_STAMP_PLACE_H
#define PLI_SIGNING_STAMP_PLACE_H

#include "signing/dsig.h"
#include "signing/xades.h"

/* A document whose signature is to be stamped. `bytes` are its own, malloc'ed. */
struct stamp_place {
        xml_document *document;
        uint8_t *bytes;
        size_t size;
        struct dsig *dsig;
        struct xades xades;
};

/* The last signature of XAdES 1.3.2 in the XML document `bytes` that has no SignatureTimeStamp yet; takes over nothing. */
bool stamp_place_find(struct signing_bytes bytes, struct stamp_place *out, struct signing_refusal *why)
        __attribute__((warn_unused_result));
void stamp_place_free(struct stamp_place *place);
/* EN 319 132-1 5.3: the SHA-256 a SignatureTimeStamp is about. */
bool stamp_place_imprint(const struct stamp_place *place, uint8_t digest[32]) __attribute__((warn_unused_result));
/* The document with the token (DER) in a SignatureTimeStamp; malloc'ed. */
bool stamp_place_put(const struct stamp_place *place, struct signing_bytes token, uint8_t **out, size_t *size,
                     struct signing_refusal *why) __attribute__((warn_unused_result));

#endif
