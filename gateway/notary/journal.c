/* journal.c - appends batches of events to the journal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/db.h"
#include "gateway/core/owner.h"
#include "gateway/core/hex.h"
#include "gateway/notary/journal.h"
#include "gateway/notary/tree.h"

DEFINE_OWNER(json_t, json_decref)
typedef struct tree tree_t;
DEFINE_OWNER(tree_t, tree_free)
static void text_free(char *text)
{
        free(text);
}
DEFINE_OWNER(char, text_free)

enum { HEX = 2 * MERKLE_HASH + 1 };

void batch_clear(struct batch *batch)
{
        json_decref(batch->rows);
        batch->rows = NULL;
        batch->count = 0;
}

/* ---- what the database says ---- */

static bool state_read(struct db *db, uint64_t *size, char note[NOTE_MAX], struct problem *problem)
{
        OWN(json_t) state = NULL;
        if (!db_call_json(db, "api.journal_state", NULL, 0, &state, problem))
                return false;
        json_int_t count = json_integer_value(json_object_get(state, "size"));
        const char *text = json_string_value(json_object_get(state, "note"));
        if (count < 0 || (count > 0 && (text == NULL || strlen(text) >= NOTE_MAX)))
                return problem_set(problem, "internal", "The journal has %lld entries and no checkpoint.", (long long)count);
        *size = (uint64_t)count;
        snprintf(note, NOTE_MAX, "%s", text != NULL ? text : "");
        return true;
}

static bool row_read(const json_t *row, struct entry *out)
{
        out->event = json_integer_value(json_object_get(row, "event"));
        out->index = (uint64_t)json_integer_value(json_object_get(row, "index"));
        out->text = json_string_value(json_object_get(row, "text"));
        return out->event > 0 && out->text != NULL &&
               hex_read(json_string_value(json_object_get(row, "salt")), out->salt, MERKLE_SALT);
}

static bool rows_read(struct db *db, const char *function, struct batch *out, struct problem *problem)
{
        const struct db_argument most[] = {db_integer(JOURNAL_BATCH)};
        if (!db_call_json(db, function, most, 1, &out->rows, problem))
                return false;
        for (size_t i = 0; i < json_array_size(out->rows) && i < JOURNAL_BATCH; i++) {
                if (!row_read(json_array_get(out->rows, i), &out->entries[i]))
                        return problem_set(problem, "internal", "%s answered a row that is no event.", function);
                out->count++;
        }
        return true;
}

/* ---- appending ---- */

struct addition {
        struct tree *tree;
        json_t *entries, *nodes;
        struct checkpoint checkpoint;
};

static bool node_add(struct addition *addition, const struct merkle_node *node)
{
        char hash[HEX];
        tree_add(addition->tree, node);
        if (node->level == 0) /* the entry itself carries its leaf */
                return true;
        hex_write(node->hash.bytes, MERKLE_HASH, hash);
        return json_array_append_new(addition->nodes, json_pack("{s:i, s:I, s:s}", "level", (int)node->level, "index",
                                                                (json_int_t)node->index, "hash", hash)) == 0;
}

static bool entry_add(struct addition *addition, struct entry *entry)
{
        const struct merkle_reader reader = tree_reader(addition->tree);
        struct merkle_node added[MERKLE_PROOF_MAX];
        struct merkle_hash leaf;
        size_t count = 0;
        char hash[HEX];
        merkle_commitment(entry->salt, entry->text, strlen(entry->text), &leaf);
        if (!merkle_append(addition->checkpoint.size, &leaf, &reader, added, &count))
                return false;
        entry->index = addition->checkpoint.size++;
        for (size_t i = 0; i < count; i++)
                if (!node_add(addition, &added[i]))
                        return false;
        hex_write(leaf.bytes, MERKLE_HASH, hash);
        return json_array_append_new(addition->entries, json_pack("{s:I, s:s}", "event", (json_int_t)entry->event, "leaf", hash)) ==
               0;
}

/* One call, one transaction: leaves, nodes and checkpoint are there together or not at all. */
static bool addition_write(struct db *db, const struct addition *addition, uint64_t first, const char *note,
                           struct problem *problem)
{
        char hash[HEX];
        hex_write(addition->checkpoint.root.bytes, MERKLE_HASH, hash);
        OWN(json_t)
        checkpoint = json_pack("{s:I, s:s, s:s}", "size", (json_int_t)addition->checkpoint.size, "root", hash, "note", note);
        OWN(char) entries = json_dumps(addition->entries, JSON_COMPACT);
        OWN(char) nodes = json_dumps(addition->nodes, JSON_COMPACT);
        OWN(char) signed_root = json_dumps(checkpoint, JSON_COMPACT);
        if (entries == NULL || nodes == NULL || signed_root == NULL)
                return problem_set(problem, "internal", "No memory to write the journal.");
        const struct db_argument arguments[] = {db_integer((int64_t)first), db_text(entries), db_text(nodes), db_text(signed_root)};
        return db_call(db, "api.journal_append", arguments, 4, problem);
}

static bool batch_append(struct db *db, const struct journal_signers *signers, struct batch *batch, uint64_t first,
                         struct problem *problem)
{
        OWN(tree_t) tree = tree_new(db);
        OWN(json_t) entries = json_array();
        OWN(json_t) nodes = json_array();
        struct addition addition = {.tree = tree, .entries = entries, .nodes = nodes, .checkpoint = {.size = first}};
        const struct merkle_reader reader = tree_reader(tree);
        struct signing_refusal why;
        if (!tree_load_root(tree, first, problem))
                return false;
        for (size_t i = 0; i < batch->count; i++)
                if (!entry_add(&addition, &batch->entries[i]))
                        return problem_set(problem, "internal", "Event %lld could not be added to the tree.",
                                           (long long)batch->entries[i].event);
        snprintf(addition.checkpoint.origin, sizeof addition.checkpoint.origin, "%s", note_signer_key(signers->current)->name);
        if (!merkle_root(addition.checkpoint.size, &reader, &addition.checkpoint.root))
                return problem_set(problem, "internal", "The journal's tree lacks a node.");
        if (!checkpoint_sign(&addition.checkpoint, signers->current, batch->note, &why) ||
            (signers->previous != NULL && !note_sign_also(signers->previous, batch->note, &why)))
                return problem_set(problem, "internal", "%s", why.sentence);
        batch->size = addition.checkpoint.size;
        return addition_write(db, &addition, first, batch->note, problem);
}

bool journal_take(struct db *db, const struct journal_signers *signers, struct batch *out, struct problem *problem)
{
        uint64_t first = 0;
        char note[NOTE_MAX];
        batch_clear(out);
        if (!rows_read(db, "api.event_pending", out, problem))
                return false;
        if (out->count == 0)
                return true;
        return state_read(db, &first, note, problem) && batch_append(db, signers, out, first, problem);
}

bool journal_missing(struct db *db, struct batch *out, struct problem *problem)
{
        batch_clear(out);
        return rows_read(db, "api.receipt_missing", out, problem) &&
               (out->count == 0 || state_read(db, &out->size, out->note, problem));
}

/* By the key that takes over, or by the one it takes over from. */
static bool note_known(const char *note, const struct journal_signers *signers, struct checkpoint *out, struct signing_refusal *why)
{
        const struct signing_bytes bytes = {(const uint8_t *)note, strlen(note)};
        struct signing_refusal first;
        if (checkpoint_check(bytes, note_signer_key(signers->current), out, &first))
                return true;
        *why = first;
        if (signers->previous != NULL)
                return checkpoint_check(bytes, note_signer_key(signers->previous), out, why);
        return signers->accepted != NULL && checkpoint_check(bytes, signers->accepted, out, why);
}

bool journal_check(struct db *db, const struct journal_signers *signers, struct problem *problem)
{
        uint64_t size = 0;
        char note[NOTE_MAX];
        struct checkpoint checkpoint;
        struct merkle_hash root;
        struct signing_refusal why;
        if (!state_read(db, &size, note, problem))
                return false;
        if (size == 0)
                return true;
        OWN(tree_t) tree = tree_new(db);
        const struct merkle_reader reader = tree_reader(tree);
        if (!note_known(note, signers, &checkpoint, &why))
                return problem_set(problem, "journal-mismatch", "The last checkpoint: %s", why.sentence);
        if (!tree_load_root(tree, size, problem))
                return false;
        if (checkpoint.size != size || !merkle_root(size, &reader, &root) || memcmp(&root, &checkpoint.root, sizeof root) != 0)
                return problem_set(problem, "journal-mismatch", "The journal's nodes do not make the root of its last checkpoint.");
        return true;
}
