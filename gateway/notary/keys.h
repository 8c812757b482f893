/*
 * keys.h - tells the database what this notary signs with, for the published
 * history of keys (api.key_settle); refused where one of them is revoked.
 */
#ifndef PLI_NOTARY_KEYS_H
#define PLI_NOTARY_KEYS_H

#include "gateway/core/problem.h"
#include "gateway/notary/journal.h"
#include "gateway/notary/seal.h"

bool keys_settle(struct db *db, const struct journal_signers *signers, const struct seal *seal, struct problem *problem)
        __attribute__((warn_unused_result));

#endif
