/*
 * imap_inbox.h - the State's mailbox, looked at every imap_seconds in a thread of
 * its own: a sending may take minutes. Only the active relay looks; two that look at
 * once for a moment apply each answer once all the same.
 */
#ifndef PLI_RELAY_IMAP_INBOX_H
#define PLI_RELAY_IMAP_INBOX_H

#include <stdatomic.h>
#include <stdbool.h>

#include "gateway/core/config.h"
#include "gateway/core/problem.h"

struct imap_inbox;

/* Without an imap_url there is no mailbox: *out is NULL. The configuration must outlive it. */
bool imap_inbox_start(const struct config *config, const atomic_bool *stop, const atomic_bool *leading, struct imap_inbox **out,
                      struct problem *problem) __attribute__((warn_unused_result));
/* Waits for its end. NULL is allowed. */
void imap_inbox_stop(struct imap_inbox *inbox);

#endif
