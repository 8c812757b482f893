/* Listings as servers write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/relay/listing.h"

static bool read(const char *line, struct listing_entry *out)
{
        return listing_line_read(line, strlen(line), out);
}

static void a_long_line_gives_size_hour_and_a_name_with_spaces(void **state)
{
        (void)state;
        struct listing_entry entry;
        assert_true(read("-rw-r--r--    1 pli      pli          4133 Nov 24 19:59 a b.xml\r\n", &entry));
        assert_string_equal(entry.name, "a b.xml");
        assert_string_equal(entry.stamp, "Nov 24 19:59");
        assert_int_equal(entry.size, 4133);
}

static void a_line_of_facts_gives_the_same(void **state)
{
        (void)state;
        struct listing_entry entry;
        assert_true(read("Type=file;Size=12;Modify=20261124195900;UNIX.mode=0644; \xE9t\xE9.xml", &entry));
        assert_string_equal(entry.name, "\xE9t\xE9.xml");
        assert_string_equal(entry.stamp, "20261124195900");
        assert_int_equal(entry.size, 12);
}

static void what_is_no_plain_file_is_none(void **state)
{
        (void)state;
        struct listing_entry entry;
        static const char *const lines[] = {"",
                                            "total 12",
                                            "drwxr-xr-x 2 pli pli 4096 Nov 24 19:59 entree",
                                            "lrwxrwxrwx 1 pli pli 4 Nov 24 19:59 a -> b",
                                            "-rw-r--r-- 1 pli pli 4 Nov 24 19:59 ..",
                                            "-rw-r--r-- 1 pli pli 4 Nov 24 19:59 ../etc",
                                            "-rw-r--r-- 1 pli pli -4 Nov 24 19:59 a",
                                            "-rw-r--r-- 1 pli pli 4 Nov 24",
                                            "type=dir;size=4; a",
                                            "type=file; a"};
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
                assert_false(read(lines[i], &entry));
}

static void a_name_in_the_making_is_known(void **state)
{
        (void)state;
        assert_true(listing_name_unfinished("a.xml.part"));
        assert_true(listing_name_unfinished("a.TMP"));
        assert_true(listing_name_unfinished(".a.xml"));
        assert_false(listing_name_unfinished("part"));
        assert_false(listing_name_unfinished("a.xml"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_long_line_gives_size_hour_and_a_name_with_spaces),
                cmocka_unit_test(a_line_of_facts_gives_the_same),
                cmocka_unit_test(what_is_no_plain_file_is_none),
                cmocka_unit_test(a_name_in_the_making_is_known),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
