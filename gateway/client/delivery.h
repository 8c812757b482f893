/*
 * delivery.h - brings sealed envelopes into an open deposit: chunks, manifests,
 * commit, receipt. Each step may be repeated; what has arrived is not sent again.
 */
#ifndef PLI_CLIENT_DELIVERY_H
#define PLI_CLIENT_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/core/problem.h"

struct answer;
struct invocation;
struct sealed;
struct session;

struct delivery {
        const struct invocation *invocation;
        struct session *session;
        const char *deposit, *commit_key;
        const struct sealed *sealed;
        size_t count;
        unsigned connections;
        uint64_t group_bytes; /* a request carries about this much */
        bool fresh;           /* nothing is sent yet: measure the line, say when it will arrive */
};

/* *receipt: the receipt's XML, which answer_free() frees. */
bool delivery_run(const struct delivery *delivery, struct answer *receipt, struct problem *problem)
        __attribute__((warn_unused_result));
/* Waits until the notary has made the receipt. */
bool delivery_receipt(struct session *session, const char *path, struct answer *receipt, struct problem *problem)
        __attribute__((warn_unused_result));

#endif
