/* RFC 4648 section 10's vectors, and what section 3 refuses. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "gateway/core/base64.h"

static void the_vectors_of_the_standard_go_both_ways(void **state)
{
        (void)state;
        const char *const pairs[][2] = {{"", ""},
                                        {"f", "Zg=="},
                                        {"fo", "Zm8="},
                                        {"foo", "Zm9v"},
                                        {"foob", "Zm9vYg=="},
                                        {"fooba", "Zm9vYmE="},
                                        {"foobar", "Zm9vYmFy"}};
        for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
                char *text = base64_write(pairs[i][0], strlen(pairs[i][0]));
                assert_string_equal(text, pairs[i][1]);
                uint8_t *bytes = NULL;
                size_t size = 99;
                assert_true(base64_read(text, &bytes, &size));
                assert_int_equal(size, strlen(pairs[i][0]));
                assert_memory_equal(bytes, pairs[i][0], size);
                free(bytes);
                free(text);
        }
}

static void every_byte_survives_every_length(void **state)
{
        (void)state;
        uint8_t data[300], back[300];
        for (size_t i = 0; i < sizeof data; i++)
                data[i] = (uint8_t)(i * 151 + 7);
        for (size_t size = 0; size <= sizeof data; size++) {
                char *text = base64_write(data, size);
                assert_true(base64_read_exactly(text, back, size));
                assert_memory_equal(data, back, size);
                assert_false(base64_read_exactly(text, back, size + 1));
                free(text);
        }
}

static void line_feeds_are_skipped_and_nothing_else(void **state)
{
        (void)state;
        uint8_t back[6];
        assert_true(base64_read_exactly("Zm9v\nYmFy\n", back, 6));
        const char *const refused[] = {
                "Zg", "Zg=", "Zg===", "Z", "Zh==", "Zm9=", "Zm9v=", "Zm 9v", "Zm9v\r\n", "Zg==Zg==", "Zm9-", "===="};
        for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
                uint8_t *bytes = NULL;
                size_t size = 0;
                assert_false(base64_read(refused[i], &bytes, &size));
                assert_null(bytes);
        }
        assert_false(base64_read_exactly(NULL, back, 6));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_vectors_of_the_standard_go_both_ways),
                cmocka_unit_test(every_byte_survives_every_length),
                cmocka_unit_test(line_feeds_are_skipped_and_nothing_else),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
