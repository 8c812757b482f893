/*
 * stamp_place.h - where an unsigned property goes: a signature of an XML document
 * or of a container, and its bytes with the property put in. Nothing is
 * re-serialised: every other byte stays as it was signed.
 */
#ifndef PLI_SIGNING_STAMP_PLACE_H
#define PLI_SIGNING_STAMP_PLACE_H

#include "signing/dsig.h"
#include "signing/xades.h"

#define STAMP_CANONICAL "http://www.w3.org/2001/10/xml-exc-c14n#"

/* A signature of XAdES 1.3.2 to be raised. `bytes` are the XML's own, malloc'ed. */
struct stamp_place {
        xml_document *document;
        uint8_t *bytes;
        size_t size;
        struct dsig *dsig;
        struct xades xades;
        size_t number;                /* of the signature in this XML */
        signing_container *container; /* the XML is its entry; or NULL */
        size_t entry;
};

/* The last signature that has no SignatureTimeStamp yet, or the one with this number, in the order of the report, which counts
 * no counter-signatures. Its references have not been checked. `document` must outlive the place. */
enum { STAMP_PLACE_UNSTAMPED = -1 };
bool stamp_place_open(const struct signing_bytes *document, int64_t which, struct stamp_place *out, struct signing_refusal *why)
        __attribute__((warn_unused_result));
/* The same signature in `bytes`, which are malloc'ed and taken over: what stamp_place_put() made of it. */
bool stamp_place_again(const struct stamp_place *place, uint8_t *bytes, size_t size, struct stamp_place *out,
                       struct signing_refusal *why) __attribute__((warn_unused_result));
void stamp_place_free(struct stamp_place *place);

/* EN 319 132-1 5.3: the SHA-256 a SignatureTimeStamp is about. */
bool stamp_place_imprint(const struct stamp_place *place, uint8_t digest[32]) __attribute__((warn_unused_result));
/* The XML with `properties` (elements that declare their own namespaces) as the last of UnsignedSignatureProperties; malloc'ed. */
bool stamp_place_put(const struct stamp_place *place, const char *properties, uint8_t **out, size_t *size,
                     struct signing_refusal *why) __attribute__((warn_unused_result));
/* Is this the token of the signature's last time-stamp? */
bool stamp_place_holds(const struct stamp_place *place, struct signing_bytes token) __attribute__((warn_unused_result));
/* The document, or the container with this entry replaced. */
bool stamp_place_write(const struct stamp_place *place, struct signing_bytes xml, const struct signing_sink *out,
                       struct signing_refusal *why) __attribute__((warn_unused_result));

/* A time-stamp's element: `name` with its namespace, the canonicalisation and the token. malloc'ed, or NULL. */
char *stamp_place_text(const char *space, const char *name, struct signing_bytes token);

#endif
