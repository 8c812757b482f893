/*
 * actes_channel.h - the way to @CTES: the main address, then the rescue address,
 * behind one circuit breaker.
 */
#ifndef PLI_RELAY_ACTES_CHANNEL_H
#define PLI_RELAY_ACTES_CHANNEL_H

#include <jansson.h>

#include "gateway/core/config.h"
#include "gateway/relay/breaker.h"
#include "gateway/relay/parcel.h"
#include "gateway/relay/post.h"

struct actes_channel {
        const char *url, *rescue; /* rescue: "" where there is none */
        struct post *post;
        struct breaker breaker;
        struct parcel_options parcels;
};

/* Everything the configuration says about @CTES, checked before the first item: a wrong one must not cost a filing. */
bool actes_channel_open(const struct config *config, const atomic_bool *stop, struct actes_channel *out, struct problem *problem)
        __attribute__((warn_unused_result));
void actes_channel_close(struct actes_channel *channel);
/* Sends, and adds to `detail` what happened: status, url "main" or "rescue", milliseconds, text of an answer that is not 200. */
enum post_outcome actes_channel_send(struct actes_channel *channel, const struct parcel *parcel, json_t *detail)
        __attribute__((warn_unused_result));
/* Is it worth claiming an item now? */
bool actes_channel_ready(const struct actes_channel *channel);

#endif
