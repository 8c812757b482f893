/* Bytes in hexadecimal and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/core/hex.h"

static void hexadecimal_has_one_writing(void **state)
{
        (void)state;
        static const char *const bad[] = {"", "0", "000fff", "00FF", "0g00", " 000", "00f"};
        uint8_t bytes[2] = {0, 0xfe};
        char text[5];
        hex_write(bytes, 2, text);
        assert_string_equal(text, "00fe");
        bytes[1] = 0;
        assert_true(hex_read("00fe", bytes, 2));
        assert_int_equal(bytes[1], 0xfe);
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                assert_false(hex_read(bad[i], bytes, 2));
        assert_false(hex_read(NULL, bytes, 2));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(hexadecimal_has_one_writing),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
