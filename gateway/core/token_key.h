/*
 * token_key.h - a private key that never leaves its token: a session with a
 * PKCS#11 module (OASIS PKCS #11 2.40), behind libsigning's signing_key.
 *
 * The module is code of the token's maker, loaded into this process: open the key
 * before the jail closes, and in the process that will sign (sessions do not
 * survive fork()). One thread at a time.
 */
#ifndef PLI_CORE_TOKEN_KEY_H
#define PLI_CORE_TOKEN_KEY_H

#include "gateway/core/problem.h"
#include "signing/signing.h"

struct token_key;

struct token_request {
        const char *uri;                   /* token_uri.h; without module-path p11-kit's proxy gives every registered module */
        const char *pin_file;              /* its first line is the PIN; NULL: the URI's pin-source, else no login */
        struct signing_bytes certificates; /* PEM or DER: the signer's where the token has none, and its chain; may be empty */
};

/* Problems: "token-unusable" (the token, its key), "token-pin-refused" (do not ask again: it locks itself), "file-unreadable" (the
 * PIN's file). */
bool token_key_open(const struct token_request *request, struct token_key **out, struct problem *problem)
        __attribute__((warn_unused_result));
/* A commission member's share, unwrapped in the token (RSA decryption or ECDH there; the certificate says whose share). Refusals:
 * those of signing_share_unwrap(). */
bool token_key_unwrap(const struct token_key *key, const signing_manifest *manifest, uint8_t share[SIGNING_SHARE],
                      struct signing_refusal *why) __attribute__((warn_unused_result));
/* Borrowed; valid until the key is closed. */
const struct signing_key *token_key_use(const struct token_key *key);
/* NULL is allowed. */
void token_key_close(struct token_key *key);

#endif
