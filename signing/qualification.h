/*
 * qualification.h - was it a qualified electronic signature or seal? Out of the
 * certificate's own statements and what the trusted list says of its issuer, when
 * the certificate was issued and when it signed (ETSI TS 119 615 4.4, 4.5;
 * regulation 910/2014 articles 3, 28, 32, 38).
 */
#ifndef PLI_SIGNING_QUALIFICATION_H
#define PLI_SIGNING_QUALIFICATION_H

#include "signing/trust.h"

enum qualification_purpose { PURPOSE_UNKNOWN, PURPOSE_SIGNATURE, PURPOSE_SEAL };

struct qualification {
        bool judged; /* there were trusted lists to ask */
        bool qualified, device;
        enum qualification_purpose purpose;
};

/* `issuer`: of the certificate, as the path to an anchor found it; NULL: it found none. */
struct qualification qualification_of(const struct signing_trust *trust, X509 *certificate, X509 *issuer, int64_t signed_at);
/* "QESIG", "ADESIG_QC", "ADESIG", the same of seals, "ADES"; "INDETERMINATE_…" before them where the signature is; "NOT_ADES" where
 * it has failed. NULL: not judged. */
const char *qualification_name(const struct qualification *qualification, enum signing_indication indication);

#endif
