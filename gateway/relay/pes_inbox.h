/*
 * pes_inbox.h - one look at the DGFiP's folder of answers: each file fetched whole, what it
 * says committed, and only then deleted there. A file nobody can use is put in quarantine,
 * with an event that says so; none is in the way of the next.
 *
 * A file still being written is left alone: it must lie unchanged, by size and hour, for two
 * looks, bear no unfinished name, and end where its last element ends; one that ends too
 * early is taken for what it is only after `half_seconds`.
 */
#ifndef PLI_RELAY_PES_INBOX_H
#define PLI_RELAY_PES_INBOX_H

#include <stdatomic.h>

#include "gateway/core/db.h"
#include "gateway/relay/transfer.h"

enum { PES_ACQUIT_MAX = 32 * 1024 * 1024 }; /* bytes of an acquit, kept whole with its filing */

struct pes_seen;
struct pes_inbox {
        struct db *db;
        struct transfer *transfer;
        const char *url, *spool;
        long half_seconds;
        const atomic_bool *stop;
        struct pes_seen *seen; /* what lay there at the last look; NULL at first */
        size_t seen_count;
};

/* False: the folder or the database is away, `text` says why; what is done is done. */
bool pes_inbox_look(struct pes_inbox *inbox, char text[TRANSFER_TEXT]) __attribute__((warn_unused_result));
void pes_inbox_forget(struct pes_inbox *inbox);

#endif
