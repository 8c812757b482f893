/*
 * issued.h - issuers' signatures on certificates and revocation lists, verified
 * once: the same few authorities stand in document after document.
 *
 * Remembered is that a signature was right, under the SHA-256 of the issuer's whole
 * public key and every byte of what it signed. Dates, rights, revocation and strength
 * are looked at each time; a wrong signature is computed each time. Bounded.
 */
#ifndef PLI_SIGNING_ISSUED_H
#define PLI_SIGNING_ISSUED_H

#include <openssl/x509_vfy.h>
#include <stdbool.h>

/* Is the signature on it the issuer's? (RFC 5280 4.1.1.3, 5.1.1.3) */
bool issued_certificate(X509 *certificate, X509 *issuer);
bool issued_list(X509_CRL *list, X509 *issuer);
/* Before X509_verify_cert(): a chain of remembered signatures, each certificate valid at the context's time, is not verified again.
 * Any other goes the way it would have gone. */
void issued_watch(X509_STORE_CTX *context);
void issued_clear(void);

#endif
