/* Instants, sizes, durations and names from elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/output.h"
#include "gateway/client/sealed.h"
#include "gateway/client/show.h"
#include "signing/signing.h"

static void instants_are_read_as_rfc_3339_writes_them(void **state)
{
        (void)state;
        static const struct {
                const char *text;
                int64_t seconds;
        } cases[] = {{"1970-01-01T00:00:00Z", 0},
                     {"2026-03-01T12:00:00Z", 1772366400},
                     {"2026-03-01T12:00:00.123456Z", 1772366400},
                     {"2026-03-01T13:00:00+01:00", 1772366400},
                     {"2026-03-01T06:30:00-05:30", 1772366400}};
        static const char *const wrong[] = {"",       "2026-03-01",          "2026-03-01T12:00:00", "2026-03-01T12:00:00+1",
                                            "demain", "2026-13-01T00:00:00Z"};
        int64_t seconds;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                assert_true(instant_seconds(cases[i].text, &seconds));
                assert_int_equal(seconds, cases[i].seconds);
        }
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
                assert_false(instant_seconds(wrong[i], &seconds));
}

static void sizes_and_durations_speak_the_language(void **state)
{
        (void)state;
        char text[64];
        assert_true(catalogue_language_set("fr"));
        assert_string_equal(show_size(1536, text), "1,5 Kio");
        assert_string_equal(show_duration(90061, text), "1 j 1 h");
        assert_true(catalogue_language_set("en"));
        assert_string_equal(show_size(1023, text), "1023 B");
        assert_string_equal(show_size(3 << 20, text), "3.0 MiB");
        assert_string_equal(show_duration(59, text), "59 s");
        assert_string_equal(show_duration(3599, text), "59 min 59 s");
        assert_string_equal(show_duration(3661, text), "1 h 01 min");
        assert_string_equal(show_duration(-1, text), "0 s");
}

static void a_name_from_elsewhere_never_leads_out_of_its_folder(void **state)
{
        (void)state;
        static const char *const wrong[] = {"", ".", "..", "a/b", "/etc/passwd", "..\\x", "a\nb", "a\x7f"};
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
                assert_false(path_name_safe(wrong[i]));
        assert_true(path_name_safe("Règlement (v2).pdf"));
        assert_true(path_name_safe("..a"));
}

static void a_ciphertext_has_as_many_chunks_as_its_size_says(void **state)
{
        (void)state;
        const uint64_t chunk = SIGNING_SEALED_CHUNK;
        assert_int_equal(sealed_chunks(0), 0);
        assert_int_equal(sealed_chunks(27), 0);
        assert_int_equal(sealed_chunks(28), 1);
        assert_int_equal(sealed_chunks(chunk), 1);
        assert_int_equal(sealed_chunks(chunk + 27), 0);
        assert_int_equal(sealed_chunks(chunk + 28), 2);
        assert_int_equal(sealed_chunks(8192 * chunk), 8192);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(instants_are_read_as_rfc_3339_writes_them),
                cmocka_unit_test(sizes_and_durations_speak_the_language),
                cmocka_unit_test(a_name_from_elsewhere_never_leads_out_of_its_folder),
                cmocka_unit_test(a_ciphertext_has_as_many_chunks_as_its_size_says),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
