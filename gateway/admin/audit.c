/*
 * audit.c - pliadm journal audit: is the journal what the events make of it, and
 * are the receipts those of the journal?
 *
 * Every leaf is computed again from its event's salt and text, every complete node
 * and every checkpoint's root from the leaves; no event may stand aside, no row may
 * be more than these. All of it is read as of one instant. The first row that
 * differs is named; nothing after it is worth reading.
 */
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/admin/command.h"
#include "gateway/admin/journal_keys.h"
#include "gateway/admin/receipts.h"
#include "gateway/admin/tree.h"
#include "gateway/core/owner.h"

enum { PAGE = 1000, LEVELS = 63 };

DEFINE_OWNER(json_t, json_decref)

struct audit {
        struct db *db;
        struct problem *problem;
        struct tree tree;
        struct rows leaves, checkpoints, nodes[LEVELS];
        uint64_t checkpoint_count;
        struct journal_keys keys;  /* none: signatures are not judged */
        struct receipts *receipts; /* NULL: not judged */
};

static bool leaf_check(const json_t *row, uint64_t expected, uint8_t leaf[32], struct problem *problem)
{
        int64_t index = rows_integer(row, "index"), event = rows_integer(row, "event");
        if (index < 0 || (uint64_t)index != expected)
                return problem_set(problem, "journal-mismatch",
                                   "Journal index %" PRIu64 " is missing; the next row is %" PRId64 ".", expected, index);
        uint8_t salt[32], computed[32];
        const char *text = json_string_value(json_object_get(row, "text"));
        if (text == NULL || !rows_hex(row, "salt", salt, sizeof salt))
                return problem_set(problem, "journal-mismatch", "Journal index %" PRId64 ": event %" PRId64 " is gone.", index,
                                   event);
        tree_leaf(salt, sizeof salt, text, computed);
        if (!rows_hex(row, "leaf", leaf, 32) || memcmp(leaf, computed, 32) != 0)
                return problem_set(problem, "journal-mismatch",
                                   "Journal index %" PRId64 ": its leaf is not that of event %" PRId64
                                   ". Row, event or salt was changed.",
                                   index, event);
        const char *column = json_string_value(json_object_get(row, "differs"));
        return column == NULL ||
               problem_set(problem, "journal-mismatch",
                           "Journal index %" PRId64 ": the column %s of event %" PRId64 " does not say what its text says.", index,
                           column, event);
}

static bool node_check(void *context, unsigned level, uint64_t index, const uint8_t hash[32])
{
        struct audit *audit = context;
        const json_t *row = NULL;
        if (!rows_read(audit->db, &audit->nodes[level], &row, audit->problem))
                return false;
        uint8_t stored[32];
        bool same = row != NULL && (uint64_t)rows_integer(row, "index") == index && rows_hex(row, "hash", stored, 32) &&
                    memcmp(stored, hash, 32) == 0;
        return same || problem_set(audit->problem, "journal-mismatch",
                                   "Node %" PRIu64 " of level %u is missing or not that of its leaves.", index, level);
}

/* A signed note's text: origin, size, base64 of the root, one a line (C2SP tlog-checkpoint). */
static bool note_says(const char *note, uint64_t size, const uint8_t root[32])
{
        unsigned char base64[48];
        char wanted[96];
        EVP_EncodeBlock(base64, root, 32);
        snprintf(wanted, sizeof wanted, "\n%" PRIu64 "\n%s\n", size, (const char *)base64);
        const char *line = note != NULL ? strchr(note, '\n') : NULL;
        return line != NULL && strncmp(line, wanted, strlen(wanted)) == 0;
}

static bool checkpoint_differs(const struct audit *audit, const char *what)
{
        return problem_set(audit->problem, "journal-mismatch", "The checkpoint of size %" PRIu64 " %s", audit->tree.size, what);
}

/* Holds the next checkpoint against the tree, where it is of the tree's size. */
static bool signed_check(struct audit *audit, const json_t **next)
{
        if (*next == NULL || (uint64_t)audit->checkpoints.last != audit->tree.size)
                return true;
        uint8_t root[32], stored[32];
        const char *note = json_string_value(json_object_get(*next, "note"));
        tree_root(&audit->tree, root);
        if (!rows_hex(*next, "root", stored, 32) || memcmp(stored, root, 32) != 0)
                return checkpoint_differs(audit, "has another root than its leaves.");
        if (!note_says(note, audit->tree.size, root))
                return problem_set(audit->problem, "journal-mismatch",
                                   "The note of the checkpoint of size %" PRIu64 " says something else.", audit->tree.size);
        if (audit->keys.count > 0 && !journal_keys_sign(&audit->keys, note))
                return checkpoint_differs(audit, "is not signed by the journal's key.");
        audit->checkpoint_count++;
        return rows_read(audit->db, &audit->checkpoints, next, audit->problem);
}

/* After the last leaf: no checkpoint, node or event may be left over, and the last leaf is under a checkpoint. */
static bool ends_check(struct audit *audit, const json_t *checkpoint, uint64_t last_signed)
{
        if (checkpoint != NULL)
                return problem_set(audit->problem, "journal-mismatch",
                                   "A checkpoint of size %" PRId64 " was signed, the journal has %" PRIu64
                                   " leaves: rows were taken out.",
                                   audit->checkpoints.last, audit->tree.size);
        if (last_signed != audit->tree.size)
                return problem_set(audit->problem, "journal-mismatch",
                                   "Journal index %" PRIu64
                                   " and after are under no checkpoint: rows were put in, or a checkpoint taken out.",
                                   last_signed);
        for (unsigned level = 1; level < LEVELS; level++) {
                const json_t *row = NULL;
                if (!rows_read(audit->db, &audit->nodes[level], &row, audit->problem))
                        return false;
                if (row != NULL)
                        return problem_set(audit->problem, "journal-mismatch", "Node %" PRId64 " of level %u covers no leaves.",
                                           rows_integer(row, "index"), level);
        }
        return true;
}

static bool strays_check(struct audit *audit)
{
        OWN(json_t) strays = NULL;
        if (!db_call_json(audit->db, "api.event_strays", NULL, 0, &strays, audit->problem))
                return false;
        const json_t *stray = json_array_get(strays, 0);
        if (stray == NULL)
                return true;
        return problem_set(audit->problem, "journal-mismatch",
                           json_is_true(json_object_get(stray, "waits"))
                                   ? "Event %" PRId64 " waits for the notary and its columns do not say what its text says."
                                   : "Event %" PRId64 " is not in the journal and does not wait for it.",
                           rows_integer(stray, "event"));
}

static bool row_check(struct audit *audit, const json_t *row, const json_t **checkpoint, uint64_t *last_signed)
{
        uint8_t leaf[32];
        uint64_t before = audit->checkpoint_count;
        if (!leaf_check(row, audit->tree.size, leaf, audit->problem) || !tree_add(&audit->tree, leaf, node_check, audit) ||
            !signed_check(audit, checkpoint))
                return false;
        if (audit->checkpoint_count > before)
                *last_signed = audit->tree.size;
        return audit->receipts == NULL || receipts_check(audit->receipts, row, audit->problem);
}

static bool journal_check(struct audit *audit)
{
        const json_t *row = NULL, *checkpoint = NULL;
        uint64_t last_signed = 0;
        if (!rows_read(audit->db, &audit->checkpoints, &checkpoint, audit->problem) ||
            !rows_read(audit->db, &audit->leaves, &row, audit->problem))
                return false;
        while (row != NULL) {
                if (!row_check(audit, row, &checkpoint, &last_signed) ||
                    !rows_read(audit->db, &audit->leaves, &row, audit->problem))
                        return false;
        }
        return ends_check(audit, checkpoint, last_signed) && strays_check(audit) &&
               (audit->receipts == NULL || receipts_check_end(audit->receipts, audit->problem));
}

static struct rows rows_of(const char *function, const char *key, int64_t level)
{
        return (struct rows){.function = function, .key = key, .level = level, .page_size = PAGE, .last = -1};
}

/* One instant for all that is read: the notary goes on meanwhile. */
static bool audit_begin(struct audit *audit)
{
        audit->leaves = rows_of("api.journal_rows", "index", -1);
        audit->checkpoints = rows_of("api.checkpoint_rows", "size", -1);
        for (int level = 0; level < LEVELS; level++)
                audit->nodes[level] = rows_of("api.node_rows", "index", level);
        return db_script(audit->db, "begin isolation level repeatable read read only", audit->problem);
}

static void audit_end(struct audit *audit)
{
        rows_end(&audit->leaves);
        rows_end(&audit->checkpoints);
        for (int level = 0; level < LEVELS; level++)
                rows_end(&audit->nodes[level]);
        db_close(audit->db);
}

static bool audit_run(struct audit *audit, bool receipts)
{
        static struct receipts kept;
        if (!audit_begin(audit))
                return false;
        if (!receipts)
                return journal_check(audit);
        audit->receipts = &kept;
        bool well = receipts_begin(audit->db, &kept, audit->problem) && journal_check(audit);
        receipts_end(&kept);
        return well;
}

/* "--journal-key KEY" any number of times, "--no-receipts". */
static bool arguments_read(const struct command *command, struct journal_keys *keys, bool *receipts, struct problem *problem)
{
        for (int i = 0; i < command->argc; i++) {
                if (strcmp(command->argv[i], "--no-receipts") == 0) {
                        *receipts = false;
                } else if (strcmp(command->argv[i], "--journal-key") == 0 && i + 1 < command->argc) {
                        if (!journal_keys_add(keys, command->argv[++i], problem))
                                return false;
                } else {
                        return problem_set(problem, "usage", "%s is no argument of the audit", command->argv[i]);
                }
        }
        return true;
}

static void audit_show(const struct command *command, const struct audit *audit)
{
        uint64_t receipts = audit->receipts != NULL ? audit->receipts->count : 0;
        OWN(json_t)
        answer = json_pack("{s:I, s:I, s:I, s:b}", "leaves", (json_int_t)audit->tree.size, "checkpoints",
                           (json_int_t)audit->checkpoint_count, "receipts", (json_int_t)receipts, "signatures",
                           audit->keys.count > 0);
        if (command->json) {
                command_show_json(answer);
                return;
        }
        printf("The journal is whole: %" PRIu64 " leaves, %" PRIu64 " checkpoints, %" PRIu64 " receipts, all recomputed.\n",
               audit->tree.size, audit->checkpoint_count, receipts);
        if (audit->keys.count == 0)
                puts("The checkpoints' signatures were not judged: give --journal-key.");
}

int journal_audit(const struct command *command)
{
        static struct audit audit;
        struct problem problem = {0};
        bool receipts = true;
        audit.problem = &problem;
        if (!arguments_read(command, &audit.keys, &receipts, &problem))
                return command_fail(command, &problem);
        audit.db = command_database(command, "pli_admin");
        bool well = audit_run(&audit, receipts);
        audit_end(&audit);
        if (!well)
                return command_fail(command, &problem);
        audit_show(command, &audit);
        return 0;
}
