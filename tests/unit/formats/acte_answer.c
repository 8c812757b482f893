/* The State's answers: those kept as samples, and shapes of them that real files take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/formats/acte_answer.h"

#define HEAD(root)                                                                                                                 \
        "<?xml version='1.0' encoding='ISO-8859-1'?><a:" root                                                                      \
        " xmlns:a='http://www.interieur.gouv.fr/ACTES#v1.1-20040216' xmlns:i='http://xml.insee.fr/schema' "
#define ACTE_RECU                                                                                                                  \
        "<a:ActeRecu a:Date='2026-03-31' a:NumeroInterne='2026_12' a:CodeNatureActe='1'><a:CodeMatiere1 a:CodeMatiere='1'/>"       \
        "<a:Objet>\xC9t\xE9</a:Objet></a:ActeRecu>"

static json_t *answer_of(const char *name, const char *text, struct signing_refusal *why)
{
        json_t *answer = NULL;
        bool read = acte_answer_read(name, (struct signing_bytes){(const uint8_t *)text, strlen(text)}, &answer, why);
        assert_int_equal(read, answer != NULL);
        return answer;
}

static const char *text(const json_t *answer, const char *member)
{
        const char *value = json_string_value(json_object_get(answer, member));
        return value != NULL ? value : "(absent)";
}

static void an_anomaly_with_an_empty_id_finds_its_acte(void **state)
{
        (void)state;
        struct signing_refusal why;
        json_t *answer =
                answer_of("044-200000012----1-3_1.xml",
                          HEAD("AnomalieActe") "><a:Date>2026-04-01+02:00</a:Date><a:Nature>002</a:Nature>"
                                               "<a:Detail>ODT-VERIF-01 : date \xE0 revoir</a:Detail>" ACTE_RECU
                                               "<a:ClassificationDateVersionEnCours>2026-01-01</a:ClassificationDateVersionEnCours>"
                                               "</a:AnomalieActe>",
                          &why);
        assert_non_null(answer);
        assert_string_equal(text(answer, "kind"), "anomaly");
        assert_string_equal(text(answer, "act"), "044-200000012-20260331-2026_12-DE");
        assert_string_equal(text(answer, "siren"), "200000012");
        assert_string_equal(text(answer, "at"), "2026-04-01");
        assert_string_equal(text(answer, "code"), "002");
        assert_string_equal(text(answer, "reason"), "ODT-VERIF-01");
        assert_string_equal(text(answer, "text"), "ODT-VERIF-01 : date \xC3\xA0 revoir");
        assert_string_equal(text(answer, "object"), "\xC3\x89t\xC3\xA9");
        json_decref(answer);
}

static void an_answer_under_any_file_name_is_read(void **state)
{
        (void)state;
        struct signing_refusal why;
        json_t *answer =
                answer_of("", HEAD("ARActe") "a:IDActe='044-200000012-20260331-2026_12-DE' a:DateReception='2026-04-01'/>", &why);
        assert_non_null(answer);
        assert_string_equal(text(answer, "act"), "044-200000012-20260331-2026_12-DE");
        assert_string_equal(text(answer, "siren"), "200000012");
        assert_string_equal(text(answer, "number"), "(absent)");
        json_decref(answer);
}

static const struct {
        const char *text, *code;
} refused[] = {
        {HEAD("ARActe") "a:DateReception='2026-04-01'/>", "ANSWER_ACT"},
        {HEAD("ARActe") "a:IDActe='../../../../etc/passwd.........' a:DateReception='2026-04-01'/>", "ANSWER_ACT"},
        {HEAD("ARAnnulation") "/>", "ANSWER_ACT"},
        {HEAD("AnomalieActe") "><a:Nature>002</a:Nature></a:AnomalieActe>", "ANSWER_ACT"},
        {HEAD("AnomalieEnveloppe") "><a:Nature>002</a:Nature></a:AnomalieEnveloppe>", "ANSWER_ENVELOPE"},
        {HEAD("EnveloppeMISILLCL") "/>", "ANSWER_ADDRESSEE"},
        {HEAD("RetourClassification") "/>", "ANSWER_CLASSIFICATION"},
        {HEAD("Acte") "/>", "ANSWER_UNKNOWN"},
        {"<ARActe IDActe='044-200000012-20260331-2026_12-DE'/>", "ANSWER_UNKNOWN"},
};

static void an_answer_that_says_nothing_usable_is_refused_by_name(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
                struct signing_refusal why = {0};
                json_t *answer = answer_of("x.xml", refused[i].text, &why);
                if (answer != NULL || strcmp(why.code, refused[i].code) != 0)
                        fail_msg("%s: %s", refused[i].text, why.code);
        }
}

static void a_doctype_is_refused(void **state)
{
        (void)state;
        struct signing_refusal why;
        assert_null(answer_of("x.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", &why));
}

/* Every sample kept beside the project, and what it says. */
static const struct sample {
        const char *file, *members[12];
} samples[] = {
        {"006-210600235-20180522-684-AI-1-2_5279.xml",
         {"kind", "received", "act", "006-210600235-20180522-684-AI", "at", "2018-05-28", "number", "684", "classification",
          "2017-04-19", "object",
          "Contrat \xC3\xA0 dur\xC3\xA9"
          "e d\xC3\xA9termin\xC3\xA9"
          "e - Jean Dupont"}},
        {"044-214400152----1-3_1.xml",
         {"kind", "anomaly", "code", "002", "reason", "ODT-VERIF-01", "number", "123456", "siren", "214400152", "classification",
          "2018-10-10"}},
        {"044-214400152-20181106-TEST_DGCL_4-DE-6-2_10.xml",
         {"kind", "cancelled", "act", "044-214400152-20181106-TEST_DGCL_4-DE", "at", "2018-11-28"}},
        {"ANO_EACT--214400152--20180925-1.xml",
         {"kind", "envelope-anomaly", "code", "999", "reason", "ODT-VERIF-17", "envelope", "EACT--214400152--20180925-1.xml",
          "siren", "214400152"}},
        {"EACT--SPREF0441-214400152-20181012-9.xml", {"kind", "envelope", "siren", "214400152"}},
        {"exemple_codes_matieres.xml", {"kind", "classification", "classification", "2017-12-08"}},
};

static json_t *sample_read(const char *name)
{
        static char text[1 << 20];
        char path[4096];
        const char *folder = getenv("PLI_DATA");
        snprintf(path, sizeof path, "%s/actes/%s", folder != NULL ? folder : "../shared/data", name);
        FILE *file = fopen(path, "rbe");
        if (file == NULL)
                return NULL;
        size_t size = fread(text, 1, sizeof text, file);
        fclose(file);
        struct signing_refusal why = {0};
        json_t *answer = NULL;
        if (!acte_answer_read(name, (struct signing_bytes){(const uint8_t *)text, size}, &answer, &why))
                fail_msg("%s: %s %s", name, why.code, why.sentence);
        return answer;
}

static void every_sample_says_what_it_says(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
                json_t *answer = sample_read(samples[i].file);
                if (answer == NULL) {
                        print_message("skipped: no samples in PLI_DATA\n");
                        skip();
                }
                for (const char *const *member = samples[i].members; *member != NULL && member < samples[i].members + 12;
                     member += 2) {
                        if (strcmp(text(answer, member[0]), member[1]) != 0)
                                fail_msg("%s: %s is %s", samples[i].file, member[0], text(answer, member[0]));
                }
                json_decref(answer);
        }
}

static void a_classification_is_read_to_its_last_level(void **state)
{
        (void)state;
        json_t *answer = sample_read("exemple_codes_matieres.xml");
        if (answer == NULL) {
                print_message("skipped: no samples in PLI_DATA\n");
                skip();
        }
        json_t *matters = json_object_get(answer, "matters"), *natures = json_object_get(answer, "natures");
        assert_int_equal(json_array_size(natures), 6);
        const json_t *budget = json_array_get(natures, 0);
        assert_string_equal(text(budget, "abbreviation"), "BF");
        assert_string_equal(text(json_array_get(json_object_get(budget, "types"), 1), "code"), "99_BU");
        const json_t *last = json_array_get(matters, json_array_size(matters) - 1);
        assert_string_equal(text(last, "code"), "9.4");
        assert_string_equal(text(last, "label"), "Voeux et motions");
        json_decref(answer);
}

#define ACT "044-200000012-20260331-2026_12-DE"
#define LETTER_OF " a:IDActe='" ACT "' DateCourrierPref='2026-04-09'"

static void every_letter_of_the_prefecture_is_read(void **state)
{
        (void)state;
        static const struct {
                const char *file, *kind, *message, *letter, *said;
        } rows[] = {
                {HEAD("CourrierSimple") LETTER_OF "/>", "letter", "2-1", "2026-04-09", "(absent)"},
                {HEAD("DemandePieceComplementaire") LETTER_OF
                 "><a:DescriptionPieces>Le plan</a:DescriptionPieces></a:DemandePieceComplementaire>",
                 "pieces-wanted", "3-1", "2026-04-09", "Le plan"},
                {HEAD("ARPieceComplementaire") "DateReception='2026-04-20'><a:InfosCourrierPref" LETTER_OF
                                               "/></a:ARPieceComplementaire>",
                 "reply-received", "3-5", "2026-04-09", "(absent)"},
                {HEAD("LettreObservations") LETTER_OF "><a:Motif>Incomp\xE9tence</a:Motif></a:LettreObservations>", "observations",
                 "4-1", "2026-04-09", "Incomp\xC3\xA9tence"},
                {HEAD("ARReponseRejetLettreObservations") "><a:InfosCourrierPref" LETTER_OF
                                                          "/></a:ARReponseRejetLettreObservations>",
                 "reply-received", "4-5", "2026-04-09", "(absent)"},
                {HEAD("DefereTA") "a:IDActe='" ACT
                                  "'><a:DateDepot>2026-05-02</a:DateDepot><a:NatureIllegalite>Forme</a:NatureIllegalite></a:DefereTA>",
                 "court", "5-1", "(absent)", "Forme"},
        };
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct signing_refusal why;
                json_t *answer = answer_of("", rows[i].file, &why);
                assert_non_null(answer);
                assert_string_equal(text(answer, "kind"), rows[i].kind);
                assert_string_equal(text(answer, "message"), rows[i].message);
                assert_string_equal(text(answer, "act"), ACT);
                assert_string_equal(text(answer, "letter"), rows[i].letter);
                assert_string_equal(text(answer, "text"), rows[i].said);
                json_decref(answer);
        }
}

static void a_letter_without_its_date_is_refused(void **state)
{
        (void)state;
        struct signing_refusal why;
        assert_null(answer_of("", HEAD("CourrierSimple") "a:IDActe='" ACT "'/>", &why));
        assert_string_equal(why.code, "ANSWER_LETTER");
}

static void a_classification_without_change_has_its_date(void **state)
{
        (void)state;
        struct signing_refusal why;
        json_t *answer =
                answer_of("",
                          HEAD("ReponseClassificationSansChangement") "><a:DateClassification>2019-08-29</a:DateClassification>"
                                                                      "</a:ReponseClassificationSansChangement>",
                          &why);
        assert_non_null(answer);
        assert_string_equal(text(answer, "message"), "7-3");
        assert_string_equal(text(answer, "classification"), "2019-08-29");
        json_decref(answer);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_letter_of_the_prefecture_is_read),
                cmocka_unit_test(a_letter_without_its_date_is_refused),
                cmocka_unit_test(a_classification_without_change_has_its_date),
                cmocka_unit_test(an_anomaly_with_an_empty_id_finds_its_acte),
                cmocka_unit_test(an_answer_under_any_file_name_is_read),
                cmocka_unit_test(an_answer_that_says_nothing_usable_is_refused_by_name),
                cmocka_unit_test(a_doctype_is_refused),
                cmocka_unit_test(every_sample_says_what_it_says),
                cmocka_unit_test(a_classification_is_read_to_its_last_level),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
