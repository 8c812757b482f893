/*
 * actes_channel.h - the way to @CTES: the main address, then the rescue address,
 * behind one circuit breaker.
 */
#ifndef PLI_RELAY_ACTES_CHANNEL_H
#define PLI_RELAY_ACTES_CHANNEL_H

#include <jansson.h>

#include "gateway/core/config.h"
#include "gateway/relay/breaker.h"
#include "gateway/relay/outbox.h"
#include "gateway/relay/parcel.h"
#include "gateway/relay/post.h"

struct actes_channel {
        const char *url, *rescue; /* rescue: "" where there is none */
        struct post *post;
        struct breaker breaker;
        char last[512]; /* why the last sending failed, or "" */
        struct parcel_options parcels;
};

/* Everything the configuration says about @CTES, checked before the first item: a wrong one must not cost a filing. */
bool actes_channel_open(const struct config *config, const atomic_bool *stop, struct actes_channel *out, struct problem *problem)
        __attribute__((warn_unused_result));
void actes_channel_close(struct actes_channel *channel);
/* As the outbox sees it; borrowed by it. `detail` gets status, url "main" or "rescue", milliseconds, text of an answer that is not
 * 200. */
struct outbox_channel actes_channel_outbox(struct actes_channel *channel);
/* `channel` is a struct actes_channel. Does its main address answer, with the right certificate and pin, and take ours? `text` says
 * why not. */
bool actes_channel_test(void *channel, char text[512]) __attribute__((warn_unused_result));

#endif
