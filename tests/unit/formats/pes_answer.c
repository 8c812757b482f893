/* The DGFiP's files: the shapes of an acquit, and what is told of each in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/formats/pes_answer.h"

#define ACQUIT(elements)                                                                                                                \
        "<?xml version='1.0' encoding='ISO-8859-1'?><n:PES_ACQUIT xmlns:n='http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour/v2'>" \
        "<Enveloppe><Parametres><TypFic V='PESALR2'/><NomFic V='A.xml'/></Parametres></Enveloppe><EnTetePES><DteStr V='2026-03-31'/>"   \
        "<IdColl V='21060999100018'/><CodCol V='000'/><CodBud V='00'/><LibelleColBud V='\xC9t\xE9'/></EnTetePES><ACQUIT>" elements      \
        "</ACQUIT></n:PES_ACQUIT>"
#define ERROR "<Erreur><NumAnoAck V='ERREUR_AUTRE'/><LibelleAnoAck V='1971 - pr\xE9sent \xE0 tort'/></Erreur>"
#define HEAD(state) "<DomaineAck V='5'/><EtatAck V='" state "'/><NumBord V='5'/><ExerciceBord V='2026'/>"

static json_t *facts_of(const char *file, const char *text, bool *known)
{
        struct signing_refusal why;
        json_t *facts = NULL;
        struct pes_answer *answer = pes_answer_new(file);
        for (const char *at = text; *at != '\0'; at++)
                if (!pes_answer_write(answer, (const uint8_t *)at, 1))
                        break;
        *known = pes_answer_finish(answer, &facts, &why);
        return facts;
}

static const char *text(const json_t *object, const char *member)
{
        const char *value = json_string_value(json_object_get(object, member));
        return value != NULL ? value : "(absent)";
}

/* The only element's only error. */
static void error_is(const char *elements, const char *sentence)
{
        bool known;
        json_t *facts = facts_of("x.xml", elements, &known);
        assert_true(known);
        assert_string_equal(text(facts, "outcome"), "refused");
        const json_t *element = json_array_get(json_object_get(facts, "elements"), 0);
        assert_string_equal(text(json_array_get(json_object_get(element, "errors"), 0), "sentence"), sentence);
        assert_int_equal(json_array_size(json_object_get(element, "errors")), 1);
        json_decref(facts);
}

static void an_error_is_told_for_its_line_its_piece_or_its_element(void **state)
{
        (void)state;
        error_is(ACQUIT("<ElementACQUIT>" HEAD("0") "<DetailPiece><NumPiece V='20'/><DetailLigne><NumLigne V='3'/>" ERROR
                                                    "</DetailLigne></DetailPiece></ElementACQUIT>"),
                 "Bordereau 5 de 2026 (d\xC3\xA9pense), pi\xC3\xA8"
                 "ce 20, ligne 3 : refus. 1971 - pr\xC3\xA9sent \xC3\xA0 tort");
        error_is(ACQUIT("<ElementACQUIT>" HEAD("0") "<DetailPiece><NumPiece V='20'/>" ERROR "</DetailPiece></ElementACQUIT>"),
                 "Bordereau 5 de 2026 (d\xC3\xA9pense), pi\xC3\xA8"
                 "ce 20 : refus. 1971 - pr\xC3\xA9sent \xC3\xA0 tort");
        error_is(ACQUIT("<ElementACQUIT>" HEAD("0") ERROR "</ElementACQUIT>"),
                 "Bordereau 5 de 2026 (d\xC3\xA9pense) : refus. 1971 - pr\xC3\xA9sent \xC3\xA0 tort");
}

static void a_line_of_one_piece_is_not_taken_for_the_next(void **state)
{
        (void)state;
        bool known;
        json_t *facts =
                facts_of("x.xml",
                         ACQUIT("<ElementACQUIT>" HEAD("0") "<DetailPiece><NumPiece V='20'/><DetailLigne><NumLigne V='3'/>" ERROR
                                                            "</DetailLigne></DetailPiece><DetailPiece><NumPiece V='21'/>" ERROR
                                                            "</DetailPiece>" ERROR "</ElementACQUIT>"),
                         &known);
        const json_t *errors = json_object_get(json_array_get(json_object_get(facts, "elements"), 0), "errors");
        assert_string_equal(text(json_array_get(errors, 1), "piece"), "21");
        assert_string_equal(text(json_array_get(errors, 1), "line"), "(absent)");
        assert_string_equal(text(json_array_get(errors, 2), "piece"), "(absent)");
        json_decref(facts);
}

static void what_is_accepted_is_counted_and_named(void **state)
{
        (void)state;
        bool known;
        json_t *facts = facts_of(
                "x.xml",
                ACQUIT("<ElementACQUIT><DomaineAck V='4'/><EtatAck V='1'/><IdUnique V='PJ1'/></ElementACQUIT><ElementACQUIT>" HEAD(
                        "1") "</ElementACQUIT>"),
                &known);
        assert_true(known);
        assert_string_equal(text(facts, "outcome"), "acknowledged");
        assert_string_equal(text(facts, "label"), "\xC3\x89t\xC3\xA9");
        assert_string_equal(json_string_value(json_array_get(json_object_get(facts, "accepted"), 0)), "PJ1");
        assert_int_equal(json_array_size(json_object_get(facts, "accepted")), 1);
        json_decref(facts);
}

static void a_file_is_known_by_its_root_else_by_its_name(void **state)
{
        (void)state;
        bool known;
        json_t *facts = facts_of("OCRE_21060999100018_1.txt", "no XML", &known);
        assert_true(known);
        assert_string_equal(text(facts, "kind"), "ocre");
        assert_string_equal(text(facts, "siret"), "21060999100018");
        json_decref(facts);
        facts = facts_of("ACK.xml", "<?xml version='1.0' encoding='ISO-8859-1'?><x/>", &known);
        assert_false(known);
        json_decref(facts);
        facts = facts_of("ACK.xml", "<?xml version='1.0'?><!DOCTYPE x><x/>", &known);
        assert_false(known);
        json_decref(facts);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_error_is_told_for_its_line_its_piece_or_its_element),
                cmocka_unit_test(a_line_of_one_piece_is_not_taken_for_the_next),
                cmocka_unit_test(what_is_accepted_is_counted_and_named),
                cmocka_unit_test(a_file_is_known_by_its_root_else_by_its_name),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
