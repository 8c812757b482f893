/*
 * token.h - one RFC 3161 time-stamp token: reading it, and holding it against
 * the data it should be about. Whether its authority is trusted is path.h's.
 */
#ifndef PLI_SIGNING_TOKEN_H
#define PLI_SIGNING_TOKEN_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "signing/signing.h"

struct token;

bool token_read(struct signing_bytes der, struct token **out, struct signing_refusal *why) __attribute__((warn_unused_result));
void token_free(struct token *token);
int64_t token_time(const struct token *token);
/* The digest its imprint was made with (NID), to digest the data with. */
int token_digest(const struct token *token);
/* The nonce it answers; false where it has none. */
bool token_nonce(const struct token *token, uint64_t *nonce);

/* RFC 3161 2.4.2, RFC 5816, RFC 5035: one signer, its signature right, its certificate the one the signed attribute names,
 * for time-stamping only and critically so. `helpers` may hold its certificate; NULL: only what the token carries. */
bool token_check(struct token *token, STACK_OF(X509) * helpers, struct signing_refusal *why) __attribute__((warn_unused_result));
bool token_about(const struct token *token, struct signing_bytes digest) __attribute__((warn_unused_result));
/* After token_check(): the digests of its imprint and signature, and its key, at that time. */
bool token_strong(const struct token *token, int64_t at) __attribute__((warn_unused_result));
/* Known after token_check(); borrowed. */
X509 *token_signer(const struct token *token);
STACK_OF(X509) * token_certificates(const struct token *token);

/* What a token carries for who checks it later, one by one, DER: certificates, CRLs and OCSP answers of its SignedData
 * (RFC 5652 5.1, RFC 5940) and of its unsigned attributes certificate-values and revocation-values (EN 319 122-1 A.1.1.2, A.1.2.2).
 */
struct token_inside {
        void *context;
        void (*certificate)(void *context, struct signing_bytes der); /* or NULL */
        void (*evidence)(void *context, struct signing_bytes der);    /* or NULL */
};
void token_inside(const struct token *token, const struct token_inside *inside);
/* The same of a token's DER. */
void token_inside_read(struct signing_bytes der, const struct token_inside *inside);

#endif
