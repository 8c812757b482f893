/*
 * seal.h - the gateway's seal (cachet): the only code that reads its key.
 */
#ifndef PLI_NOTARY_SEAL_H
#define PLI_NOTARY_SEAL_H

#include "gateway/core/problem.h"
#include "gateway/formats/receipt.h"
#include "gateway/notary/bytes.h"

struct config;
struct seal;

bool seal_open(const struct config *config, struct seal **out, struct problem *problem) __attribute__((warn_unused_result));
void seal_close(struct seal *seal);
/* The name in the seal's certificate: who issues the receipts. */
const char *seal_issuer(const struct seal *seal);
struct signing_bytes seal_certificate(const struct seal *seal); /* DER; borrowed */
/* Can it sign now, or is its token away? Asking looks for it, every few seconds. */
bool seal_ready(const struct seal *seal);
const char *seal_state(const struct seal *seal);  /* seal_key_state() */
const char *seal_detail(const struct seal *seal); /* why, where it is not "ready" */
/* By any thread: writes the receipt and signs it (XAdES-B-B); `claimed` is the database's time. Appends to *out. */
bool seal_receipt(const struct seal *seal, const struct receipt_source *source, int64_t claimed, struct bytes *out,
                  struct signing_refusal *why) __attribute__((warn_unused_result));
/* The signed receipt with the authority's answer in it (XAdES-B-T), believed only if it is about this signature and by a known
 * authority. */
bool seal_stamp(const struct seal *seal, struct signing_bytes receipt, struct signing_bytes answer, uint64_t nonce,
                struct bytes *out, struct signing_refusal *why) __attribute__((warn_unused_result));
/* The authority's answer to a batch, believed as seal_stamp() believes one. */
bool seal_batch_answer(const struct seal *seal, signing_batch *batch, struct signing_bytes answer, uint64_t nonce,
                       struct signing_refusal *why) __attribute__((warn_unused_result));

#endif
