/* Instants as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/front/instant.h"

static void an_instant_is_read_and_written_alike(void **state)
{
        int64_t read = 0;
        char text[40];
        (void)state;
        assert_true(instant_parse("2026-03-31T11:59:59.123456Z", &read));
        assert_int_equal(read, 1774958399123456);
        instant_text(read, text); /* the database has not been asked: no difference yet */
        assert_string_equal(text, "2026-03-31T11:59:59.123456Z");
        assert_true(instant_parse("2026-03-31T11:59:59Z", &read));
        assert_int_equal(read, 1774958399000000);
        assert_true(instant_parse("2026-03-31T11:59:59.5Z", &read));
        assert_int_equal(read, 1774958399500000);
}

static void what_is_not_utc_is_refused(void **state)
{
        static const char *const texts[] = {"", "2026-03-31", "2026-03-31T11:59:59", "2026-03-31T11:59:59+02:00",
                                            "2026-03-31T11:59:59.1Zx"};
        int64_t read = 7;
        (void)state;
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
                assert_false(instant_parse(texts[i], &read));
        assert_int_equal(read, 7);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_instant_is_read_and_written_alike),
                cmocka_unit_test(what_is_not_utc_is_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
