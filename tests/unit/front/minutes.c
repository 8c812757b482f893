/* The minutes say what was found, in both languages, and nothing that came from outside becomes markup. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "gateway/front/minutes.h"

static const char consultation_text[] =
        "{\"reference\":\"2026-017\",\"title\":\"Menuiseries de l'école\",\"object\":\"Remplacement & pose\","
        "\"body\":{\"name\":\"Commune de Saint-Exemple\",\"siret\":\"21000000000018\"},\"deadline\":\"2026-03-31T12:00:00.000000Z\"}";

static const char opening_text[] =
        "{\"state\":\"opened\",\"started\":\"2026-03-31T12:30:00.000000Z\",\"startedBy\":\"Alice Marchand\","
        "\"finished\":\"2026-03-31T12:31:07.120000Z\",\"quorum\":2,"
        "\"members\":[{\"x\":1,\"name\":\"Farid Adjoint\",\"present\":true,\"at\":\"2026-03-31T12:30:10.000000Z\"},"
        "{\"x\":2,\"name\":\"Gisèle Conseillère\",\"present\":false,\"at\":null}],"
        "\"present\":[{\"name\":\"Farid Adjoint\",\"at\":\"2026-03-31T12:30:10.000000Z\"},{\"name\":\"Alice Marchand\","
        "\"at\":\"2026-03-31T12:30:00.000000Z\"}],"
        "\"deposits\":[{\"deposit\":\"d1\",\"company\":{\"name\":\"Menuiserie Duval <SARL>\",\"siret\":\"90000000100017\"},"
        "\"received\":\"2026-03-31T11:59:59.123456Z\",\"late\":false,\"state\":\"opened\",\"event\":12,\"envelopes\":[{\"envelope\":\"e1\","
        "\"lot\":\"2\",\"kind\":\"offre\",\"state\":\"infected\",\"report\":{\"outcome\":\"opened\",\"reasons\":[],"
        "\"documents\":[{\"name\":\"devis \\\"1\\\".pdf\",\"mediaType\":\"application/pdf\",\"size\":4096,\"sha256\":\"ab12\",\"listed\":false}],"
        "\"missing\":[\"plan.pdf\"],\"verification\":{\"indication\":\"TOTAL-FAILED\",\"subIndication\":\"HASH_FAILURE\",\"signatures\":[{"
        "\"indication\":\"TOTAL-FAILED\",\"subIndication\":\"HASH_FAILURE\",\"signingCertificate\":{\"subject\":\"CN=Claire Duval\"},"
        "\"reasons\":[{\"code\":\"DIGEST_DIFFERS\",\"clause\":\"EN 319 102-1 5.2.7\",\"text\":\"The data have been changed.\","
        "\"texte\":\"Les données ont été modifiées.\"}]}]},"
        "\"antivirus\":[{\"name\":\"devis.pdf\",\"outcome\":\"infected\",\"signature\":\"Eicar\"},"
        "{\"name\":\"grand.pdf\",\"outcome\":\"not-scanned\",\"reason\":\"too-large: 3 GiB\"}]}}]},"
        "{\"deposit\":\"d2\",\"company\":{\"name\":\"Bois et Toits SAS\"},\"received\":\"2026-03-31T12:00:05.000000Z\",\"late\":true,"
        "\"state\":\"committed\",\"event\":13,\"envelopes\":[{\"envelope\":\"e2\",\"lot\":\"\",\"kind\":\"candidature\",\"state\":\"sealed\","
        "\"report\":null}]}],"
        "\"withdrawn\":[],\"replaced\":[{\"deposit\":\"d0\",\"company\":{\"name\":\"Menuiserie Duval\"},"
        "\"received\":\"2026-03-30T08:00:00.000000Z\",\"late\":false,\"state\":\"replaced\",\"event\":7,\"envelopes\":[]}]}";

static char *minutes_of(const char *opening, const char *language)
{
        json_t *first = json_loads(opening, 0, NULL), *second = json_loads(consultation_text, 0, NULL);
        assert_non_null(first);
        assert_non_null(second);
        char *html = minutes_html(first, second, language);
        json_decref(first);
        json_decref(second);
        assert_non_null(html);
        return html;
}

static void assert_says(const char *html, const char *what)
{
        if (strstr(html, what) == NULL)
                fail_msg("the minutes do not say: %s", what);
}

static void french_minutes_tell_who_when_what_and_why(void **state)
{
        (void)state;
        char *html = minutes_of(opening_text, "fr");
        const char *const said[] = {"<html lang=\"fr\">",
                                    "Procès-verbal d'ouverture des plis",
                                    "Commune de Saint-Exemple",
                                    "31/03/2026 à 11:59:59 UTC",
                                    "Farid Adjoint",
                                    "présent",
                                    "absent",
                                    "Autres personnes présentes",
                                    "Alice Marchand",
                                    "hors délai",
                                    "dans le délai",
                                    "remplacé",
                                    "Néant.",
                                    "Les données ont été modifiées.",
                                    "EN 319 102-1 5.2.7",
                                    "invalide (TOTAL-FAILED), HASH_FAILURE",
                                    "CN=Claire Duval",
                                    "plan.pdf",
                                    "absent de la liste du manifeste",
                                    "too-large: 3 GiB",
                                    "copie de sauvegarde",
                                    "Ce pli n'a pas été ouvert."};
        for (size_t i = 0; i < sizeof said / sizeof *said; i++)
                assert_says(html, said[i]);
        free(html);
}

static void english_minutes_say_the_same(void **state)
{
        (void)state;
        char *html = minutes_of(opening_text, "en");
        const char *const said[] = {"<html lang=\"en\">", "Minutes of the opening of tenders", "2026-03-31 11:59:59 UTC", "late",
                                    "replaced",           "The data have been changed.",       "invalid (TOTAL-FAILED)"};
        for (size_t i = 0; i < sizeof said / sizeof *said; i++)
                assert_says(html, said[i]);
        assert_null(strstr(html, "modifiées"));
        free(html);
}

static void names_from_outside_never_become_markup(void **state)
{
        (void)state;
        char *html = minutes_of(opening_text, "fr");
        assert_null(strstr(html, "<SARL>"));
        assert_says(html, "Menuiserie Duval &lt;SARL&gt;");
        assert_says(html, "Remplacement &amp; pose");
        assert_says(html, "devis &quot;1&quot;.pdf");
        assert_null(strstr(html, "<script"));
        assert_null(strstr(html, "style="));
        free(html);
}

static void an_opening_not_started_says_so_and_no_more(void **state)
{
        (void)state;
        char *html = minutes_of("{\"state\":\"published\",\"started\":null,\"deposits\":[]}", "fr");
        assert_says(html, "L'ouverture n'a pas commencé");
        assert_null(strstr(html, "<table"));
        free(html);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(french_minutes_tell_who_when_what_and_why),
                cmocka_unit_test(english_minutes_say_the_same),
                cmocka_unit_test(names_from_outside_never_become_markup),
                cmocka_unit_test(an_opening_not_started_says_so_and_no_more),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
