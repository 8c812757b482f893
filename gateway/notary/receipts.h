/*
 * receipts.h - makes, signs and stamps the receipts of a batch, and completes
 * those that went out without a time-stamp.
 *
 * In three steps, so that one batch is signed while another goes in and out of the
 * database: begin, settle, put; dropped at any step, its receipts are missing ones
 * (journal_missing).
 */
#ifndef PLI_NOTARY_RECEIPTS_H
#define PLI_NOTARY_RECEIPTS_H

#include "gateway/notary/crew.h"
#include "gateway/notary/draft.h"
#include "gateway/notary/journal.h"

struct tree;

/* What the notary works with. */
struct office {
        struct journal_signers signers;
        struct seal *seal;
        struct stamper *stamper; /* NULL: no authority */
        struct crew *crew;       /* signs */
        bool batched;            /* receipts go out without, their time-stamps come by batching.h */
        const char *address;     /* of the gateway, in each receipt */
};

/* A batch whose receipts are being made; nothing where batch.count is 0. */
struct making {
        const struct office *office;
        struct batch batch;
        struct tree *tree;
        int64_t claimed; /* the signing time: the database's */
        enum receipt_stamp stamp;
        struct draft drafts[JOURNAL_BATCH];
        size_t made;
};

/* Takes the batch's content and sets the crew to work. Where the seal is away nothing is begun. */
bool receipts_begin(const struct office *office, struct db *db, struct batch *batch, struct making *making, struct problem *problem)
        __attribute__((warn_unused_result));
/* Until all are signed and, by an authority that answers, stamped. One that cannot be made is logged and left out of `made`. */
void receipts_settle(struct making *making);
/* Into the database, in one transaction; then the making is free again. */
bool receipts_put(struct making *making, struct db *db, struct problem *problem) __attribute__((warn_unused_result));
void receipts_drop(struct making *making);

/* Asks the authority for the time-stamps of some receipts that lack one. */
struct completion {
        size_t lacking, stamped;
};
bool receipts_complete(const struct office *office, struct db *db, struct completion *out, struct problem *problem)
        __attribute__((warn_unused_result));

#endif
