/*
 * journal.h - events in commit order become leaves: index, nodes, checkpoint,
 * in one transaction. Of two notaries only one can append (api.journal_append).
 */
#ifndef PLI_NOTARY_JOURNAL_H
#define PLI_NOTARY_JOURNAL_H

#include <jansson.h>

#include "gateway/core/problem.h"
#include "gateway/formats/note.h"

struct db;

/* Events taken at once: a batch shares one checkpoint and one flush. */
enum { JOURNAL_BATCH = 256 };

struct entry {
        int64_t event;
        uint64_t index;
        uint8_t salt[MERKLE_SALT];
        const char *text; /* borrowed from the batch */
};
/* Some entries, and what proves them: the checkpoint's note. */
struct batch {
        json_t *rows;
        struct entry entries[JOURNAL_BATCH];
        size_t count;
        uint64_t size; /* of the journal at the checkpoint */
        char note[NOTE_MAX];
};
void batch_clear(struct batch *batch);

/* Is the journal, as far as it goes, signed by this key, and its root that of its nodes? */
bool journal_check(struct db *db, const struct note_signer *signer, struct problem *problem) __attribute__((warn_unused_result));
/* Appends what is pending; an empty batch where nothing is. */
bool journal_take(struct db *db, const struct note_signer *signer, struct batch *out, struct problem *problem)
        __attribute__((warn_unused_result));
/* Entries whose receipts were never made: a notary died between the two. */
bool journal_missing(struct db *db, struct batch *out, struct problem *problem) __attribute__((warn_unused_result));

#endif
