/*
 * wanted.h - revocation data that a path lacks, and where its issuers say it is to
 * be had: for a caller who may go out and fetch it (RFC 5280 4.2.1.13, 4.2.2.1).
 *
 * Only what lies on a path to an anchor is named, so that nobody but a trusted
 * issuer can send a caller anywhere.
 */
#ifndef PLI_SIGNING_WANTED_H
#define PLI_SIGNING_WANTED_H

#include <jansson.h>
#include <openssl/x509.h>

enum { WANTED_MAX = 8 };

/* Borrowed certificates, each with its issuer. */
struct wanted {
        X509 *certificates[WANTED_MAX], *issuers[WANTED_MAX];
        size_t count;
};
/* What comes too much is left out. */
void wanted_add(struct wanted *wanted, X509 *certificate, X509 *issuer);
/* [{"kind": "ocsp", "url", "request": base64 of the DER of RFC 6960 4.1} | {"kind": "crl", "url"}]; NULL without memory. */
json_t *wanted_json(const struct wanted *wanted);

#endif
