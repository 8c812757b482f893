/*
 * receipts.h - makes, signs and stamps the receipts of a batch, and completes
 * those that went out without a time-stamp.
 */
#ifndef PLI_NOTARY_RECEIPTS_H
#define PLI_NOTARY_RECEIPTS_H

#include "gateway/notary/journal.h"
#include "gateway/notary/seal.h"
#include "gateway/notary/stamp.h"

/* What the notary works with. */
struct office {
        struct journal_signers signers;
        struct seal *seal;
        struct stamper *stamper; /* NULL: no authority */
        bool batched;            /* receipts go out without, their time-stamps come by batching.h */
        const char *address;     /* of the gateway, in each receipt */
};

/* *made: how many receipts were put; one that cannot be made is logged and left out. */
bool receipts_make(const struct office *office, struct db *db, const struct batch *batch, size_t *made, struct problem *problem)
        __attribute__((warn_unused_result));
/* Asks the authority for the time-stamps of some receipts that lack one. */
struct completion {
        size_t lacking, stamped;
};
bool receipts_complete(const struct office *office, struct db *db, struct completion *out, struct problem *problem)
        __attribute__((warn_unused_result));

#endif
