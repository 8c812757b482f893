/*
 * judge_envelope.h - what a judge does with a sealed envelope.
 */
#ifndef PLI_SIGNING_JUDGE_ENVELOPE_H
#define PLI_SIGNING_JUDGE_ENVELOPE_H

#include "signing/judge_wire.h"

struct judge_envelope {
        struct signing_bytes manifest, shares; /* shares: a multiple of SIGNING_SHARE bytes */
        const signing_trust *trust;            /* or NULL */
        int64_t at;
};

/* The report that verdict.h describes; the caller owns it. NULL: refused (`why`), or the wire failed. */
json_t *judge_envelope_open(struct judge_wire *wire, const struct judge_envelope *job, struct signing_refusal *why)
        __attribute__((warn_unused_result));
/* Hands out one document; {"name","mediaType","size","sha256"}. */
json_t *judge_envelope_extract(struct judge_wire *wire, const struct judge_envelope *job, const char *name,
                               struct signing_refusal *why) __attribute__((warn_unused_result));
/* [true, false, …]: is each share the one that was sealed? */
json_t *judge_envelope_shares(const struct judge_envelope *job, struct signing_refusal *why) __attribute__((warn_unused_result));

#endif
