/* Paths against patterns, and percent-decoding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/front/path.h"

static void a_pattern_takes_exactly_its_path(void **state)
{
        static const struct {
                const char *pattern, *path;
                bool matches;
                const char *first;
        } rows[] = {
                {"/", "/", true, NULL},
                {"/healthz", "/healthz", true, NULL},
                {"/healthz", "/healthz/", false, NULL},
                {"/healthz", "/health", false, NULL},
                {"/healthz", "healthz", false, NULL},
                {"/a/{b}", "/a/x", true, "x"},
                {"/a/{b}", "/a/", false, NULL},
                {"/a/{b}", "/a/x/y", false, NULL},
                {"/a/{b}/c", "/a/x%2Fy/c", true, "x/y"},
                {"/a/{b}", "/a/R%C3%A8gle%20a.pdf", true, "R\xc3\xa8gle a.pdf"},
                {"/a/{b}", "/a/x%00y", false, NULL},
                {"/a/{b}", "/a/x%0Ay", false, NULL},
                {"/a/{b}", "/a/x%", false, NULL},
                {"/a/{b}", "/a/x%4", false, NULL},
                {"/a/{b}", "/a/x%zz", false, NULL},
                {"/a/{b}", "/a/%ff", false, NULL},
                {"/a/{b}", "/a/%c0%af", false, NULL},
                {"/a/{b}", "/a/%ed%a0%80", false, NULL},
                {"/tile/*", "/tile/0/x001/067.p/5", true, NULL},
                {"/tile/*", "/tile", false, NULL},
                {"/tile/*", "/tiles/0", false, NULL},
        };
        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char *variables[PATH_VARIABLES] = {NULL};
                bool matches = path_match(rows[i].pattern, rows[i].path, variables);
                if (matches != rows[i].matches)
                        fail_msg("%s against %s", rows[i].path, rows[i].pattern);
                if (rows[i].first != NULL)
                        assert_string_equal(variables[0], rows[i].first);
                else
                        assert_null(variables[0]);
                path_variables_free(variables);
        }
}

static void variables_come_in_order(void **state)
{
        char *variables[PATH_VARIABLES] = {NULL};
        (void)state;
        assert_true(path_match("/d/{d}/e/{e}/c/{n}", "/d/1/e/offre/c/256", variables));
        assert_string_equal(variables[0], "1");
        assert_string_equal(variables[1], "offre");
        assert_string_equal(variables[2], "256");
        assert_null(variables[3]);
        path_variables_free(variables);
}

static void a_path_that_does_not_match_leaves_the_output_alone(void **state)
{
        char *variables[PATH_VARIABLES] = {(char *)(uintptr_t)1, NULL, NULL, NULL};
        (void)state;
        assert_false(path_match("/d/{d}/e", "/d/1/f", variables));
        assert_ptr_equal(variables[0], (char *)(uintptr_t)1);
}

static void a_decoded_text_fits_or_is_refused(void **state)
{
        char out[4];
        (void)state;
        assert_true(path_decode("a%62c", 5, out, sizeof(out)));
        assert_string_equal(out, "abc");
        assert_false(path_decode("abcd", 4, out, sizeof(out)));
        assert_true(path_decode("", 0, out, sizeof(out)));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_pattern_takes_exactly_its_path),
                cmocka_unit_test(variables_come_in_order),
                cmocka_unit_test(a_path_that_does_not_match_leaves_the_output_alone),
                cmocka_unit_test(a_decoded_text_fits_or_is_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
