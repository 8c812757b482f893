/*
 * tree.h - the nodes of the journal that one piece of work needs, fetched from
 * the database in one question, with those it adds itself.
 */
#ifndef PLI_NOTARY_TREE_H
#define PLI_NOTARY_TREE_H

#include "gateway/core/problem.h"
#include "gateway/formats/merkle.h"

struct db;
struct tree;

/* The database connection is borrowed. */
struct tree *tree_new(struct db *db);
void tree_free(struct tree *tree);

/* The nodes that append and root need at this size. */
bool tree_load_root(struct tree *tree, uint64_t size, struct problem *problem) __attribute__((warn_unused_result));
/* The nodes of the inclusion proofs of these leaves. */
bool tree_load_proofs(struct tree *tree, const uint64_t *indexes, size_t count, uint64_t size, struct problem *problem)
        __attribute__((warn_unused_result));
void tree_add(struct tree *tree, const struct merkle_node *node);
/* Knows what was loaded and added. Borrowed: lives as long as the tree. */
struct merkle_reader tree_reader(struct tree *tree);

#endif
