/*
 * post_channel.h - sends the e-mails that say that something waits, by SMTP, in a
 * thread of its own: claims one, sends it, settles it. What is refused for good
 * (5xx) is told to the buyer by an event; the rest is tried again for two days.
 */
#ifndef PLI_RELAY_POST_CHANNEL_H
#define PLI_RELAY_POST_CHANNEL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "gateway/core/config.h"
#include "gateway/core/problem.h"

struct post_channel;

/* No thread where smtp_url is empty: *out is NULL then. The configuration must outlive it. */
bool post_channel_start(const struct config *config, const atomic_bool *stop, struct post_channel **out, struct problem *problem)
        __attribute__((warn_unused_result));
void post_channel_stop(struct post_channel *channel); /* NULL is allowed */

#endif
