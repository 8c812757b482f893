/*
 * policy.h - the signature policy a signature was made under (EN 319 132-1 5.2.9; EN 319 102-1 5.2.4): is its digest one that
 * the policy is known by? What the policy demands of a signature is not read.
 */
#ifndef PLI_SIGNING_POLICY_H
#define PLI_SIGNING_POLICY_H

#include "signing/judgement.h"

/* The policy document counts as given where a file beside the document bears the name its URI (SPURI) ends with. */
void policy_judge(struct judgement *judgement);

#endif
