/*
 * strength.h - whether each method a signature relies on was strong at the moment the signature is proven to have existed at
 * (EN 319 102-1 5.2.8.4.2.4, TS 119 312). Certificates above the signer's are path.h's.
 */
#ifndef PLI_SIGNING_STRENGTH_H
#define PLI_SIGNING_STRENGTH_H

#include "signing/judgement.h"

void strength_judge(struct judgement *judgement);

#endif
