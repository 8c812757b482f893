/*
 * key_sign.h - how any private key OpenSSL can use signs for XML: a key in memory,
 * or one in a token behind OpenSSL's methods.
 */
#ifndef PLI_SIGNING_KEY_SIGN_H
#define PLI_SIGNING_KEY_SIGN_H

#include <openssl/evp.h>

#include "signing/signing.h"

/* PKCS#1 v1.5 for RSA, PSS for RSA-PSS, raw r || s for elliptic curves; NID_undef: EdDSA over a message. The contract of
 * signing_key's sign(). */
bool key_sign(EVP_PKEY *key, int digest_nid, struct signing_bytes digest, uint8_t *signature, size_t *size)
        __attribute__((warn_unused_result));

#endif
