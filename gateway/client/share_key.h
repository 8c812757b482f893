/* share_key.h - the key that opens a commission member's shares: in a file, or in a token that it never leaves. */
#ifndef PLI_CLIENT_SHARE_KEY_H
#define PLI_CLIENT_SHARE_KEY_H

#include <stdbool.h>

#include "gateway/client/identity.h"
#include "gateway/core/problem.h"
#include "signing/signing.h"

struct invocation;
struct token_key;

struct share_key {
        struct token_key *token; /* or NULL: */
        struct identity identity;
};

/* --member-token URI, its PIN in --passphrase-file, its certificate there or in --member-certificate; or --member-key with
 * --member-certificate; else the identity that speaks to the gateway. */
bool share_key_open(const struct invocation *invocation, struct share_key *out, struct problem *problem)
        __attribute__((warn_unused_result));
void share_key_close(struct share_key *key);
const char *share_key_name(const struct share_key *key);
/* The share in this manifest (base64, as the gateway gives it), held against its commitment. */
bool share_key_unwrap(const struct share_key *key, const char *manifest, uint8_t share[SIGNING_SHARE], struct signing_refusal *why)
        __attribute__((warn_unused_result));
/* The same as base64; the caller wipes and frees it. NULL: refused. */
char *share_key_text(const struct share_key *key, const char *manifest, struct signing_refusal *why)
        __attribute__((warn_unused_result));

#endif
