/*
 * private_key.h - a private key out of PEM (PKCS#8, PKCS#1, SEC 1), DER or PKCS#12.
 */
#ifndef PLI_SIGNING_PRIVATE_KEY_H
#define PLI_SIGNING_PRIVATE_KEY_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "signing/signing.h"

struct private_key {
        EVP_PKEY *key;
        X509 *certificate;      /* PKCS#12 only, or NULL */
        STACK_OF(X509) * chain; /* PKCS#12 only, or NULL */
};

/* `passphrase` NULL: none; nobody is ever asked for one. */
bool private_key_read(struct signing_bytes bytes, const char *passphrase, struct private_key *out, struct signing_refusal *why)
        __attribute__((warn_unused_result));
void private_key_clear(struct private_key *key);
/* One certificate or several, PEM or DER, appended to `out`. */
bool private_key_certificates(struct signing_bytes bytes, STACK_OF(X509) * out, struct signing_refusal *why)
        __attribute__((warn_unused_result));

#endif
