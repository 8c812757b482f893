/*
 * trust.h - what the caller of signing_verify() trusts and knows.
 */
#ifndef PLI_SIGNING_TRUST_H
#define PLI_SIGNING_TRUST_H

#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include "signing/certificate.h"
#include "signing/service.h"

DEFINE_STACK_OF(OCSP_BASICRESP)

/* Revocation data, from the caller or from inside a signature. */
struct evidence {
        STACK_OF(X509_CRL) * lists;
        STACK_OF(OCSP_BASICRESP) * answers;
};
struct evidence evidence_new(void);
void evidence_free(struct evidence *evidence);
/* A CRL or an OCSP answer, DER or PEM; false where it is neither. */
bool evidence_add(struct evidence *evidence, struct signing_bytes bytes) __attribute__((warn_unused_result));
bool evidence_empty(const struct evidence *evidence);

struct signing_trust {
        STACK_OF(X509) * anchors, *stampers, *others;
        struct evidence evidence;
        struct service *services;      /* of trusted lists */
        struct list_of_lists *pointed; /* what lists of lists say of others (list_of_lists.h) */
};
/* Whether there is anything a chain could end in, in that role. */
bool trust_judges(const struct signing_trust *trust, enum service_role role);

#endif
