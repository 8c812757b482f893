/*
 * stamp_token.h - the RFC 3161 token in a time-stamp property, whichever way it
 * stands there: by itself, or in the evidence record of a batch.
 */
#ifndef PLI_SIGNING_STAMP_TOKEN_H
#define PLI_SIGNING_STAMP_TOKEN_H

#include "signing/evidence_record.h"
#include "signing/token.h"
#include "signing/xades.h"

/* *record: NULL where the token stands by itself; the caller's to free, as *token is. */
bool stamp_token_read(const struct xades_stamp *stamp, struct token **token, struct evidence_record **record,
                      struct signing_refusal *why) __attribute__((warn_unused_result));
/* What the token of this record must be about: the way from this signature's data up its tree. */
bool stamp_token_root(const struct dsig *dsig, const struct xades *xades, const struct xades_stamp *stamp,
                      const struct evidence_record *record, struct work *work, struct evidence_hash *out)
        __attribute__((warn_unused_result));

#endif
