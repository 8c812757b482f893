/*
 * webhook_channel.h - pushes the events feed to those who asked for it, in a thread
 * of its own: @CTES may keep the relay's main thread busy for minutes.
 *
 * Many deliveries are under way at once (libcurl's multi interface), one a webhook
 * at most, so that events arrive in order and a receiver that hangs delays only
 * itself. What is delivered, when and to whom is the database's affair: this
 * claims, posts and settles. A delivery whose relay dies is made again: receivers
 * know it by its webhook-id.
 */
#ifndef PLI_RELAY_WEBHOOK_CHANNEL_H
#define PLI_RELAY_WEBHOOK_CHANNEL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "gateway/core/config.h"
#include "gateway/core/problem.h"

struct webhook_channel;

/* Starts the thread; it ends after `stop` is set. The configuration must outlive it. */
bool webhook_channel_start(const struct config *config, const atomic_bool *stop, struct webhook_channel **out,
                           struct problem *problem) __attribute__((warn_unused_result));
/* Waits for its end: a second or two. NULL is allowed. */
void webhook_channel_stop(struct webhook_channel *channel);

#endif
