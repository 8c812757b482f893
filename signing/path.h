/*
 * path.h - from a certificate to an anchor, at a given time (RFC 5280 6, EN 319
 * 102-1 5.2.6). Nothing is fetched: what is missing is named.
 *
 * Basic, name and policy constraints, key usage by role, the strength of each
 * signature on the way, and the revocation of every certificate but the anchor.
 */
#ifndef PLI_SIGNING_PATH_H
#define PLI_SIGNING_PATH_H

#include "signing/proof.h"
#include "signing/trust.h"
#include "signing/wanted.h"

enum path_outcome {
        PATH_UNJUDGED = 0,
        PATH_GOOD,
        PATH_GOOD_REVOCATION_UNJUDGED, /* the issuers publish no revocation data, or a stamper's are not at hand */
        PATH_NO_CHAIN,                 /* an issuer is missing: detail names it, and where it is to be had */
        PATH_NOT_GRANTED,              /* the chain ends in a trust service that no list vouched for at that time */
        PATH_OUTSIDE_VALIDITY,
        PATH_OUTSIDE_NOT_REVOKED, /* the leaf has expired, and was good to its end */
        PATH_REVOKED,
        PATH_AUTHORITY_REVOKED, /* one above the leaf */
        PATH_HELD,
        PATH_REVOCATION_MISSING, /* nothing at hand about a certificate: detail names where it is to be had */
        PATH_REVOCATION_STALE,
        PATH_REVOCATION_UNENTITLED, /* only from somebody who has no right to tell */
        PATH_REVOCATION_UNUSABLE,   /* only of a form, or of a time, that tells nothing */
        PATH_REVOCATION_UNPROVEN,   /* only from a signer who was no longer to be relied on when it is proven to have existed */
        PATH_UNPROVEN,              /* so is a certificate of the path */
        PATH_WRONG_USE,             /* key usage does not allow it */
        PATH_WEAK,                  /* a digest or key too weak at that time */
        PATH_FAULTY,                /* OpenSSL's words in detail */
};

/* Longer chains are judged whole and told in part. */
enum { PATH_TOLD = 8 };

/* What was found on the way; for who asks. All is borrowed from the request's sets. */
struct path_found {
        X509 *chain[PATH_TOLD]; /* leaf first */
        size_t length;
        struct {
                const X509_CRL *list; /* one of the two, or neither */
                const OCSP_BASICRESP *answer;
                int64_t issued;
        } revocation[PATH_TOLD]; /* what was believed of each */

        int64_t revoked; /* when, of PATH_REVOKED, PATH_AUTHORITY_REVOKED and PATH_HELD */
        bool leaf;       /* it is the leaf that is outside its validity */
        X509 *issuer;    /* of the leaf, itself where it is the anchor; borrowed from the request's sets; NULL without a chain */
        struct wanted wanted; /* borrowed alike */
};

struct path_request {
        X509 *leaf;
        STACK_OF(X509) * anchors;
        STACK_OF(X509) * helpers[3];        /* possible intermediates; may be NULL */
        const struct evidence *evidence[2]; /* may be NULL */
        int64_t at;
        bool stamper;                      /* a time-stamping authority: its own key usage, revocation data optional */
        const struct signing_trust *trust; /* its services are anchors too, while granted; may be NULL */
        const struct proofs *proofs;       /* NULL: everything is taken to have existed at `at` */
        struct path_found *found;          /* or NULL */
};

enum path_outcome path_check(const struct path_request *request, char detail[256]) __attribute__((warn_unused_result));

#endif
