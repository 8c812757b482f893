/*
 * merkle.c - the journal's tree. Ranges of leaves are named by (first, count);
 * in this tree every range met is either a complete node or a right edge, whose
 * complete nodes are the one bits of its count, from the left.
 */
#include <assert.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#include "gateway/formats/merkle.h"

static EVP_MD *sha256;
static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;

static void sha256_fetch(void)
{
        sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
        assert(sha256 != NULL);
}

struct part {
        const void *data;
        size_t size;
};

static void parts_hash(const struct part *parts, size_t count, struct merkle_hash *out)
{
        pthread_once(&sha256_once, sha256_fetch);
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        assert(context != NULL);
        int good = EVP_DigestInit_ex2(context, sha256, NULL) == 1;
        for (size_t i = 0; i < count; i++)
                good &= EVP_DigestUpdate(context, parts[i].data, parts[i].size) == 1;
        good &= EVP_DigestFinal_ex(context, out->bytes, NULL) == 1;
        assert(good);
        EVP_MD_CTX_free(context);
}

void merkle_leaf(const void *data, size_t size, struct merkle_hash *out)
{
        struct part parts[] = {{"\0", 1}, {data, size}};
        parts_hash(parts, 2, out);
}

void merkle_parent(const struct merkle_hash *left, const struct merkle_hash *right, struct merkle_hash *out)
{
        struct part parts[] = {{"\1", 1}, {left->bytes, MERKLE_HASH}, {right->bytes, MERKLE_HASH}};
        struct merkle_hash parent;
        parts_hash(parts, 3, &parent);
        *out = parent;
}

void merkle_commitment(const uint8_t salt[MERKLE_SALT], const void *text, size_t size, struct merkle_hash *out)
{
        struct part parts[] = {{"\0", 1}, {salt, MERKLE_SALT}, {text, size}};
        parts_hash(parts, 3, out);
}

static unsigned lowest_bit(uint64_t n)
{
        return (unsigned)__builtin_ctzll(n);
}

/* The largest power of two smaller than n (n > 1): where RFC 9162 2.1.1 splits. */
static uint64_t split(uint64_t n)
{
        return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

static bool node_read(const struct merkle_reader *reader, unsigned level, uint64_t index, struct merkle_hash *out)
{
        return reader->read(reader->context, level, index, out);
}

/* The root of the leaves [first, first + count): its complete nodes, folded from the right. */
static bool range_root(uint64_t first, uint64_t count, const struct merkle_reader *reader, struct merkle_hash *out)
{
        struct merkle_hash root, left;
        uint64_t end = first + count;
        unsigned level = lowest_bit(count);
        if (!node_read(reader, level, (end >> level) - 1, &root))
                return false;
        for (count -= (uint64_t)1 << level; count > 0; count -= (uint64_t)1 << level) {
                level = lowest_bit(count);
                if (!node_read(reader, level, ((first + count) >> level) - 1, &left))
                        return false;
                merkle_parent(&left, &root, &root);
        }
        *out = root;
        return true;
}

bool merkle_append(uint64_t size, const struct merkle_hash *leaf, const struct merkle_reader *reader,
                   struct merkle_node added[MERKLE_PROOF_MAX], size_t *count)
{
        if (size >= MERKLE_SIZE_MAX)
                return false;
        size_t n = 0;
        added[n++] = (struct merkle_node){.level = 0, .index = size, .hash = *leaf};
        for (uint64_t index = size; (index & 1) == 1; index >>= 1) {
                struct merkle_node *parent = &added[n], *child = &added[n - 1];
                struct merkle_hash left;
                if (!node_read(reader, child->level, child->index - 1, &left))
                        return false;
                parent->level = child->level + 1;
                parent->index = child->index >> 1;
                merkle_parent(&left, &child->hash, &parent->hash);
                n++;
        }
        *count = n;
        return true;
}

bool merkle_root(uint64_t size, const struct merkle_reader *reader, struct merkle_hash *out)
{
        if (size > MERKLE_SIZE_MAX)
                return false;
        if (size == 0) {
                parts_hash(NULL, 0, out);
                return true;
        }
        return range_root(0, size, reader, out);
}

static void proof_reverse(struct merkle_proof *proof)
{
        for (size_t i = 0; i < proof->count / 2; i++) {
                struct merkle_hash kept = proof->hashes[i];
                proof->hashes[i] = proof->hashes[proof->count - 1 - i];
                proof->hashes[proof->count - 1 - i] = kept;
        }
}

static bool proof_add(struct merkle_proof *proof, uint64_t first, uint64_t count, const struct merkle_reader *reader)
{
        assert(proof->count < MERKLE_PROOF_MAX);
        return range_root(first, count, reader, &proof->hashes[proof->count++]);
}

bool merkle_inclusion(uint64_t index, uint64_t size, const struct merkle_reader *reader, struct merkle_proof *out)
{
        if (index >= size || size > MERKLE_SIZE_MAX)
                return false;
        struct merkle_proof proof = {.count = 0};
        uint64_t first = 0;
        while (size > 1) {
                uint64_t half = split(size);
                bool right = index - first >= half;
                if (!proof_add(&proof, right ? first : first + half, right ? half : size - half, reader))
                        return false;
                first += right ? half : 0;
                size = right ? size - half : half;
        }
        proof_reverse(&proof);
        *out = proof;
        return true;
}

/* SUBPROOF of RFC 9162 2.1.4.1, from the root down; `whole` is its b: the old tree is a subtree whose root the verifier knows. */
bool merkle_consistency(uint64_t old_size, uint64_t size, const struct merkle_reader *reader, struct merkle_proof *out)
{
        if (old_size == 0 || old_size > size || size > MERKLE_SIZE_MAX)
                return false;
        struct merkle_proof proof = {.count = 0};
        uint64_t first = 0;
        bool whole = true;
        while (old_size < size) {
                uint64_t half = split(size);
                bool right = old_size > half;
                if (!proof_add(&proof, right ? first : first + half, right ? half : size - half, reader))
                        return false;
                if (right) {
                        first += half;
                        old_size -= half;
                        whole = false;
                }
                size = right ? size - half : half;
        }
        if (!whole && !proof_add(&proof, first, size, reader))
                return false;
        proof_reverse(&proof);
        *out = proof;
        return true;
}

static bool hash_equal(const struct merkle_hash *a, const struct merkle_hash *b)
{
        return memcmp(a->bytes, b->bytes, MERKLE_HASH) == 0;
}

/* Up to the level at which `node` is no right-edge child that stands alone. */
static void lone_skip(uint64_t *node, uint64_t *last)
{
        while ((*node & 1) == 0 && *node != 0) {
                *node >>= 1;
                *last >>= 1;
        }
}

bool merkle_inclusion_check(uint64_t index, uint64_t size, const struct merkle_hash *leaf, const struct merkle_proof *proof,
                            const struct merkle_hash *root)
{
        if (index >= size || size > MERKLE_SIZE_MAX || proof->count > MERKLE_PROOF_MAX)
                return false;
        uint64_t node = index, last = size - 1;
        struct merkle_hash hash = *leaf;
        for (size_t i = 0; i < proof->count; i++) {
                if (last == 0)
                        return false;
                if ((node & 1) == 1 || node == last) {
                        merkle_parent(&proof->hashes[i], &hash, &hash);
                        lone_skip(&node, &last);
                } else {
                        merkle_parent(&hash, &proof->hashes[i], &hash);
                }
                node >>= 1;
                last >>= 1;
        }
        return last == 0 && hash_equal(&hash, root);
}

struct roots {
        struct merkle_hash old, new;
};

/* The steps of RFC 9162 2.1.4.2 after its special cases: both roots grow along one path. */
static bool roots_grow(uint64_t node, uint64_t last, const struct merkle_hash *path, size_t count, struct roots *roots)
{
        for (size_t i = 0; i < count; i++) {
                if (last == 0)
                        return false;
                if ((node & 1) == 1 || node == last) {
                        merkle_parent(&path[i], &roots->old, &roots->old);
                        merkle_parent(&path[i], &roots->new, &roots->new);
                        lone_skip(&node, &last);
                } else {
                        merkle_parent(&roots->new, &path[i], &roots->new);
                }
                node >>= 1;
                last >>= 1;
        }
        return last == 0;
}

bool merkle_consistency_check(uint64_t old_size, uint64_t size, const struct merkle_hash *old_root, const struct merkle_hash *root,
                              const struct merkle_proof *proof)
{
        if (old_size == 0 || old_size > size || size > MERKLE_SIZE_MAX || proof->count > MERKLE_PROOF_MAX)
                return false;
        if (old_size == size)
                return proof->count == 0 && hash_equal(old_root, root);
        bool known = (old_size & (old_size - 1)) == 0; /* a complete old tree is its own first node */
        if (!known && proof->count == 0)
                return false;
        const struct merkle_hash *path = known ? proof->hashes : proof->hashes + 1;
        size_t count = known ? proof->count : proof->count - 1;
        struct merkle_hash seed = known ? *old_root : proof->hashes[0];
        struct roots roots = {seed, seed};
        uint64_t node = old_size - 1, last = size - 1;
        while ((node & 1) == 1) {
                node >>= 1;
                last >>= 1;
        }
        return roots_grow(node, last, path, count, &roots) && hash_equal(&roots.old, old_root) && hash_equal(&roots.new, root);
}
