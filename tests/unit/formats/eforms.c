/* Notices: what is missing is told, what is written says what the consultation says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/formats/eforms.h"
#include "signing/xml.h"

static const char whole[] =
        "{\"id\":\"7d7e7a52-0000-4000-8000-000000000001\",\"reference\":\"T-1\",\"title\":\"Fenêtres <1>\",\"object\":\"Remplacement\","
        "\"nature\":\"works\",\"procedure\":\"open\",\"cpv\":[\"45421000-4\",\"45420000\"],\"place\":{\"code\":\"06100\",\"type\":\"postal\"},"
        "\"deadline\":\"2099-01-01T11:00:00.000000Z\",\"now\":\"2026-11-24T20:00:00.000000Z\",\"body\":{\"siret\":\"21060999100018\",\"name\":\"Commune\"},"
        "\"lots\":[{\"number\":\"A\",\"title\":\"Bois\"},{\"number\":\"B\",\"title\":\"Alu\"}],"
        "\"outcome\":[{\"lot\":\"B\",\"outcome\":\"awarded\",\"number\":\"2026000001\",\"amount\":1200.5,\"holder\":{\"name\":\"Duval\",\"siret\":\"90000000100017\"}},"
        "{\"lot\":\"A\",\"outcome\":\"unsuccessful\",\"reason\":\"rien\"}]}";

static bool add(void *context, const uint8_t *data, size_t size)
{
        strncat(context, (const char *)data, size);
        return true;
}

static void what_is_missing_is_listed_with_its_business_term(void **state)
{
        struct refusals why = {0}, none = {0}, wrong = {0};
        (void)state;
        json_t *bare = json_loads("{\"title\":\"a\",\"object\":\"b\",\"deadline\":\"c\",\"nature\":null,\"cpv\":[]}", 0, NULL),
               *good = json_loads(whole, 0, NULL);
        assert_false(eforms_check(bare, "E4", &why));
        assert_int_equal(why.count, 4); /* nature, cpv, place, outcome */
        assert_non_null(strstr(why.list[1].sentence, "BT-262"));
        assert_true(eforms_check(good, "E3", &none));
        assert_false(eforms_check(good, "99", &wrong));
        assert_string_equal(wrong.list[0].code, "notice-subtype");
        json_decref(bare);
        json_decref(good);
}

static void a_notice_is_well_formed_and_says_what_it_must(void **state)
{
        static const char *const wanted[][6] = {
                {"E3", "<ContractNotice xmlns=", ">E3</cbc:SubTypeCode>",
                 "<cbc:EndDate>2099-01-01Z</cbc:EndDate><cbc:EndTime>11:00:00Z</cbc:EndTime>", ">45421000<", "Fenêtres &lt;1&gt;"},
                {"E4", "<ContractAwardNotice xmlns=", ">selec-w</cbc:TenderResultCode>", ">clos-nw</cbc:TenderResultCode>",
                 "currencyID=\"EUR\">1200.50<", "<cbc:ID>2026000001</cbc:ID>"},
        };
        (void)state;
        json_t *good = json_loads(whole, 0, NULL);
        for (size_t i = 0; i < 2; i++) {
                static char text[65536];
                struct signing_refusal why = {0};
                xml_document *document = NULL;
                text[0] = '\0';
                assert_true(eforms_write(good, wanted[i][0], "https://pli.test", &(struct signing_sink){text, add}));
                for (size_t k = 1; k < 6; k++)
                        if (strstr(text, wanted[i][k]) == NULL)
                                fail_msg("%s: %s", wanted[i][0], wanted[i][k]);
                assert_true(xml_read((struct signing_bytes){(const uint8_t *)text, strlen(text)}, &document, &why));
                xml_document_free(document);
        }
        json_decref(good);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_missing_is_listed_with_its_business_term),
                cmocka_unit_test(a_notice_is_well_formed_and_says_what_it_must),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
