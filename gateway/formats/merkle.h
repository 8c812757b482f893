/*
 * merkle.h - the journal's tree: RFC 9162 2.1 hashing (the same as RFC 6962's),
 * nodes addressed as C2SP tlog-tiles does. Pure: nodes come from a reader.
 *
 * A complete node (level, index) covers 2^level leaves from index·2^level on;
 * level 0 are leaf hashes. Only complete nodes are stored; the root of any size
 * and every proof come from them. Sizes count leaves, at most MERKLE_SIZE_MAX.
 */
#ifndef PLI_FORMATS_MERKLE_H
#define PLI_FORMATS_MERKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MERKLE_HASH = 32, MERKLE_SALT = 32, MERKLE_PROOF_MAX = 64 };
#define MERKLE_SIZE_MAX ((uint64_t)1 << 62)
struct merkle_hash {
        uint8_t bytes[MERKLE_HASH];
};
struct merkle_node {
        unsigned level;
        uint64_t index;
        struct merkle_hash hash;
};
struct merkle_proof {
        struct merkle_hash hashes[MERKLE_PROOF_MAX];
        size_t count;
};
/* Gives the hash of one complete node, or answers false (it is not there). */
struct merkle_reader {
        void *context;
        bool (*read)(void *context, unsigned level, uint64_t index, struct merkle_hash *out);
};

/* SHA-256(0x00 ‖ data) and SHA-256(0x01 ‖ left ‖ right). */
void merkle_leaf(const void *data, size_t size, struct merkle_hash *out);
void merkle_parent(const struct merkle_hash *left, const struct merkle_hash *right, struct merkle_hash *out);
/* A journal leaf, a salted commitment: SHA-256(0x00 ‖ salt ‖ text). */
void merkle_commitment(const uint8_t salt[MERKLE_SALT], const void *text, size_t size, struct merkle_hash *out);

/* The complete nodes that leaf number `size` adds to a tree of `size` leaves:
 * itself, then each parent it completes. *count of at most MERKLE_PROOF_MAX. */
bool merkle_append(uint64_t size, const struct merkle_hash *leaf, const struct merkle_reader *reader,
                   struct merkle_node added[MERKLE_PROOF_MAX], size_t *count) __attribute__((warn_unused_result));
/* The root of the first `size` leaves; of none: SHA-256 of nothing (RFC 9162 2.1.1). */
bool merkle_root(uint64_t size, const struct merkle_reader *reader, struct merkle_hash *out) __attribute__((warn_unused_result));
/* RFC 9162 2.1.3.1, 2.1.4.1. False where a node is missing or the numbers make no sense. */
bool merkle_inclusion(uint64_t index, uint64_t size, const struct merkle_reader *reader, struct merkle_proof *out)
        __attribute__((warn_unused_result));
bool merkle_consistency(uint64_t old_size, uint64_t size, const struct merkle_reader *reader, struct merkle_proof *out)
        __attribute__((warn_unused_result));

/* RFC 9162 2.1.3.2 and 2.1.4.2: does the proof lead from the leaf (or the older root) to this root? */
bool merkle_inclusion_check(uint64_t index, uint64_t size, const struct merkle_hash *leaf, const struct merkle_proof *proof,
                            const struct merkle_hash *root) __attribute__((warn_unused_result));
bool merkle_consistency_check(uint64_t old_size, uint64_t size, const struct merkle_hash *old_root, const struct merkle_hash *root,
                              const struct merkle_proof *proof) __attribute__((warn_unused_result));

#endif
