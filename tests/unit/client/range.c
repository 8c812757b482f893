/* What the gateway lacks of an upload: any order, overlap and nonsense in the list of what arrived. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/client/range.h"

/* "0-2,5-5" for readers; "" for none. */
static void ranges_text(const struct ranges *ranges, char text[256])
{
        text[0] = '\0';
        for (size_t i = 0; i < ranges->count; i++) {
                size_t used = strlen(text);
                snprintf(text + used, 256 - used, "%s%llu-%llu", i > 0 ? "," : "", (unsigned long long)ranges->list[i].first,
                         (unsigned long long)(ranges->list[i].first + ranges->list[i].count - 1));
        }
}

static void what_is_missing_is_what_did_not_arrive(void **state)
{
        (void)state;
        static const struct {
                const char *arrived;
                uint64_t chunks;
                const char *missing;
        } cases[] = {
                {"null", 3, "0-2"},
                {"[]", 1, "0-0"},
                {"[[0,2]]", 3, ""},
                {"[[0,0]]", 3, "1-2"},
                {"[[2,2]]", 3, "0-1"},
                {"[[1,1]]", 3, "0-0,2-2"},
                {"[[5,9],[0,2]]", 12, "3-4,10-11"},
                {"[[0,5],[3,8],[8,8]]", 10, "9-9"},
                {"[[0,9],[2,3]]", 11, "10-10"},
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                json_t *arrived = json_loads(cases[i].arrived, JSON_DECODE_ANY, NULL);
                struct ranges missing = {0};
                char text[256];
                assert_true(ranges_missing(arrived, cases[i].chunks, &missing));
                ranges_text(&missing, text);
                assert_string_equal(text, cases[i].missing);
                ranges_free(&missing);
                json_decref(arrived);
        }
}

static void a_list_that_makes_no_sense_is_refused(void **state)
{
        (void)state;
        static const char *const lists[] = {"{}", "[[0]]", "[[1,0]]", "[[-1,0]]", "[[0,3]]", "[0]", "[[\"0\",1]]", "\"0-1\""};
        for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
                json_t *arrived = json_loads(lists[i], JSON_DECODE_ANY, NULL);
                struct ranges missing = {0};
                assert_non_null(arrived);
                assert_false(ranges_missing(arrived, 3, &missing));
                assert_int_equal(missing.count, 0);
                json_decref(arrived);
        }
}

static void groups_are_never_larger_than_asked_and_lose_nothing(void **state)
{
        (void)state;
        json_t *arrived = json_loads("[[10,10],[40,44]]", 0, NULL);
        for (uint64_t most = 1; most < 60; most++) {
                struct ranges missing = {0}, groups = {0};
                assert_true(ranges_missing(arrived, 50, &missing));
                ranges_cut(&missing, most, &groups);
                assert_int_equal(ranges_total(&groups), 44);
                assert_int_equal(ranges_total(&groups), ranges_total(&missing));
                for (size_t i = 0; i < groups.count; i++)
                        assert_true(groups.list[i].count >= 1 && groups.list[i].count <= most);
                ranges_free(&missing);
                ranges_free(&groups);
        }
        json_decref(arrived);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_missing_is_what_did_not_arrive),
                cmocka_unit_test(a_list_that_makes_no_sense_is_refused),
                cmocka_unit_test(groups_are_never_larger_than_asked_and_lose_nothing),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
