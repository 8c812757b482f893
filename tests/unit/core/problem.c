/* Tests of gateway/core/problem.c: the table and its words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "gateway/core/problem.h"

static const char *const codes[] = {
#define P(code, ...) code,
#include "gateway/core/problem_table.h"
#undef P
};
enum { CODE_COUNT = sizeof codes / sizeof codes[0] };

static void every_code_is_found_and_named_once(void **state)
{
        (void)state;
        for (size_t i = 0; i < CODE_COUNT; i++) {
                assert_non_null(problem_find(codes[i]));
                for (size_t j = i + 1; j < CODE_COUNT; j++)
                        assert_string_not_equal(codes[i], codes[j]);
        }
        assert_null(problem_find("no-such-code"));
}

static void every_row_has_words_in_both_languages_and_true_statuses(void **state)
{
        (void)state;
        for (size_t i = 0; i < CODE_COUNT; i++) {
                const struct problem_row *row = problem_find(codes[i]);
                assert_true(row->status >= 400 && row->status <= 599);
                assert_true(row->exit >= 64 && row->exit <= 78);
                assert_true(row->title_en[0] != '\0' && row->title_fr[0] != '\0' && row->next_en[0] != '\0' &&
                            row->next_fr[0] != '\0');
        }
}

static void setting_a_problem_answers_false_and_an_unknown_code_is_our_fault(void **state)
{
        (void)state;
        struct problem problem;
        assert_false(problem_set(&problem, "deposit-incomplete", "%d are missing", 3));
        assert_string_equal(problem.row->code, "deposit-incomplete");
        assert_string_equal(problem.detail, "3 are missing");
        assert_false(problem_set(&problem, "no-such-code", "x"));
        assert_string_equal(problem.row->code, "internal");
}

static void a_detail_cut_inside_a_character_stays_utf8(void **state)
{
        (void)state;
        char text[1200];
        for (size_t shift = 0; shift < 4; shift++) {
                memset(text, 'a', shift);
                for (size_t i = shift; i + 3 < sizeof text; i += 3)
                        memcpy(text + i, "\xE2\x82\xAC", 4);
                struct problem problem;
                problem_set(&problem, "internal", "%s", text);
                json_t *object = problem_json(&problem, "en", NULL);
                assert_non_null(json_object_get(object, "detail"));
                assert_true(strlen(problem.detail) > sizeof problem.detail - 5);
                json_decref(object);
        }
}

static void the_object_speaks_the_language_asked_for(void **state)
{
        (void)state;
        struct problem problem;
        problem_set(&problem, "not-found", "x");
        json_t *french = problem_json(&problem, "fr-FR", "r1");
        json_t *english = problem_json(&problem, NULL, NULL);
        assert_string_equal(json_string_value(json_object_get(french, "title")), problem.row->title_fr);
        assert_string_equal(json_string_value(json_object_get(english, "title")), problem.row->title_en);
        assert_string_equal(json_string_value(json_object_get(french, "type")), "urn:pli:problem:not-found");
        assert_string_equal(json_string_value(json_object_get(french, "instance")), "r1");
        assert_null(json_object_get(english, "instance"));
        assert_int_equal(json_integer_value(json_object_get(english, "status")), 404);
        json_decref(french);
        json_decref(english);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_code_is_found_and_named_once),
                cmocka_unit_test(every_row_has_words_in_both_languages_and_true_statuses),
                cmocka_unit_test(setting_a_problem_answers_false_and_an_unknown_code_is_our_fault),
                cmocka_unit_test(a_detail_cut_inside_a_character_stays_utf8),
                cmocka_unit_test(the_object_speaks_the_language_asked_for),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
