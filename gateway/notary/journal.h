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

/* Who signs checkpoints: one key, or two while one takes over from the other. */
struct journal_signers {
        struct note_signer *current, *previous; /* previous may be NULL */
        struct note_key *accepted; /* signs no more (it was revoked), but its last checkpoint is gone on from; may be NULL */
};

/* Is the journal, as far as it goes, signed by one of these keys, and its root that of its nodes? */
bool journal_check(struct db *db, const struct journal_signers *signers, struct problem *problem)
        __attribute__((warn_unused_result));
/* Appends what is pending; an empty batch where nothing is. */
bool journal_take(struct db *db, const struct journal_signers *signers, struct batch *out, struct problem *problem)
        __attribute__((warn_unused_result));
/* Entries whose receipts were never made: a notary died between the two. */
bool journal_missing(struct db *db, struct batch *out, struct problem *problem) __attribute__((warn_unused_result));

#endif
