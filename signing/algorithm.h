/*
 * algorithm.h - the methods this library takes, and until when each is strong
 * (ETSI TS 119 312). What is not in the table does not exist here: HMAC, XSLT,
 * XPointer and network transforms are not switched off, they are not registered.
 */
#ifndef PLI_SIGNING_ALGORITHM_H
#define PLI_SIGNING_ALGORITHM_H

#include <openssl/evp.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/transforms.h>

#include "signing/signing.h"

enum algorithm_use { ALGORITHM_DIGEST, ALGORITHM_SIGNATURE, ALGORITHM_CANONICAL, ALGORITHM_TRANSFORM };

struct algorithm {
        enum algorithm_use use;
        const char *uri;
        xmlSecTransformId (*klass)(void);
        const char *digest; /* OpenSSL name, or NULL */
        int64_t until;      /* strong before this instant; INT64_MAX: no end known */
};

/* NULL: unknown, to be refused. `uri` may be NULL. */
const struct algorithm *algorithm_find(const char *uri, enum algorithm_use use);
bool algorithm_strong(const struct algorithm *algorithm, int64_t at);
/* A digest by OpenSSL's number (NID), as time-stamps and certificates name it. */
bool algorithm_digest_strong(int nid, int64_t at);
/* RSA, DSA and elliptic curve sizes. */
bool algorithm_key_strong(const EVP_PKEY *key, int64_t at);
/* Empties xmlsec's process-wide tables and fills them with this one. */
bool algorithm_register(void) __attribute__((warn_unused_result));

#endif
