/* The server name in a ClientHello. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/edge/tls.h"

static void the_one_host_name_is_read(void **state)
{
        static const unsigned char extension[] = {0, 12, 0, 0, 9, 'l', 'o', 'c', 'a', 'l', 'h', 'o', 's', 't'};
        char name[256];
        (void)state;
        assert_true(tls_name_parse(extension, sizeof(extension), name));
        assert_string_equal(name, "localhost");
}

static void what_does_not_add_up_is_refused(void **state)
{
        static const struct {
                const char *what;
                size_t size;
                unsigned char bytes[8];
        } rows[] = {
                {"nothing", 0, {0}},
                {"too short", 4, {0, 2, 0, 0}},
                {"an empty name", 5, {0, 3, 0, 0, 0}},
                {"a list longer than the extension", 6, {0, 5, 0, 0, 1, 'a'}},
                {"a list shorter than the extension", 6, {0, 3, 0, 0, 1, 'a'}},
                {"a name longer than the list", 6, {0, 4, 0, 0, 2, 'a'}},
                {"another type of name", 6, {0, 4, 1, 0, 1, 'a'}},
                {"a NUL", 7, {0, 5, 0, 0, 2, 'a', 0}},
        };
        char name[256] = "untouched";
        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                if (tls_name_parse(rows[i].bytes, rows[i].size, name))
                        fail_msg("taken: %s", rows[i].what);
        }
        assert_string_equal(name, "untouched");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_one_host_name_is_read),
                cmocka_unit_test(what_does_not_add_up_is_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
