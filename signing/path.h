/*
 * path.h - from a certificate to an anchor, at a given time (RFC 5280 6, EN 319
 * 102-1 5.2.6). Nothing is fetched: what is missing is named.
 */
#ifndef PLI_SIGNING_PATH_H
#define PLI_SIGNING_PATH_H

#include "signing/trust.h"

enum path_outcome {
        PATH_UNJUDGED = 0,
        PATH_GOOD,
        PATH_GOOD_REVOCATION_UNJUDGED, /* no revocation data was at hand at all */
        PATH_NO_CHAIN,                 /* an issuer is missing: detail names it */
        PATH_OUTSIDE_VALIDITY,
        PATH_REVOKED,
        PATH_REVOCATION_MISSING, /* there was data, none about this certificate, or it is stale */
        PATH_WRONG_USE,          /* key usage does not allow it */
        PATH_FAULTY,             /* OpenSSL's words in detail */
};

struct path_request {
        X509 *leaf;
        STACK_OF(X509) * anchors;
        STACK_OF(X509) * helpers[3];        /* possible intermediates; may be NULL */
        const struct evidence *evidence[2]; /* may be NULL */
        int64_t at;
        bool stamper; /* a time-stamping authority: its own key usage, revocation data optional */
};

enum path_outcome path_check(const struct path_request *request, char detail[256]) __attribute__((warn_unused_result));

#endif
