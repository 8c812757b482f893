/* Names of tiles (C2SP tlog-tiles), and the tree read through them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/client/tiles.h"

static void a_tile_is_named_in_groups_of_three_digits(void **state)
{
        static const struct {
                unsigned level;
                uint64_t number;
                unsigned width;
                const char *path;
        } cases[] = {
                {0, 0, 256, "/tile/0/000"},
                {0, 5, 3, "/tile/0/005.p/3"},
                {1, 999, 256, "/tile/1/999"},
                {0, 1000, 255, "/tile/0/x001/000.p/255"},
                {2, 1234067, 256, "/tile/2/x001/x234/067"}, /* the example of the specification */
        };
        (void)state;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                char path[TILE_PATH_MAX];
                tile_path(cases[i].level, cases[i].number, cases[i].width, path);
                assert_string_equal(path, cases[i].path);
        }
}

/* ---- a gateway that serves one tree ---- */

enum { LEAVES = 70001 };
static struct {
        struct merkle_hash leaves[LEAVES];
        unsigned calls;
        bool lie;
} served;

/* The root of 2^height leaves, the slow way. */
static struct merkle_hash root_of(uint64_t first, unsigned height)
{
        struct merkle_hash left, right, out;
        if (height == 0)
                return served.leaves[first];
        left = root_of(first, height - 1);
        right = root_of(first + (1ULL << (height - 1)), height - 1);
        merkle_parent(&left, &right, &out);
        return out;
}

bool session_call(struct session *session, const struct call *call, struct answer *out, struct problem *problem)
{
        unsigned level = 0, thousands = 0, number = 0, width = 256;
        (void)session;
        served.calls++;
        if (sscanf(call->path, "/tile/%u/x%u/%u.p/%u", &level, &thousands, &number, &width) < 3 &&
            sscanf(call->path, "/tile/%u/%u.p/%u", &level, &number, &width) < 2)
                return problem_set(problem, "not-found", "%s", call->path);
        number += thousands * 1000;
        out->size = (size_t)width * MERKLE_HASH;
        out->body = malloc(out->size);
        assert_non_null(out->body);
        for (unsigned i = 0; i < width; i++) {
                struct merkle_hash hash = root_of(((uint64_t)number * 256 + i) << (8 * level), 8 * level);
                memcpy(out->body + (size_t)i * MERKLE_HASH, &hash, MERKLE_HASH);
        }
        if (served.lie)
                out->size--;
        return true;
}

void answer_free(struct answer *answer)
{
        free(answer->body);
}

static void every_node_is_read_and_each_tile_asked_for_once(void **state)
{
        (void)state;
        for (unsigned i = 0; i < LEAVES; i++)
                merkle_leaf(&i, sizeof i, &served.leaves[i]);
        struct tiles *tiles = tiles_new(NULL, LEAVES);
        const struct merkle_reader reader = tiles_reader(tiles);
        struct merkle_hash root, hash, expected;
        assert_true(merkle_root(LEAVES, &reader, &root));
        unsigned asked = served.calls;
        assert_true(asked > 0 && asked <= 3);
        assert_true(merkle_root(LEAVES, &reader, &root));
        assert_int_equal(served.calls, asked);
        for (unsigned level = 0; level <= 16; level++) {
                uint64_t last = ((uint64_t)LEAVES >> level) - 1;
                assert_true(reader.read(reader.context, level, last, &hash));
                expected = root_of(last << level, level);
                assert_memory_equal(&hash, &expected, sizeof hash);
                assert_false(reader.read(reader.context, level, last + 1, &hash));
        }
        struct merkle_proof proof;
        assert_true(merkle_inclusion(69999, LEAVES, &reader, &proof));
        assert_true(merkle_inclusion_check(69999, LEAVES, &served.leaves[69999], &proof, &root));
        assert_null(tiles_problem(tiles));
        tiles_free(tiles);
}

static void a_tile_of_another_size_is_a_problem(void **state)
{
        (void)state;
        struct tiles *tiles = tiles_new(NULL, 300);
        const struct merkle_reader reader = tiles_reader(tiles);
        struct merkle_hash root;
        served.lie = true;
        assert_false(merkle_root(300, &reader, &root));
        assert_string_equal(tiles_problem(tiles)->row->code, "gateway-answer");
        served.lie = false;
        tiles_free(tiles);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_tile_is_named_in_groups_of_three_digits),
                cmocka_unit_test(every_node_is_read_and_each_tile_asked_for_once),
                cmocka_unit_test(a_tile_of_another_size_is_a_problem),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
