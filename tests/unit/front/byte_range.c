/* Range and If-Range (RFC 9110 13.1.5, 14.2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/front/byte_range.h"

static void assert_part(const char *field, uint64_t size, uint64_t first, uint64_t last)
{
        uint64_t from = 0, to = 0;
        if (byte_range_choose(field, NULL, "\"a\"", size, &from, &to) != RANGE_PART)
                fail_msg("%s is no part", field);
        assert_int_equal(from, first);
        assert_int_equal(to, last);
}

static void one_range_is_a_part(void **state)
{
        (void)state;
        assert_part("bytes=0-499", 10000, 0, 499);
        assert_part("bytes=500-999", 10000, 500, 999);
        assert_part("bytes=-500", 10000, 9500, 9999);
        assert_part("bytes=9500-", 10000, 9500, 9999);
        assert_part("bytes=0-0", 1, 0, 0);
        assert_part("Bytes= 1-2 ", 3, 1, 2);
        assert_part("bytes=-10", 3, 0, 2);
        assert_part("bytes=1-99999", 3, 1, 2);
}

static void what_is_no_single_range_of_bytes_is_ignored(void **state)
{
        static const char *const fields[] = {"",
                                             "bytes",
                                             "bytes=",
                                             "bytes=-",
                                             "bytes=a-b",
                                             "bytes=5-2",
                                             "bytes=0-1,4-5",
                                             "lines=1-2",
                                             "bytes=1-2x",
                                             "bytes=1",
                                             "bytes=--1",
                                             "bytes=1--2",
                                             "bytes=1234567890123456789-"};
        uint64_t first = 7, last = 7;
        (void)state;
        for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
                if (byte_range_choose(fields[i], NULL, "\"a\"", 100, &first, &last) != RANGE_WHOLE)
                        fail_msg("\"%s\" is not ignored", fields[i]);
        }
        assert_int_equal(byte_range_choose(NULL, NULL, "\"a\"", 100, &first, &last), RANGE_WHOLE);
        assert_true(first == 7 && last == 7);
}

static void a_range_behind_the_end_cannot_be_satisfied(void **state)
{
        static const char *const fields[] = {"bytes=100-", "bytes=100-200", "bytes=-0"};
        uint64_t first, last;
        (void)state;
        for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
                assert_int_equal(byte_range_choose(fields[i], NULL, "\"a\"", 100, &first, &last), RANGE_UNSATISFIABLE);
        assert_int_equal(byte_range_choose("bytes=0-", NULL, "\"a\"", 0, &first, &last), RANGE_UNSATISFIABLE);
        assert_int_equal(byte_range_choose("bytes=-5", NULL, "\"a\"", 0, &first, &last), RANGE_UNSATISFIABLE);
}

static void a_part_of_something_else_is_not_gone_on_with(void **state)
{
        static const char *const others[] = {"\"b\"", "W/\"a\"", "a", "Tue, 24 Nov 2026 12:00:00 GMT", ""};
        uint64_t first, last;
        (void)state;
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
                assert_int_equal(byte_range_choose("bytes=1-2", others[i], "\"a\"", 100, &first, &last), RANGE_WHOLE);
        assert_int_equal(byte_range_choose("bytes=1-2", "\"a\"", "\"a\"", 100, &first, &last), RANGE_PART);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(one_range_is_a_part),
                cmocka_unit_test(what_is_no_single_range_of_bytes_is_ignored),
                cmocka_unit_test(a_range_behind_the_end_cannot_be_satisfied),
                cmocka_unit_test(a_part_of_something_else_is_not_gone_on_with),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
