/*
 * proof.h - since when things are proven to have existed (EN 319 102-1 5.6.2.3).
 *
 * Everything exists now. What a trusted time-stamp covers existed at its time
 * already: certificates, CRLs and OCSP answers inside a signature, those inside
 * its time-stamps, and those it refers to by their digest. Known by the SHA-256 of
 * their DER, so that the same thing from another source is the same thing.
 */
#ifndef PLI_SIGNING_PROOF_H
#define PLI_SIGNING_PROOF_H

#include "signing/trust.h"
#include "signing/xades.h"

struct proof;

struct proofs {
        int64_t now; /* of whatever nothing proves */
        struct proof *all;
        size_t count;
        bool gathered;
};

void proofs_free(struct proofs *proofs);
/* One certificate that something else than its place proves: a signed digest names it. */
void proof_certificate(struct proofs *proofs, X509 *certificate, int64_t at);
/* What time-stamp `n` of this signature covers besides the signature itself, proven at `at`. */
void proof_stamp(struct proofs *proofs, const struct dsig *dsig, const struct xades *xades, size_t n, int64_t at);

/* NULL proofs: now is not known, and everything is taken to have existed at `otherwise`. */
int64_t proof_of_certificate(const struct proofs *proofs, X509 *certificate, int64_t otherwise);
int64_t proof_of_list(const struct proofs *proofs, const X509_CRL *list, int64_t otherwise);
int64_t proof_of_answer(const struct proofs *proofs, const OCSP_BASICRESP *answer, int64_t otherwise);

#endif
