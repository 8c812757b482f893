/* The form of an acte: every limit and pattern, and what a good one becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/formats/acte.h"
#include "gateway/formats/acte_type.h"
#include "gateway/formats/text.h"

static const char good_form[] =
        "{\"number\":\"2026_012\",\"date\":\"2026-03-31\",\"nature\":1,\"matter\":\"1.1\",\"object\":\"March\xC3\xA9 de l'\xC3\xA9"
        "cole\",\"classification\":\"2024-01-15\",\"documents\":[{\"name\":\"d\xC3\xA9lib\xC3\xA9ration.pdf\",\"type\":\"99_DE\"},"
        "{\"name\":\"plan.png\",\"type\":\"22_AT\"}],\"body\":{\"siren\":\"200000012\",\"siret\":\"20000001200017\","
        "\"name\":\"Commune de Saint-Exemple\",\"department\":\"044\",\"district\":\"1\",\"nature\":\"31\"}}";

static const struct acte_file good_files[] = {
        {"d\xC3\xA9lib\xC3\xA9ration.pdf", "application/pdf", 5000, (const uint8_t *)"%PDF-1.7", 8},
        {"plan.png", "image/png", 70, (const uint8_t *)"\x89PNG\r\n\x1A\n", 8},
};

static json_t *form_with(const char *member, json_t *value)
{
        json_t *form = json_loads(good_form, 0, NULL);
        assert_non_null(form);
        if (member != NULL)
                json_object_set_new(form, member, value);
        return form;
}

static void a_good_form_is_read_whole(void **state)
{
        (void)state;
        struct acte *acte = malloc(sizeof *acte);
        struct refusals why = {0};
        json_t *form = form_with(NULL, NULL);
        assert_true(acte_parse(form, "2026-03-31", acte, &why));
        assert_int_equal(why.count, 0);
        assert_string_equal(acte->siren, "200000012");
        assert_string_equal(acte->department, "044");
        assert_string_equal(acte->authority, "31");
        assert_string_equal(acte->number, "2026_012");
        assert_int_equal(acte->matter_count, 2);
        assert_int_equal(acte->matters[1], 1);
        assert_int_equal(acte->document_count, 2);
        assert_string_equal(acte->documents[1].type, "22_AT");
        assert_false(acte->paper);
        json_decref(form);
        free(acte);
}

static void a_good_form_with_its_files_is_accepted(void **state)
{
        (void)state;
        struct refusals why = {0};
        json_t *form = form_with(NULL, NULL);
        assert_true(acte_check(form, "2026-04-01", good_files, 2, &why));
        json_decref(form);
}

/* A member changed, and the code of the only reason expected; "" where it stays right. */
static const struct form_case {
        const char *member, *value, *code;
} form_cases[] = {
        {"number", "\"A\"", ""},
        {"number", "\"ABCDEFGHIJ_1234\"", ""},
        {"number", "\"ABCDEFGHIJ_12345\"", "acte-number"},
        {"number", "\"\"", "acte-number"},
        {"number", "\"2026-12\"", "acte-number"},
        {"number", "\"abc\"", "acte-number"},
        {"number", "\"A/B\"", "acte-number"},
        {"number", "12", "acte-number"},
        {"date", "\"2026-02-29\"", "acte-date"},
        {"date", "\"2024-02-29\"", ""},
        {"date", "\"2026-13-01\"", "acte-date"},
        {"date", "\"2026-1-01\"", "acte-date"},
        {"date", "\"2026-03-31T10:00:00Z\"", "acte-date"},
        {"date", "\"2026-04-02\"", "acte-date"},
        {"date", "null", "acte-date"},
        {"nature", "6", ""},
        {"nature", "0", "acte-nature"},
        {"nature", "7", "acte-nature"},
        {"nature", "\"1\"", "acte-nature"},
        {"matter", "\"8.9.2.1.3\"", ""},
        {"matter", "\"8\"", "acte-matter"},
        {"matter", "\"8.9.2.1.3.1\"", "acte-matter"},
        {"matter", "\"8..9\"", "acte-matter"},
        {"matter", "\"8.9.\"", "acte-matter"},
        {"matter", "\"0.9\"", "acte-matter"},
        {"matter", "\"a.b\"", "acte-matter"},
        {"object", "\"  \"", "acte-object"},
        {"object", "\"a\\u0007b\"", "acte-object"},
        {"object", "\"a\\u2019b \\u20ac \\ud83d\\ude00\"", ""},
        {"previous", "\"044-200000012-20260331-2026_12-DE\"", ""},
        {"previous", "\"02A-200000012-20260331-2026_12-AU\"", ""},
        {"previous", "\"044-200000012-20260331-2026_12-DE-1\"", "acte-previous"},
        {"previous", "\"044-2000-20260331-2026_12-DE\"", "acte-previous"},
        {"previous", "7", "acte-previous"},
        {"previous", "null", ""},
        {"classification", "\"2024\"", "acte-classification"},
        {"classification", "\"2027-01-01\"", "acte-classification"},
        {"documents", "[]", "acte-document"},
        {"documents", "null", "acte-document"},
        {"documents", "[{\"name\":\"\"}]", "acte-document"},
        {"documents", "[{\"name\":\"a.pdf\"},{\"name\":\"a.pdf\"}]", "acte-document"},
        {"documents", "[{\"name\":\"a.pdf\",\"type\":\"99-DE\"}]", "acte-document-type"},
        {"documents", "[{\"name\":\"a.pdf\",\"type\":\"9__DE\"}]", "acte-document-type"},
        {"documents", "[{\"name\":\"a.pdf\",\"type\":\"CO_DE\"}]", ""},
        {"documents", "[{\"name\":\"a.pdf\"}]", ""},
        {"body", "{\"siren\":\"20000001\",\"department\":\"044\",\"district\":\"1\",\"nature\":\"31\"}", "acte-body"},
        {"body", "{\"siren\":\"200000012\",\"department\":\"44\",\"district\":\"1\",\"nature\":\"31\"}", "acte-body"},
        {"body", "{\"siren\":\"200000012\",\"department\":\"|44\",\"district\":\"1\",\"nature\":\"31\"}", "acte-body"},
        {"body", "{\"siren\":\"200000012\",\"department\":\"02B\",\"district\":\"1\",\"nature\":\"02\"}", ""},
        {"body", "{\"siren\":\"200000012\",\"department\":\"974\",\"district\":\"12\",\"nature\":\"31\"}", "acte-body"},
        {"body", "{\"siren\":\"200000012\",\"department\":\"974\",\"district\":\"1\",\"nature\":\"\"}", "acte-body"},
};

static void each_field_out_of_bounds_is_named(void **state)
{
        (void)state;
        struct acte *acte = malloc(sizeof *acte);
        for (size_t i = 0; i < sizeof form_cases / sizeof form_cases[0]; i++) {
                const struct form_case *one = &form_cases[i];
                json_t *form = form_with(one->member, json_loads(one->value, JSON_DECODE_ANY, NULL));
                struct refusals why = {0};
                bool passed = acte_parse(form, "2026-04-01", acte, &why);
                if (passed != (*one->code == '\0') || why.count != (passed ? 0 : 1) ||
                    (!passed && strcmp(why.list[0].code, one->code) != 0))
                        fail_msg("%s = %s: %zu reasons, first %s", one->member, one->value, why.count, why.list[0].code);
                json_decref(form);
        }
        free(acte);
}

static void the_object_is_counted_in_characters(void **state)
{
        (void)state;
        struct acte *acte = malloc(sizeof *acte);
        char text[2 * 501 + 1] = "";
        for (size_t i = 0; i < 500; i++)
                memcpy(text + 2 * i, "\xC3\xA9", 3);
        struct refusals why = {0};
        json_t *form = form_with("object", json_string(text));
        assert_true(acte_parse(form, NULL, acte, &why));
        memcpy(text + 1000, "\xC3\xA9", 3);
        json_object_set_new(form, "object", json_string(text));
        assert_false(acte_parse(form, NULL, acte, &why));
        assert_string_equal(why.list[0].code, "acte-object");
        json_decref(form);
        free(acte);
}

static void all_reasons_come_at_once_and_the_output_is_untouched(void **state)
{
        (void)state;
        struct acte *acte = malloc(sizeof *acte);
        memset(acte, 0x5A, sizeof *acte);
        struct refusals why = {0};
        json_t *form = json_object();
        assert_false(acte_parse(form, NULL, acte, &why));
        assert_int_equal(why.count, 7);
        for (size_t i = 0; i < sizeof *acte; i++)
                assert_int_equal(((const unsigned char *)acte)[i], 0x5A);
        json_t *list = refusals_json(&why);
        assert_int_equal(json_array_size(list), 7);
        json_decref(list);
        json_decref(form);
        free(acte);
}

static void a_typology_left_out_follows_the_nature(void **state)
{
        (void)state;
        static const char *const expected[] = {"99_DE", "99_AR", "99_AI", "99_DC", "99_BU", "99_AU"};
        struct acte *acte = malloc(sizeof *acte);
        for (unsigned nature = 1; nature <= 6; nature++) {
                json_t *form = form_with("nature", json_integer(nature));
                json_object_set_new(form, "documents", json_pack("[{s:s}]", "name", "a.pdf"));
                struct refusals why = {0};
                assert_true(acte_parse(form, NULL, acte, &why));
                assert_string_equal(acte->documents[0].type, expected[nature - 1]);
                json_decref(form);
        }
        free(acte);
}

static const char *first_code(const struct acte_file *files, size_t count, json_int_t nature)
{
        static struct refusals why;
        why = (struct refusals){0};
        json_t *form = form_with("nature", json_integer(nature));
        bool passed = acte_check(form, NULL, files, count, &why);
        json_decref(form);
        return passed ? "" : why.list[0].code;
}

static void files_must_be_those_announced(void **state)
{
        (void)state;
        struct acte_file three[] = {good_files[0], good_files[1], {"autre.pdf", "application/pdf", 5, (const uint8_t *)"%PDF-", 5}};
        assert_string_equal(first_code(good_files, 1, 1), "acte-document-missing");
        assert_string_equal(first_code(three, 3, 1), "acte-document-unannounced");
        three[0].size = 0;
        assert_string_equal(first_code(three, 2, 1), "acte-document-empty");
        three[0].size = (uint64_t)ACTE_SIZE_MAX;
        assert_string_equal(first_code(three, 2, 1), "acte-size");
}

static void a_files_bytes_must_be_of_the_type_it_claims(void **state)
{
        (void)state;
        struct acte_file two[] = {good_files[0], good_files[1]};
        two[0].media_type = "image/png";
        assert_string_equal(first_code(two, 2, 1), "acte-document-media");
        two[0].media_type = "application/msword";
        assert_string_equal(first_code(two, 2, 1), "acte-document-media");
        two[0].media_type = "application/pdf; charset=binary";
        assert_string_equal(first_code(two, 2, 1), "");
        two[0].head = (const uint8_t *)"MZ";
        two[0].head_size = 2;
        assert_string_equal(first_code(two, 2, 1), "acte-document-media");
}

static void a_budget_is_xml_first_and_nothing_else_is(void **state)
{
        (void)state;
        struct acte_file two[] = {good_files[0], good_files[1]};
        assert_string_equal(first_code(two, 2, 5), "acte-document-media");
        two[0].head = (const uint8_t *)"<?xml ve";
        two[0].media_type = "text/xml";
        assert_string_equal(first_code(two, 2, 5), "");
        assert_string_equal(first_code(two, 2, 1), "acte-document-media");
        assert_true(acte_media_allowed("xml", 1, "99_SE", false));
        assert_false(acte_media_allowed("xml", 1, "99_DE", false));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_good_form_is_read_whole),
                cmocka_unit_test(a_good_form_with_its_files_is_accepted),
                cmocka_unit_test(each_field_out_of_bounds_is_named),
                cmocka_unit_test(the_object_is_counted_in_characters),
                cmocka_unit_test(all_reasons_come_at_once_and_the_output_is_untouched),
                cmocka_unit_test(a_typology_left_out_follows_the_nature),
                cmocka_unit_test(files_must_be_those_announced),
                cmocka_unit_test(a_files_bytes_must_be_of_the_type_it_claims),
                cmocka_unit_test(a_budget_is_xml_first_and_nothing_else_is),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
