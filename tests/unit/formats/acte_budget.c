/* The seal of a budget document, held against seals made by an independent canonicaliser. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/formats/acte_budget.h"

#define HEAD                                                                                                                       \
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<DocumentBudgetaire xmlns=\"http://www.minefi.gouv.fr/cp/demat/docbudgetaire\">"
#define BODY                                                                                                                       \
        "<EnTeteDocBudgetaire><DteStr V=\"2026-03-31\"/><LibelleColl V=\"Saint-Exemple\"/></EnTeteDocBudgetaire><Budget><Ligne><Nature V=\"6411\"/></Ligne></Budget>"
#define TAIL "</DocumentBudgetaire>"
/* printf of the document indented by three spaces, xmllint --c14n, md5sum and sha1sum. */
#define SEAL                                                                                                                       \
        "<Scellement md5=\"10bdbff599dad1c7ffb0ce84639e78c2\" sha1=\"239ebba26371d23ca930e55d787a514eff8e900f\" date=\"2026-03-31T10:00:00\"/>"

static const char *code_of(const char *text, struct refusals *why)
{
        *why = (struct refusals){0};
        bool good = acte_budget_check("budget.xml", (struct signing_bytes){(const uint8_t *)text, strlen(text)}, why);
        assert_int_equal(good, why->count == 0);
        return good ? "" : why->list[0].code;
}

static void a_right_seal_is_taken_however_the_document_is_indented(void **state)
{
        (void)state;
        struct refusals why;
        assert_string_equal(code_of(HEAD SEAL BODY TAIL, &why), "");
        assert_string_equal(code_of(HEAD "\n\n  " SEAL "\n" BODY "\n\t\n" TAIL "\n", &why), "");
}

static void what_was_changed_after_sealing_is_told(void **state)
{
        (void)state;
        struct refusals why;
        assert_string_equal(code_of(HEAD SEAL BODY "<Annexe/>" TAIL, &why), "budget-seal");
        assert_string_equal(code_of(HEAD BODY TAIL, &why), "budget-unsealed");
        assert_string_equal(code_of(HEAD "<Scellement md5=\"00\"/>" BODY TAIL, &why), "budget-unsealed");
}

static void what_is_no_budget_is_told(void **state)
{
        (void)state;
        struct refusals why;
        assert_string_equal(code_of("<DocumentBudgetaire/>", &why), "budget-xml");
        assert_string_equal(code_of("<!DOCTYPE a><a/>", &why), "budget-xml");
        assert_string_equal(code_of("", &why), "budget-xml");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_right_seal_is_taken_however_the_document_is_indented),
                cmocka_unit_test(what_was_changed_after_sealing_is_told),
                cmocka_unit_test(what_is_no_budget_is_told),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
