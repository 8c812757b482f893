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

#include <jansson.h>

#include "gateway/core/db.h"
#include "gateway/relay/post.h"

/* A way to the State. send(): what api.outbox_claim answered goes out; what happened goes into `detail` (reasons, where it did
 * not). */
struct outbox_channel {
        const char *name, *noun; /* the database's name for it; what it carries, for the log */
        void *context;
        bool (*ready)(void *context); /* is it worth claiming an item now? */
        enum post_outcome (*send)(void *context, struct db *db, const json_t *item, json_t *detail);
};

struct outbox {
        struct db *db;
        const struct outbox_channel *channel;
        const atomic_bool *stop;
};

void outbox_reason(json_t *detail, const char *code, const char *clause, const char *text);

/* Works through what is due: until nothing is, the State is away, or *stop. A false tells that the database is away. */
bool outbox_run(const struct outbox *outbox, struct problem *problem) __attribute__((warn_unused_result));

#endif
