/*
 * judge_pes.h - what a judge does with a PES Aller: reads it as it passes and hands
 * out the files inside. What is found wrong is part of the answer, not a refusal.
 */
#ifndef PLI_SIGNING_JUDGE_PES_H
#define PLI_SIGNING_JUDGE_PES_H

#include "signing/judge_wire.h"

/* {"facts": formats/pes.h, "reasons": [{"code","clause","text"}…]}; the caller owns it. NULL: the wire failed. */
json_t *judge_pes(struct judge_wire *wire) __attribute__((warn_unused_result));

#endif
