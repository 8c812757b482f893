/* Tile paths: C2SP tlog-tiles, "Merkle tree": one spelling for each tile, and no other is taken. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/front/journal.h"

static void canonical_paths_are_read(void **state)
{
        (void)state;
        const struct {
                const char *path;
                int level;
                int64_t tile;
                int width;
        } cases[] = {
                {"/tile/0/000", 0, 0, 256},
                {"/tile/0/067", 0, 67, 256},
                {"/tile/0/x001/x234/067", 0, 1234067, 256},
                {"/tile/3/x999/999.p/255", 3, 999999, 255},
                {"/tile/0/000.p/1", 0, 0, 1},
                {"/tile/63/x001/000", 63, 1000, 256},
                {"/tile/0/x010/x000/x000/x000/000", 0, 10000000000000, 256},
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                struct journal_tile_name name;
                assert_true(journal_tile_parse(cases[i].path, &name));
                assert_int_equal(name.level, cases[i].level);
                assert_int_equal(name.tile, cases[i].tile);
                assert_int_equal(name.width, cases[i].width);
        }
}

static void every_other_spelling_is_refused(void **state)
{
        (void)state;
        const char *const refused[] = {"",
                                       "/tile/",
                                       "/tile/0",
                                       "/tile/0/",
                                       "/tile/0/1",
                                       "/tile/0/0001",
                                       "/tile/00/000",
                                       "/tile/64/000",
                                       "/tile/-1/000",
                                       "/tile/0/x000/001",
                                       "/tile/0/001/002",
                                       "/tile/0/x001",
                                       "/tile/0/x001/",
                                       "/tile/0/x01/002",
                                       "/tile/0/000.p",
                                       "/tile/0/000.p/",
                                       "/tile/0/000.p/0",
                                       "/tile/0/000.p/256",
                                       "/tile/0/000.p/01",
                                       "/tile/0/000.p/1/",
                                       "/tile/0/000/",
                                       "/tile/data/000",
                                       "/tile/0/x001/x234/067x",
                                       "/tile/0/+01",
                                       "/tile/0/%30%30%30",
                                       "/tile/0/x999/x999/x999/x999/x999/x999/999",
                                       "/tile/99999999999999999999/000"};
        for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
                struct journal_tile_name name = {.level = -7};
                if (journal_tile_parse(refused[i], &name))
                        fail_msg("taken: %s", refused[i]);
                assert_int_equal(name.level, -7);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(canonical_paths_are_read),
                cmocka_unit_test(every_other_spelling_is_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
