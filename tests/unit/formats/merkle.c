/* The journal's tree against the vectors of RFC 6962's authors and against the recursive definition. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <openssl/sha.h>

#include "gateway/formats/merkle.h"

enum { LEAVES = 130, LEVELS = 9 };

/* Complete nodes as the journal stores them. */
struct store {
        struct merkle_hash nodes[LEVELS][LEAVES];
        bool there[LEVELS][LEAVES];
        uint64_t size;
};
static struct merkle_hash leaves[LEAVES];
static struct store store;

static bool store_read(void *context, unsigned level, uint64_t index, struct merkle_hash *out)
{
        struct store *from = context;
        if (level >= LEVELS || index >= LEAVES || !from->there[level][index])
                return false;
        *out = from->nodes[level][index];
        return true;
}
static const struct merkle_reader reader = {.context = &store, .read = store_read};

static void store_append(struct store *to, const struct merkle_hash *leaf)
{
        const struct merkle_reader from = {.context = to, .read = store_read};
        struct merkle_node added[MERKLE_PROOF_MAX];
        size_t count = 0;
        assert_true(merkle_append(to->size, leaf, &from, added, &count));
        for (size_t i = 0; i < count; i++) {
                assert_false(to->there[added[i].level][added[i].index]);
                to->nodes[added[i].level][added[i].index] = added[i].hash;
                to->there[added[i].level][added[i].index] = true;
        }
        to->size++;
}

/* MTH of RFC 9162 2.1.1, as it is written, with another digest function. */
static struct merkle_hash definition(const struct merkle_hash *first, size_t count)
{
        struct merkle_hash out;
        if (count == 1)
                return first[0];
        size_t half = 1;
        while (half * 2 < count)
                half *= 2;
        uint8_t buffer[1 + 2 * MERKLE_HASH] = {1};
        struct merkle_hash left = definition(first, half), right = definition(first + half, count - half);
        memcpy(buffer + 1, left.bytes, MERKLE_HASH);
        memcpy(buffer + 1 + MERKLE_HASH, right.bytes, MERKLE_HASH);
        SHA256(buffer, sizeof buffer, out.bytes);
        return out;
}

static struct merkle_hash hex_hash(const char *hex)
{
        struct merkle_hash out;
        assert_int_equal(strlen(hex), 64);
        for (size_t i = 0; i < MERKLE_HASH; i++) {
                char pair[3] = {hex[2 * i], hex[2 * i + 1], 0};
                out.bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
        }
        return out;
}

static int leaves_make(void **state)
{
        (void)state;
        for (size_t i = 0; i < LEAVES; i++) {
                uint8_t buffer[3] = {0, (uint8_t)i, (uint8_t)(i * 7)};
                merkle_leaf(buffer + 1, 2, &leaves[i]);
                struct merkle_hash same;
                SHA256(buffer, sizeof buffer, same.bytes);
                assert_memory_equal(&leaves[i], &same, sizeof same);
                store_append(&store, &leaves[i]);
        }
        return 0;
}

static struct merkle_hash root_of(uint64_t size)
{
        struct merkle_hash root;
        assert_true(merkle_root(size, &reader, &root));
        return root;
}

static const struct {
        const char *leaf;
        size_t size;
        const char *root;
} vectors[] = {
        {"", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
        {"\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
        {"\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
        {"\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
        {"\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
        {"\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
        {"\x50\x51\x52\x53\x54\x55\x56\x57", 8, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
        {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
};

static void vectors_hold(void **state)
{
        (void)state;
        static struct store small;
        const struct merkle_reader from = {.context = &small, .read = store_read};
        struct merkle_hash root, empty = hex_hash("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_true(merkle_root(0, &from, &root));
        assert_memory_equal(&root, &empty, sizeof root);
        for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
                struct merkle_hash leaf, wanted = hex_hash(vectors[i].root);
                merkle_leaf(vectors[i].leaf, vectors[i].size, &leaf);
                store_append(&small, &leaf);
                assert_true(merkle_root(i + 1, &from, &root));
                assert_memory_equal(&root, &wanted, sizeof root);
        }
        static const char *const inclusion[] = {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                                                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"};
        static const char *const consistency[] = {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                                                  "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                                                  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"};
        struct merkle_proof one, two;
        assert_true(merkle_inclusion(0, 8, &from, &one));
        assert_true(merkle_consistency(6, 8, &from, &two));
        assert_int_equal(one.count, 3);
        assert_int_equal(two.count, 3);
        for (size_t i = 0; i < 3; i++) {
                struct merkle_hash a = hex_hash(inclusion[i]), b = hex_hash(consistency[i]);
                assert_memory_equal(&one.hashes[i], &a, sizeof a);
                assert_memory_equal(&two.hashes[i], &b, sizeof b);
        }
}

static void roots_follow_the_definition(void **state)
{
        (void)state;
        for (size_t size = 1; size <= LEAVES; size++) {
                struct merkle_hash wanted = definition(leaves, size), root = root_of(size);
                assert_memory_equal(&root, &wanted, sizeof root);
        }
}

static void every_leaf_of_every_size_is_proved(void **state)
{
        (void)state;
        for (uint64_t size = 1; size <= LEAVES; size++) {
                struct merkle_hash root = root_of(size);
                for (uint64_t index = 0; index < size; index++) {
                        struct merkle_proof proof;
                        assert_true(merkle_inclusion(index, size, &reader, &proof));
                        assert_true(merkle_inclusion_check(index, size, &leaves[index], &proof, &root));
                        assert_false(merkle_inclusion_check(index, size, &leaves[(index + 1) % LEAVES], &proof, &root));
                        for (uint64_t other = 0; other < size; other++)
                                assert_true(other == index || !merkle_inclusion_check(other, size, &leaves[index], &proof, &root));
                }
        }
}

static void every_pair_of_sizes_is_consistent(void **state)
{
        (void)state;
        for (uint64_t size = 1; size <= LEAVES; size++) {
                struct merkle_hash root = root_of(size);
                for (uint64_t old_size = 1; old_size <= size; old_size++) {
                        struct merkle_hash old_root = root_of(old_size), other = leaves[LEAVES - 1];
                        struct merkle_proof proof;
                        assert_true(merkle_consistency(old_size, size, &reader, &proof));
                        assert_true(merkle_consistency_check(old_size, size, &old_root, &root, &proof));
                        assert_false(merkle_consistency_check(old_size, size, &other, &root, &proof));
                        assert_false(merkle_consistency_check(old_size, size, &old_root, &other, &proof));
                }
        }
}

static void every_flipped_bit_of_a_proof_is_refused(void **state)
{
        (void)state;
        static const uint64_t sizes[] = {2, 7, 64, 100, 130};
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
                uint64_t size = sizes[s], old_size = size - 1;
                struct merkle_hash root = root_of(size), old_root = root_of(old_size);
                struct merkle_proof one, two;
                assert_true(merkle_inclusion(size / 2, size, &reader, &one));
                assert_true(merkle_consistency(old_size, size, &reader, &two));
                for (size_t bit = 0; bit < one.count * MERKLE_HASH * 8; bit++) {
                        struct merkle_proof bent = one;
                        bent.hashes[bit / 256].bytes[bit / 8 % 32] ^= (uint8_t)(1 << bit % 8);
                        assert_false(merkle_inclusion_check(size / 2, size, &leaves[size / 2], &bent, &root));
                }
                for (size_t bit = 0; bit < two.count * MERKLE_HASH * 8; bit++) {
                        struct merkle_proof bent = two;
                        bent.hashes[bit / 256].bytes[bit / 8 % 32] ^= (uint8_t)(1 << bit % 8);
                        assert_false(merkle_consistency_check(old_size, size, &old_root, &root, &bent));
                }
        }
}

static void proofs_of_another_length_are_refused(void **state)
{
        (void)state;
        struct merkle_hash root = root_of(100), old_root = root_of(70);
        struct merkle_proof one, two;
        assert_true(merkle_inclusion(42, 100, &reader, &one));
        assert_true(merkle_consistency(70, 100, &reader, &two));
        struct merkle_proof shorter = one, longer = one;
        shorter.count--;
        longer.hashes[longer.count++] = root;
        assert_false(merkle_inclusion_check(42, 100, &leaves[42], &shorter, &root));
        assert_false(merkle_inclusion_check(42, 100, &leaves[42], &longer, &root));
        shorter = longer = two;
        shorter.count--;
        longer.hashes[longer.count++] = root;
        assert_false(merkle_consistency_check(70, 100, &old_root, &root, &shorter));
        assert_false(merkle_consistency_check(70, 100, &old_root, &root, &longer));
        longer.count = MERKLE_PROOF_MAX + 1;
        assert_false(merkle_inclusion_check(42, 100, &leaves[42], &longer, &root));
        longer.count = 0;
        assert_false(merkle_consistency_check(70, 100, &old_root, &root, &longer));
}

static void senseless_numbers_are_refused(void **state)
{
        (void)state;
        struct merkle_hash root = root_of(8);
        struct merkle_proof proof = {.count = 0};
        struct merkle_node added[MERKLE_PROOF_MAX];
        size_t count = 0;
        assert_false(merkle_inclusion(8, 8, &reader, &proof));
        assert_false(merkle_inclusion(0, UINT64_MAX, &reader, &proof));
        assert_false(merkle_consistency(0, 8, &reader, &proof));
        assert_false(merkle_consistency(9, 8, &reader, &proof));
        assert_false(merkle_root(UINT64_MAX, &reader, &root));
        assert_false(merkle_append(UINT64_MAX, &root, &reader, added, &count));
        assert_false(merkle_inclusion_check(8, 8, &leaves[0], &proof, &root));
        assert_false(merkle_inclusion_check(0, UINT64_MAX, &leaves[0], &proof, &root));
        assert_false(merkle_consistency_check(0, 8, &root, &root, &proof));
        assert_false(merkle_consistency_check(9, 8, &root, &root, &proof));
        assert_true(merkle_consistency_check(8, 8, &root, &root, &proof));
}

static void a_missing_node_is_said(void **state)
{
        (void)state;
        struct merkle_proof proof;
        struct merkle_hash root;
        assert_false(merkle_inclusion(0, LEAVES + 1, &reader, &proof));
        assert_false(merkle_consistency(LEAVES, LEAVES + 1, &reader, &proof));
        assert_false(merkle_root(LEAVES + 1, &reader, &root));
}

static void a_commitment_hides_the_text_under_its_salt(void **state)
{
        (void)state;
        uint8_t salt[MERKLE_SALT] = {9}, all[MERKLE_SALT + 4];
        memcpy(all, salt, MERKLE_SALT);
        memcpy(all + MERKLE_SALT, "text", 4);
        struct merkle_hash one, two;
        merkle_commitment(salt, "text", 4, &one);
        merkle_leaf(all, sizeof all, &two);
        assert_memory_equal(&one, &two, sizeof one);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(vectors_hold),
                cmocka_unit_test(roots_follow_the_definition),
                cmocka_unit_test(every_leaf_of_every_size_is_proved),
                cmocka_unit_test(every_pair_of_sizes_is_consistent),
                cmocka_unit_test(every_flipped_bit_of_a_proof_is_refused),
                cmocka_unit_test(proofs_of_another_length_are_refused),
                cmocka_unit_test(senseless_numbers_are_refused),
                cmocka_unit_test(a_missing_node_is_said),
                cmocka_unit_test(a_commitment_hides_the_text_under_its_salt),
        };
        return cmocka_run_group_tests(tests, leaves_make, NULL);
}
