/*
 * report_detail.h - what a report gives to who asks for all of it: the certificate
 * chain, the revocation data believed, and the digest of what was signed.
 */
#ifndef PLI_SIGNING_REPORT_DETAIL_H
#define PLI_SIGNING_REPORT_DETAIL_H

#include <jansson.h>

#include "signing/judgement.h"

/* Keys "certificateChain", "revocationData" and "dataToBeSigned" of one signature. *signature becomes NULL for want of memory. */
void detail_put(json_t **signature, const struct judgement *judgement);

#endif
