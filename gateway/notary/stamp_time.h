/*
 * stamp_time.h - the time a time-stamp authority's answer tells (RFC 3161 2.4.2), to
 * hold it against the database's clock before it goes into a receipt: a token of
 * another hour would be taken by any verifier, and dates the fact wrongly.
 */
#ifndef PLI_NOTARY_STAMP_TIME_H
#define PLI_NOTARY_STAMP_TIME_H

#include "signing/signing.h"

/* Of a DER TimeStampResp. False where it holds no token with a time; that is for who judges the answer to say. */
bool stamp_time_read(struct signing_bytes answer, int64_t *out) __attribute__((warn_unused_result));

#endif
