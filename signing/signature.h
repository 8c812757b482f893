/*
 * signature.h - makes one XAdES-B-B signature (EN 319 132-1 6.3) over digests it is given.
 *
 * Exclusive canonicalisation throughout, so that the signature may be moved into
 * any document: what it signs of itself declares all its own namespaces.
 */
#ifndef PLI_SIGNING_SIGNATURE_H
#define PLI_SIGNING_SIGNATURE_H

#include "signing/signing.h"
#include "signing/xml.h"

/* Where what is signed lies, seen from the signature (XMLDSig 2.1). */
enum signature_form {
        SIGNATURE_ENVELOPED,  /* around it: the document's root holds the signature */
        SIGNATURE_CONTAINER,  /* beside it, in the container: root asic:XAdESSignatures (EN 319 162-1 4.3.3.2) */
        SIGNATURE_DETACHED,   /* beside it */
        SIGNATURE_ENVELOPING, /* in it, each file in base64 */
};

struct signature_reference {
        const char *uri; /* as it is to stand there; "" for the document around the signature; of no use where enveloping */
        const char *media_type;
        struct signing_bytes content; /* enveloping only */
        uint8_t sha256[32];
};

struct signature_request {
        const struct signing_key *key;
        int64_t claimed;
        const struct signature_reference *references;
        size_t count;
        enum signature_form form;
};

bool signature_make(const struct signature_request *request, xml_document **out, struct signing_refusal *why)
        __attribute__((warn_unused_result));
/* Reads `document` again and verifies its last signature as anybody would, files
 * beside it excepted: a token that signs wrongly must not be believed. */
bool signature_check(struct signing_bytes document, const struct signing_key *key, struct signing_refusal *why)
        __attribute__((warn_unused_result));

#endif
