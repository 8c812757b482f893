/*
 * channel_report.h - what the relay says of a channel to the database: up or down, and the
 * outcome of a test that an operator asked for. Said on a change, and once a minute.
 */
#ifndef PLI_RELAY_CHANNEL_REPORT_H
#define PLI_RELAY_CHANNEL_REPORT_H

#include "gateway/core/db.h"
#include "gateway/relay/breaker.h"

struct channel_report {
        const char *channel; /* the database's name for it */
        /* Tries the channel, sending nothing; `text` says why it failed. */
        bool (*test)(void *context, char text[512]);
        void *context;
        bool was_down;
        int64_t said; /* seconds of a clock that never goes back */
};

/* `failed`: of the breakers, the worse one; `text`: why it last failed. A database that is away is told at the next look. */
void channel_report(struct channel_report *report, struct db *db, const struct breaker *failed, const char *text);

#endif
