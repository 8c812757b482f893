/*
 * tree.h - the journal's tree for the audit: written apart from formats/merkle.c
 * on purpose, so that one mistake does not hide the other. Grows leaf by leaf,
 * keeping the roots of its complete subtrees only (RFC 9162 2.1.1).
 */
#ifndef PLI_ADMIN_TREE_H
#define PLI_ADMIN_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tree {
        uint64_t size;
        uint8_t peaks[64][32]; /* peaks[level] counts where bit `level` of size is set */
};

/* SHA-256(0x00 || salt || text). */
void tree_leaf(const uint8_t *salt, size_t salt_size, const char *text, uint8_t out[32]);
/* Adds a leaf; each node that becomes complete is shown to seen(), which answers false to stop. */
bool tree_add(struct tree *tree, const uint8_t leaf[32],
              bool (*seen)(void *context, unsigned level, uint64_t index, const uint8_t hash[32]), void *context)
        __attribute__((warn_unused_result));
/* The root of a tree of at least one leaf. */
void tree_root(const struct tree *tree, uint8_t out[32]);

#endif
