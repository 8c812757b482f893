/*
 * judge_trust.h - what a judge is told to trust, out of the frames of its job.
 */
#ifndef PLI_SIGNING_JUDGE_TRUST_H
#define PLI_SIGNING_JUDGE_TRUST_H

#include "gateway/core/frame.h"
#include "signing/signing.h"

struct judge_trust {
        struct signing_bytes anchors, stampers, signers; /* PEM; size 0: none */
        const struct frame *pieces;                      /* of FRAME_LIST and FRAME_EVIDENCE */
        size_t count;
        int64_t at; /* when the lists' algorithms have to be strong */
};

/* Refused where the operator's own certificates cannot be read. Lists that their announced signers did not sign, and evidence that
 * is none, are left out: without them less is trusted. Lists of lists come first, by their numbers; where there is one, no other
 * list is taken without it. */
bool judge_trust_read(const struct judge_trust *given, signing_trust **out, struct signing_refusal *why)
        __attribute__((warn_unused_result));

#endif
