/*
 * share.h - Shamir's secret sharing (CACM 1979) byte by byte over GF(2^8) with
 * the polynomial 0x11b, in time that does not depend on the secret.
 */
#ifndef PLI_SIGNING_SHARE_H
#define PLI_SIGNING_SHARE_H

#include "signing/signing.h"

enum { SHARE_SECRET = SIGNING_SHARE - 1 };

/* shares[n] is x = n + 1 followed by 32 bytes; any `threshold` of them give the secret back, fewer say nothing of it. */
bool share_split(const uint8_t secret[SHARE_SECRET], unsigned threshold, uint8_t (*shares)[SIGNING_SHARE], size_t count)
        __attribute__((warn_unused_result));
/* From exactly the threshold's number of shares. False where two are for the same x, or one for x = 0. */
bool share_combine(const uint8_t (*shares)[SIGNING_SHARE], size_t count, uint8_t secret[SHARE_SECRET])
        __attribute__((warn_unused_result));

#endif
