/*
 * revocation_channel.h - fetches the CRLs and OCSP answers that verdicts asked
 * for (sql/api/revocation.sql), in a thread of its own.
 *
 * Who is called was named by a certificate on a path to one of our anchors. Nobody's
 * word is taken for what comes: that it is a CRL or an OCSP answer is checked here,
 * who signed it, and for when, by the judge. Relays share the work by leases.
 */
#ifndef PLI_RELAY_REVOCATION_CHANNEL_H
#define PLI_RELAY_REVOCATION_CHANNEL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "gateway/core/config.h"
#include "gateway/core/problem.h"

struct revocation_channel;

/* Starts the thread; it ends after `stop` is set. The configuration must outlive it. */
bool revocation_channel_start(const struct config *config, const atomic_bool *stop, struct revocation_channel **out,
                              struct problem *problem) __attribute__((warn_unused_result));
/* Waits for its end: as long as one fetch may take. NULL is allowed. */
void revocation_channel_stop(struct revocation_channel *channel);

#endif
