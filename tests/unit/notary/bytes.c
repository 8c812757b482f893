/* The notary's buffer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "gateway/notary/bytes.h"

static void a_buffer_takes_up_to_its_limit_and_not_a_byte_more(void **state)
{
        (void)state;
        struct bytes bytes = {.limit = 10};
        const struct signing_sink sink = bytes_sink(&bytes);
        assert_true(bytes_add(&bytes, "12345", 5));
        assert_true(sink.write(sink.context, (const uint8_t *)"67890", 5));
        assert_true(bytes_add(&bytes, NULL, 0));
        assert_false(bytes_add(&bytes, "x", 1));
        assert_false(bytes_add(&bytes, "x", SIZE_MAX));
        assert_int_equal(bytes_view(&bytes).size, 10);
        assert_memory_equal(bytes_view(&bytes).data, "1234567890", 10);
        bytes_free(&bytes);
        assert_null(bytes.data);
        assert_int_equal(bytes.size, 0);
        bytes_free(&bytes);
}

static void a_file_is_read_whole_or_not_at_all(void **state)
{
        (void)state;
        char path[] = "/tmp/pli-bytes-XXXXXX";
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, "twelve bytes", 12), 12);
        close(fd);
        struct bytes enough = {.limit = 12}, little = {.limit = 11};
        assert_true(bytes_read_file(&enough, path));
        assert_int_equal(enough.size, 12);
        assert_false(bytes_read_file(&little, path));
        unlink(path);
        assert_false(bytes_read_file(&enough, path));
        assert_false(bytes_read_file(&enough, "/tmp"));
        bytes_free(&enough);
        bytes_free(&little);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_buffer_takes_up_to_its_limit_and_not_a_byte_more),
                cmocka_unit_test(a_file_is_read_whole_or_not_at_all),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
