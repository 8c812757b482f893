/* Names and SITE commands of a PES. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/relay/pes_name.h"

static json_t *item_of(const char *code)
{
        return json_pack("{s:i, s:s, s:{s:{s:s, s:s, s:s, s:s, s:s, s:s}}}", "item", 7, "date", "20260331", "filing", "pes", "type",
                         "PESALR2", "siret", "21060999100018", "code", code, "post", "006111", "budget", "00", "name", "A.xml");
}

static void a_name_says_type_siret_day_and_item(void **state)
{
        (void)state;
        char name[PES_NAME];
        json_t *item = item_of("123");
        assert_true(pes_name_write(item, name));
        assert_string_equal(name, "PESALR2_21060999100018_260331_007.xml");
        json_decref(item);
}

static void the_rules_are_filled_in(void **state)
{
        (void)state;
        char site[PES_SITE];
        json_t *item = item_of("123");
        assert_true(pes_site_write("P_DEST X;P_MSG {type}#{code}#{post}#{budget} {unknown", item, site));
        assert_string_equal(site, "P_DEST X;P_MSG PESALR2#123#006111#00 {unknown");
        json_decref(item);
}

static void a_value_that_would_end_the_command_is_refused(void **state)
{
        (void)state;
        char site[PES_SITE];
        static const char *const codes[] = {"1;2", "1\r\n", "1 2", "\xC3\xA9"};
        for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
                json_t *item = item_of(codes[i]);
                assert_false(pes_site_write("P_MSG {code}", item, site));
                json_decref(item);
        }
}

static void rules_that_are_too_long_are_refused(void **state)
{
        (void)state;
        char rules[2 * PES_SITE], site[PES_SITE];
        json_t *item = item_of("123");
        memset(rules, 'x', sizeof rules);
        rules[sizeof rules - 1] = '\0';
        assert_false(pes_site_write(rules, item, site));
        json_decref(item);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_name_says_type_siret_day_and_item),
                cmocka_unit_test(the_rules_are_filled_in),
                cmocka_unit_test(a_value_that_would_end_the_command_is_refused),
                cmocka_unit_test(rules_that_are_too_long_are_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
