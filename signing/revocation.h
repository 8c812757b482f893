/*
 * revocation.h - was a certificate revoked at a given time? Answered out of the
 * CRLs (RFC 5280 5, 6.3) and OCSP answers (RFC 6960) at hand; nothing is fetched.
 *
 * Every piece of evidence about the certificate is looked at. A revocation wins
 * over any number of good answers; a hold wins over what is older than it.
 */
#ifndef PLI_SIGNING_REVOCATION_H
#define PLI_SIGNING_REVOCATION_H

#include "signing/proof.h"
#include "signing/trust.h"

enum revocation_state {
        REVOCATION_NONE = 0,     /* nothing at hand is about this certificate */
        REVOCATION_UNUSABLE,     /* indirect, partial or with an unknown critical extension (RFC 5280 5.2) */
        REVOCATION_UNENTITLED,   /* signed by somebody who has no right to (RFC 6960 4.2.2.2, RFC 5280 6.3.3 f) */
        REVOCATION_OUT_OF_SCOPE, /* made before the certificate was, or after it was forgotten */
        REVOCATION_STALE,        /* too old at that time (EN 319 102-1 5.2.5) */
        REVOCATION_WEAK,         /* signed with a digest too weak when it is proven to have existed */
        REVOCATION_UNPROVEN,     /* its signer was no longer to be relied on by then (EN 319 102-1 5.2.6, 5.6.2.2) */
        REVOCATION_GOOD,
        REVOCATION_HELD,
        REVOCATION_REVOKED,
};

struct revocation_query {
        X509 *certificate, *issuer;
        const struct evidence *evidence[2]; /* may be NULL */
        STACK_OF(X509) * helpers;           /* where responders' certificates may be; may be NULL */
        const struct signing_trust *trust;  /* responders vouched for by name; may be NULL */
        int64_t at;
        const struct proofs *proofs; /* NULL: evidence is taken to have existed in time */
        int64_t relied;              /* with proofs: until when the issuer's key is to be relied on */
};

struct revocation_finding {
        enum revocation_state state;
        int64_t since;        /* of a revocation or hold */
        int64_t issued;       /* thisUpdate of what was believed */
        int64_t ends;         /* when it was revoked, after the time asked about; INT64_MAX: as far as is known, never */
        const X509_CRL *list; /* what was believed: one of the two, or neither */
        const OCSP_BASICRESP *answer;
};

struct revocation_finding revocation_check(const struct revocation_query *query);
/* Does its issuer say where its status is to be had, or that nobody needs it? (RFC 5280 4.2.1.13, 4.2.2.1; EN 319 412-1 5.2) */
bool revocation_expected(X509 *certificate);
/* The first such place, "" where there is none. */
void revocation_place(X509 *certificate, char *out, size_t size);

/* ---- between the two kinds of evidence ---- */

/* What one piece of evidence says, before its age is looked at. `next`: 0 where it names none. `forgets`: what expired before that
 * is no longer told. `proven`: since when it is proven to have existed, `until`: until when its signer is to be relied on. */
struct revocation_statement {
        enum revocation_state state;
        int64_t since, issued, next, forgets, proven, until;
        bool weak; /* its digest, when it is proven */
};
/* Holds its times against the certificate's and the time asked about. */
struct revocation_finding revocation_weigh(const struct revocation_query *query, const struct revocation_statement *statement);

#endif
