/*
 * tree.c - a small table of nodes. What a proof needs is found out by making it
 * with a reader that only takes note; what is lacking is then asked for at once.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/db.h"
#include "gateway/core/owner.h"
#include "gateway/core/hex.h"
#include "gateway/notary/tree.h"

DEFINE_OWNER(json_t, json_decref)
static void text_free(char *text)
{
        free(text);
}
DEFINE_OWNER(char, text_free)

enum state { EMPTY = 0, WANTED, KNOWN };

struct slot {
        enum state state;
        struct merkle_node node;
};
struct tree {
        struct db *db;
        struct slot *slots;
        size_t room, count; /* room is a power of two, more than half of it empty */
};

struct tree *tree_new(struct db *db)
{
        struct tree *tree = calloc(1, sizeof *tree);
        assert(tree != NULL);
        tree->db = db;
        tree->room = 1024;
        tree->slots = calloc(tree->room, sizeof *tree->slots);
        assert(tree->slots != NULL);
        return tree;
}

void tree_free(struct tree *tree)
{
        if (tree == NULL)
                return;
        free(tree->slots);
        free(tree);
}

/* The slot of this node, or the empty one where it would stand. */
static struct slot *slot_find(const struct tree *tree, unsigned level, uint64_t index)
{
        uint64_t hash = (index * 64 + level) * 0x9e3779b97f4a7c15u;
        for (size_t at = hash >> 20;; at++) {
                struct slot *slot = &tree->slots[at & (tree->room - 1)];
                if (slot->state == EMPTY || (slot->node.level == level && slot->node.index == index))
                        return slot;
        }
}

static void slots_double(struct tree *tree)
{
        struct tree grown = {.db = tree->db, .room = tree->room * 2, .count = tree->count};
        grown.slots = calloc(grown.room, sizeof *grown.slots);
        assert(grown.slots != NULL);
        for (size_t i = 0; i < tree->room; i++)
                if (tree->slots[i].state != EMPTY)
                        *slot_find(&grown, tree->slots[i].node.level, tree->slots[i].node.index) = tree->slots[i];
        free(tree->slots);
        *tree = grown;
}

static void slot_set(struct tree *tree, enum state state, const struct merkle_node *node)
{
        if (tree->count * 2 >= tree->room)
                slots_double(tree);
        struct slot *slot = slot_find(tree, node->level, node->index);
        tree->count += slot->state == EMPTY ? 1 : 0;
        *slot = (struct slot){state, *node};
}

void tree_add(struct tree *tree, const struct merkle_node *node)
{
        slot_set(tree, KNOWN, node);
}

static bool node_known(void *context, unsigned level, uint64_t index, struct merkle_hash *out)
{
        const struct slot *slot = slot_find(context, level, index);
        if (slot->state != KNOWN)
                return false;
        *out = slot->node.hash;
        return true;
}

struct merkle_reader tree_reader(struct tree *tree)
{
        return (struct merkle_reader){tree, node_known};
}

/* ---- loading ---- */

struct wish {
        struct tree *tree;
        json_t *list; /* [[level, index]…] */
};

static bool node_wish(void *context, unsigned level, uint64_t index, struct merkle_hash *out)
{
        struct wish *wish = context;
        memset(out, 0, sizeof *out);
        if (slot_find(wish->tree, level, index)->state != EMPTY)
                return true;
        slot_set(wish->tree, WANTED, &(struct merkle_node){.level = level, .index = index});
        json_array_append_new(wish->list, json_pack("[i, I]", (int)level, (json_int_t)index));
        return true;
}

static bool answer_take(struct tree *tree, const json_t *wanted, const json_t *answer, struct problem *problem)
{
        for (size_t i = 0; i < json_array_size(wanted); i++) {
                const json_t *place = json_array_get(wanted, i);
                struct merkle_node node = {.level = (unsigned)json_integer_value(json_array_get(place, 0)),
                                           .index = (uint64_t)json_integer_value(json_array_get(place, 1))};
                if (!hex_read(json_string_value(json_array_get(answer, i)), node.hash.bytes, MERKLE_HASH))
                        return problem_set(problem, "internal", "The journal lacks node %u/%llu.", node.level,
                                           (unsigned long long)node.index);
                tree_add(tree, &node);
        }
        return true;
}

static bool wish_fetch(struct wish *wish, struct problem *problem)
{
        if (json_array_size(wish->list) == 0)
                return true;
        OWN(char) wanted = json_dumps(wish->list, JSON_COMPACT);
        OWN(json_t) answer = NULL;
        const struct db_argument arguments[] = {db_text(wanted)};
        return db_call_json(wish->tree->db, "api.journal_nodes", arguments, 1, &answer, problem) &&
               answer_take(wish->tree, wish->list, answer, problem);
}

bool tree_load_root(struct tree *tree, uint64_t size, struct problem *problem)
{
        OWN(json_t) list = json_array();
        struct wish wish = {tree, list};
        const struct merkle_reader reader = {&wish, node_wish};
        struct merkle_hash root;
        if (!merkle_root(size, &reader, &root))
                return problem_set(problem, "internal", "The journal's size makes no sense: %llu.", (unsigned long long)size);
        return wish_fetch(&wish, problem);
}

bool tree_load_proofs(struct tree *tree, const uint64_t *indexes, size_t count, uint64_t size, struct problem *problem)
{
        OWN(json_t) list = json_array();
        struct wish wish = {tree, list};
        const struct merkle_reader reader = {&wish, node_wish};
        struct merkle_proof proof;
        for (size_t i = 0; i < count; i++)
                if (!merkle_inclusion(indexes[i], size, &reader, &proof))
                        return problem_set(problem, "internal", "Entry %llu is not in a journal of %llu.",
                                           (unsigned long long)indexes[i], (unsigned long long)size);
        return wish_fetch(&wish, problem);
}
