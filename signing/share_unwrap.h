/*
 * share_unwrap.h - a member's share by any private key OpenSSL can use: one in
 * memory, or one in a token behind OpenSSL's methods.
 */
#ifndef PLI_SIGNING_SHARE_UNWRAP_H
#define PLI_SIGNING_SHARE_UNWRAP_H

#include <openssl/evp.h>

#include "signing/signing.h"

/* `certificate`: DER, of a member or of who stands in for one. The share is held against the manifest's commitment. */
bool share_unwrap(const signing_manifest *manifest, EVP_PKEY *key, struct signing_bytes certificate, uint8_t share[SIGNING_SHARE],
                  struct signing_refusal *why) __attribute__((warn_unused_result));

#endif
