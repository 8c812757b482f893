/*
 * receipts.h - the receipts' part of the audit: is each row the sealed receipt of
 * its own leaf, and does it carry a checkpoint that the journal knows?
 */
#ifndef PLI_ADMIN_RECEIPTS_H
#define PLI_ADMIN_RECEIPTS_H

#include "gateway/admin/rows.h"
#include "gateway/formats/note.h"

struct receipts {
        struct db *db;
        struct rows rows;
        const json_t *next; /* the row to come; NULL after the last */
        uint64_t count;
        uint64_t noted;      /* size of the checkpoint looked up last; 0: none yet */
        char note[NOTE_MAX]; /* and its note */
};

/* The connection is borrowed. Starts the library. */
bool receipts_begin(struct db *db, struct receipts *out, struct problem *problem) __attribute__((warn_unused_result));
void receipts_end(struct receipts *receipts);
/* Holds the receipt of one row of api.journal_rows against it; leaves in order. "journal-mismatch" says what differs. A leaf
 * younger than a minute may have none yet. */
bool receipts_check(struct receipts *receipts, const json_t *leaf, struct problem *problem) __attribute__((warn_unused_result));
/* After the last leaf: is there a receipt of none? */
bool receipts_check_end(const struct receipts *receipts, struct problem *problem) __attribute__((warn_unused_result));

#endif
