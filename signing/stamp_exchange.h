/*
 * stamp_exchange.h - the two messages of RFC 3161 that a caller carries: what to
 * ask a time-stamping authority, and whether its answer may be believed.
 */
#ifndef PLI_SIGNING_STAMP_EXCHANGE_H
#define PLI_SIGNING_STAMP_EXCHANGE_H

#include "signing/signing.h"

enum { STAMP_DIGEST = 32 }; /* SHA-256 */

/* RFC 3161 2.4.1, with the authority's certificate asked for. */
bool stamp_request_write(const uint8_t digest[STAMP_DIGEST], uint64_t nonce, const struct signing_sink *out,
                         struct signing_refusal *why) __attribute__((warn_unused_result));
/* RFC 3161 2.4.2: the token in `answer`, about this digest and nonce, its signature right, its authority trusted (`trust`
 * NULL or without anchors: not judged). *token is the caller's to OPENSSL_free(). */
bool stamp_answer_accept(struct signing_bytes answer, const uint8_t digest[STAMP_DIGEST], uint64_t nonce,
                         const signing_trust *trust, struct signing_bytes *token, struct signing_refusal *why)
        __attribute__((warn_unused_result));

#endif
