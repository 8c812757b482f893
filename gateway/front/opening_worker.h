/*
 * opening_worker.h - threads of plid that open envelopes whose quorum is met:
 * claim (a lease), unseal and verify in a judge, antivirus, settle.
 *
 * Nothing is held between two steps but the lease: a worker killed at any time
 * leaves an envelope that another claims. Memory: one content cache a thread.
 */
#ifndef PLI_FRONT_OPENING_WORKER_H
#define PLI_FRONT_OPENING_WORKER_H

#include <stdbool.h>

#include "gateway/core/problem.h"

struct config;
struct verdict_pool;

/* Call once, at start, after the judges. One thread fewer than there are judges (at least one), each with
 * its own database connection. Both are borrowed until opening_worker_stop(). */
bool opening_worker_start(const struct config *config, struct verdict_pool *judges, struct problem *problem)
        __attribute__((warn_unused_result));
/* Waits for the envelope in hand. */
void opening_worker_stop(void);

#endif
