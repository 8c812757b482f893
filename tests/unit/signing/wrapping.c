/* Signature wrapping (Somorovsky et al., USENIX Security 2012): a signed element moved aside, another in its place. */
#include "tests/unit/signing/wraps.h"

struct ground {
        struct holder holder;
        signing_trust *trust;
        char *text, *signature; /* <dossier>original, signature</dossier>; the signature alone */
};

static int ground_make(void **state)
{
        struct ground *ground = calloc(1, sizeof *ground);
        struct signing_refusal why;
        char *document = NULL;
        assert_true(signing_start(&why));
        ground->holder = holder_rsa("Menuiserie Duval SARL");
        ground->trust = trust_in(&ground->holder);
        assert_true(asprintf(&document, "<dossier>%s@SIGNATURE@</dossier>", WRAP_ORIGINAL) > 0);
        ground->text = part_signed(document, "", &ground->holder);
        const char *from = strstr(ground->text, "<ds:Signature ");
        ground->signature = strndup(from, (size_t)(strstr(from, "</dossier>") - from));
        free(document);
        *state = ground;
        return 0;
}

static int ground_free(void **state)
{
        struct ground *ground = *state;
        holder_free(&ground->holder);
        signing_trust_free(ground->trust);
        free(ground->text);
        free(ground->signature);
        free(ground);
        return 0;
}

static void a_part_that_is_signed_is_intact_and_said_to_be_a_part(void **state)
{
        const struct ground *ground = *state;
        struct found found = judged_text(ground->text, ground->trust);
        assert_true(flag_of(&found, "intact"));
        assert_int_equal(found.indication, SIGNING_INDETERMINATE);
        assert_true(has_reason(&found, "COVERAGE_PARTIAL"));
        assert_false(found.covers_all);
        const json_t *unsigned_parts = json_object_get(found.json, "unsigned");
        assert_int_equal(json_array_size(unsigned_parts), 1);
        assert_string_equal(json_string_value(json_array_get(unsigned_parts, 0)), "/dossier");
        json_decref(found.json);
}

static void each_part_beside_the_signed_one_is_listed(void **state)
{
        const struct ground *ground = *state;
        char *text = swapped(ground->text, "</dossier>", "<annexe>libre</annexe></dossier>");
        struct found found = judged_text(text, ground->trust);
        const json_t *unsigned_parts = json_object_get(found.json, "unsigned");
        assert_int_equal(json_array_size(unsigned_parts), 2);
        assert_string_equal(json_string_value(json_array_get(unsigned_parts, 1)), "/dossier/annexe");
        json_decref(found.json);
        free(text);
}

static void no_wrapping_passes_or_covers_all(void **state)
{
        const struct ground *ground = *state;
        for (size_t n = 0; n < sizeof wraps / sizeof wraps[0]; n++) {
                char *text = wrapped(ground->signature, &wraps[n]);
                struct found found = judged_text(text, ground->trust);
                if (!found.readable || found.indication == SIGNING_PASSED || found.covers_all)
                        fail_msg("wrapping %s goes through", wraps[n].name);
                if (has_reason(&found, "ID_AMBIGUOUS") != wraps[n].ambiguous || has_reason(&found, "COVERAGE_PARTIAL") != true)
                        fail_msg("wrapping %s: %s", wraps[n].name, json_dumps(found.json, JSON_INDENT(1)));
                json_decref(found.json);
                free(text);
        }
}

static void properties_moved_out_of_the_signature_are_not_its_own(void **state)
{
        const struct ground *ground = *state;
        const char *from = strstr(ground->text, "<ds:Object>"), *end = strstr(from, "</ds:Object>") + strlen("</ds:Object>");
        char *object = strndup(from, (size_t)(end - from)), *without = swapped(ground->text, object, ""), *moved = NULL;
        assert_true(asprintf(&moved, "<copie xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">%s</copie></dossier>", object) > 0);
        char *text = swapped(without, "</dossier>", moved);
        struct found found = judged_text(text, ground->trust);
        assert_true(found.indication != SIGNING_PASSED);
        assert_true(has_reason(&found, "PROPERTIES_ELSEWHERE"));
        assert_false(flag_of(&found, "signedPropertiesCovered"));
        json_decref(found.json);
        free(text);
        free(moved);
        free(without);
        free(object);
}

static void a_second_set_of_properties_is_refused(void **state)
{
        const struct ground *ground = *state;
        char *text = swapped(ground->text, "</ds:KeyInfo>",
                             "</ds:KeyInfo><ds:Object><x:QualifyingProperties xmlns:x=\"http://uri.etsi.org/01903/v1.3.2#\" "
                             "Target=\"#sig\"><x:SignedProperties Id=\"faux\"/></x:QualifyingProperties></ds:Object>");
        struct found found = judged_text(text, ground->trust);
        assert_int_equal(found.indication, SIGNING_FAILED);
        assert_true(has_reason(&found, "PROPERTIES_SEVERAL"));
        json_decref(found.json);
        free(text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_part_that_is_signed_is_intact_and_said_to_be_a_part),
                cmocka_unit_test(each_part_beside_the_signed_one_is_listed),
                cmocka_unit_test(no_wrapping_passes_or_covers_all),
                cmocka_unit_test(properties_moved_out_of_the_signature_are_not_its_own),
                cmocka_unit_test(a_second_set_of_properties_is_refused),
        };
        return cmocka_run_group_tests(tests, ground_make, ground_free);
}
