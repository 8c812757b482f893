/*
 * certificate.h - X.509 certificates as this library handles them: sets of them,
 * what identifies one, what is shown of one.
 */
#ifndef PLI_SIGNING_CERTIFICATE_H
#define PLI_SIGNING_CERTIFICATE_H

#include <openssl/x509.h>

#include "signing/signing.h"

/* A set of certificates. The caller frees it with certificates_free(). */
STACK_OF(X509) * certificates_new(void);
void certificates_free(STACK_OF(X509) * set);
/* Adds one or several certificates, PEM or DER; false where there is none, or something else. */
bool certificates_read(STACK_OF(X509) * set, struct signing_bytes bytes) __attribute__((warn_unused_result));
/* Adds one DER certificate, once. */
bool certificates_add(STACK_OF(X509) * set, struct signing_bytes der) __attribute__((warn_unused_result));
bool certificates_join(STACK_OF(X509) * set, STACK_OF(X509) * more) __attribute__((warn_unused_result));
bool certificates_has(STACK_OF(X509) * set, X509 *certificate);

/* Is `value` the digest (OpenSSL's name) of its DER? */
bool certificate_digest_is(X509 *certificate, const char *digest, struct signing_bytes value);
/* RFC 5035 IssuerSerial, as SigningCertificateV2 and ESSCertID carry it. */
bool certificate_issuer_serial_is(X509 *certificate, struct signing_bytes der);
/* Decimal, as ds:X509SerialNumber writes it. */
bool certificate_serial_is(X509 *certificate, const char *decimal);
/* Was the digest (NID) strong enough to sign certificates and revocation data with, at a time they are proven to have existed at?
 */
bool certificate_digest_strong(int nid, int64_t at);

/* Texts for people (RFC 2253 names, decimal serial, hex SHA-256). The caller frees them. */
char *certificate_subject(X509 *certificate);
char *certificate_issuer(X509 *certificate);
char *certificate_serial(X509 *certificate);
bool certificate_sha256(X509 *certificate, char hex[65]);

#endif
