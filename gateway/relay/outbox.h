/*
 * outbox.h - filings on their way out: claim, build, send, settle, one at a time.
 *
 * The database keeps the queue: fair between bodies, each item leased, retries
 * ever later. An item is settled once its outcome is known, however long the
 * database is away; one left unsettled by a crash is claimed again and sent as
 * the same archive.
 */
#ifndef PLI_RELAY_OUTBOX_H
#define PLI_RELAY_OUTBOX_H

#include <stdatomic.h>

#include "gateway/core/db.h"
#include "gateway/relay/actes_channel.h"

struct outbox {
        struct db *db;
        struct actes_channel *channel;
        const atomic_bool *stop;
};

/* Works through what is due: until nothing is, the State is away, or *stop. A false tells that the database is away. */
bool outbox_run(const struct outbox *outbox, struct problem *problem) __attribute__((warn_unused_result));

#endif
