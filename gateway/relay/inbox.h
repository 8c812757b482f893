/*
 * inbox.h - one look at the State's mailbox: each mail fetched whole, its answers
 * committed, and only then deleted. A mail that cannot be used is put aside, with an
 * event that says so; one whose answer the database could not take yet stays.
 */
#ifndef PLI_RELAY_INBOX_H
#define PLI_RELAY_INBOX_H

#include <stdatomic.h>

#include "gateway/core/db.h"
#include "gateway/relay/imap.h"

enum { INBOX_MAILS_MAX = 200 }; /* at one look; the rest has its turn at the next */

struct inbox {
        struct db *db;
        struct imap *imap;
        const atomic_bool *stop;
};

/* False: the mailbox or the database is away; what is done is done. */
bool inbox_look(const struct inbox *inbox, struct problem *problem) __attribute__((warn_unused_result));

#endif
