/*
 * pes_channel.h - the way to the DGFiP and back: PES to one folder, answers out of another,
 * each in a thread with its own connections and its own circuit breaker, so that neither
 * waits for the other nor for @CTES. Only the active relay works; what two do at once for a
 * moment is the same file under the same name, and an answer applied once.
 */
#ifndef PLI_RELAY_PES_CHANNEL_H
#define PLI_RELAY_PES_CHANNEL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "gateway/core/config.h"
#include "gateway/core/problem.h"

struct pes_channel;

/* Without a pes_url and a pes_inbox_url there is no channel: *out is NULL. The configuration must outlive it. */
bool pes_channel_start(const struct config *config, const atomic_bool *stop, const atomic_bool *leading, struct pes_channel **out,
                       struct problem *problem) __attribute__((warn_unused_result));
/* Waits for its end. NULL is allowed. */
void pes_channel_stop(struct pes_channel *channel);

#endif
