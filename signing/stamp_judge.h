/*
 * stamp_judge.h - the time-stamps of a signature (EN 319 102-1 5.4): what each is
 * about, whether it can be believed, and what it proves (5.5.4, 5.6.2.3).
 */
#ifndef PLI_SIGNING_STAMP_JUDGE_H
#define PLI_SIGNING_STAMP_JUDGE_H

#include "signing/judgement.h"

/* Fills the judgement's stamps and proofs, and the best signature time. */
void stamps_judge(struct judgement *judgement);

#endif
