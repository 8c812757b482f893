/*
 * batching.h - stamp_mode = batch: once an interval one time-stamp for all
 * receipts that lack one, through a hash tree (libsigning's signing_batch).
 *
 * Done in small steps, so that new facts never wait for it: collect the
 * receipts' hashes, ask the authority, put the records in. Cut short at any
 * step, what is left is in the next batch.
 */
#ifndef PLI_NOTARY_BATCHING_H
#define PLI_NOTARY_BATCHING_H

#include "gateway/notary/receipts.h"

struct batching;

struct batching *batching_new(int64_t interval); /* seconds */
void batching_free(struct batching *batching);
/* One step; *more: there is another to be done at once. */
bool batching_step(struct batching *batching, const struct office *office, struct db *db, bool *more, struct problem *problem)
        __attribute__((warn_unused_result));
/* Another notary may have been at work meanwhile: begin again. */
void batching_drop(struct batching *batching);

#endif
