/*
 * audit.c - pliadm journal audit: is the journal what the events make of it?
 *
 * Every leaf is computed again from its event's salt and text, every complete
 * node and every checkpoint's root from the leaves. The first row that differs
 * is named; nothing after it is worth reading.
 */
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/admin/command.h"
#include "gateway/admin/tree.h"
#include "gateway/core/owner.h"

enum { PAGE = 1000, LEVELS = 63 };

DEFINE_OWNER(json_t, json_decref)

/* Rows read page by page, in the order of one integer member. */
struct reader {
        const char *function, *key;
        int64_t level; /* -1: the function takes none */
        json_t *page;  /* NULL before the first */
        size_t at;
        int64_t last;
};

struct audit {
        struct db *db;
        struct problem *problem;
        struct tree tree;
        struct reader rows, checkpoints, nodes[LEVELS];
        uint64_t checkpoint_count;
};

static bool page_read(struct db *db, struct reader *reader, struct problem *problem)
{
        struct db_argument leveled[] = {db_integer(reader->level), db_integer(reader->last), db_integer(PAGE)};
        size_t skipped = reader->level < 0 ? 1 : 0;
        json_t *page = NULL;
        if (!db_call_json(db, reader->function, leveled + skipped, 3 - skipped, &page, problem))
                return false;
        json_decref(reader->page);
        reader->page = page;
        reader->at = 0;
        return true;
}

/* The next row, NULL at the end; borrowed until the next call. False where the database fails. */
static bool row_read(struct db *db, struct reader *reader, const json_t **out, struct problem *problem)
{
        bool full = reader->page != NULL && json_array_size(reader->page) == PAGE;
        if ((reader->page == NULL || (full && reader->at == PAGE)) && !page_read(db, reader, problem))
                return false;
        *out = json_array_get(reader->page, reader->at);
        if (*out != NULL) {
                reader->at++;
                reader->last = json_integer_value(json_object_get(*out, reader->key));
        }
        return true;
}

/* Hex of exactly `size` bytes. */
static bool hex_read(const json_t *row, const char *name, uint8_t *out, size_t size)
{
        const char *text = json_string_value(json_object_get(row, name));
        if (text == NULL || strlen(text) != 2 * size)
                return false;
        for (size_t i = 0; i < size; i++) {
                unsigned byte = 0;
                if (sscanf(text + 2 * i, "%2x", &byte) != 1)
                        return false;
                out[i] = (uint8_t)byte;
        }
        return true;
}

static bool leaf_check(const json_t *row, uint64_t expected, uint8_t leaf[32], struct problem *problem)
{
        int64_t index = json_integer_value(json_object_get(row, "index"));
        int64_t event = json_integer_value(json_object_get(row, "event"));
        if (index < 0 || (uint64_t)index != expected)
                return problem_set(problem, "journal-mismatch",
                                   "Journal index %" PRIu64 " is missing; the next row is %" PRId64 ".", expected, index);
        uint8_t salt[32];
        uint8_t computed[32];
        const char *text = json_string_value(json_object_get(row, "text"));
        if (text == NULL || !hex_read(row, "salt", salt, sizeof salt))
                return problem_set(problem, "journal-mismatch", "Journal index %" PRId64 ": event %" PRId64 " is gone.", index,
                                   event);
        tree_leaf(salt, sizeof salt, text, computed);
        if (!hex_read(row, "leaf", leaf, 32) || memcmp(leaf, computed, 32) != 0)
                return problem_set(problem, "journal-mismatch",
                                   "Journal index %" PRId64 ": its leaf is not that of event %" PRId64
                                   ". Row, event or salt was changed.",
                                   index, event);
        return true;
}

static bool node_check(void *context, unsigned level, uint64_t index, const uint8_t hash[32])
{
        struct audit *audit = context;
        const json_t *row = NULL;
        if (!row_read(audit->db, &audit->nodes[level], &row, audit->problem))
                return false;
        uint8_t stored[32];
        bool same = row != NULL && (uint64_t)json_integer_value(json_object_get(row, "index")) == index &&
                    hex_read(row, "hash", stored, 32) && memcmp(stored, hash, 32) == 0;
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

/* Holds the next checkpoint against the tree, where it is of the tree's size. */
static bool checkpoint_check(struct audit *audit, const json_t **next)
{
        if (*next == NULL || (uint64_t)audit->checkpoints.last != audit->tree.size)
                return true;
        uint8_t root[32];
        uint8_t stored[32];
        tree_root(&audit->tree, root);
        if (!hex_read(*next, "root", stored, 32) || memcmp(stored, root, 32) != 0)
                return problem_set(audit->problem, "journal-mismatch",
                                   "The checkpoint of size %" PRIu64 " has another root than its leaves.", audit->tree.size);
        if (!note_says(json_string_value(json_object_get(*next, "note")), audit->tree.size, root))
                return problem_set(audit->problem, "journal-mismatch",
                                   "The note of the checkpoint of size %" PRIu64 " says something else.", audit->tree.size);
        audit->checkpoint_count++;
        return row_read(audit->db, &audit->checkpoints, next, audit->problem);
}

static bool journal_check(struct audit *audit)
{
        const json_t *row = NULL;
        const json_t *checkpoint = NULL;
        uint8_t leaf[32];
        if (!row_read(audit->db, &audit->checkpoints, &checkpoint, audit->problem) ||
            !row_read(audit->db, &audit->rows, &row, audit->problem))
                return false;
        while (row != NULL) {
                if (!leaf_check(row, audit->tree.size, leaf, audit->problem) || !tree_add(&audit->tree, leaf, node_check, audit) ||
                    !checkpoint_check(audit, &checkpoint) || !row_read(audit->db, &audit->rows, &row, audit->problem))
                        return false;
        }
        if (checkpoint != NULL)
                return problem_set(audit->problem, "journal-mismatch",
                                   "A checkpoint of size %" PRId64 " was signed, the journal has %" PRIu64
                                   " leaves: rows were taken out.",
                                   audit->checkpoints.last, audit->tree.size);
        return true;
}

static void audit_begin(struct audit *audit)
{
        audit->rows = (struct reader){.function = "api.journal_rows", .key = "index", .level = -1, .last = -1};
        audit->checkpoints = (struct reader){.function = "api.checkpoint_rows", .key = "size", .level = -1, .last = -1};
        for (int level = 0; level < LEVELS; level++)
                audit->nodes[level] = (struct reader){.function = "api.node_rows", .key = "index", .level = level, .last = -1};
}

static void audit_end(struct audit *audit)
{
        json_decref(audit->rows.page);
        json_decref(audit->checkpoints.page);
        for (int level = 0; level < LEVELS; level++)
                json_decref(audit->nodes[level].page);
        db_close(audit->db);
}

int journal_audit(const struct command *command)
{
        struct problem problem;
        struct audit audit = {.db = command_database(command, "pli_admin"), .problem = &problem};
        audit_begin(&audit);
        bool well = journal_check(&audit);
        audit_end(&audit);
        if (!well)
                return command_fail(command, &problem);
        OWN(json_t)
        answer = json_pack("{s:I, s:I}", "leaves", (json_int_t)audit.tree.size, "checkpoints", (json_int_t)audit.checkpoint_count);
        if (command->json)
                command_show_json(answer);
        else
                printf("The journal is whole: %" PRIu64 " leaves, %" PRIu64 " checkpoints, all recomputed.\n", audit.tree.size,
                       audit.checkpoint_count);
        return 0;
}
