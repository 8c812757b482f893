/* Essential data: made, checked, written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/formats/decp.h"

static json_t *contract(const char *more)
{
        json_t *made = json_loads(
                "{\"number\":\"2026000001\",\"buyer\":{\"siret\":\"21060999100018\"},\"object\":\"Fenêtres\",\"cpv\":\"45421000-4\","
                "\"technique\":\"none\",\"place\":{\"code\":\"06100\",\"type\":\"postal\"},\"procedure\":\"Procédure adaptée\","
                "\"concession\":false,\"holder\":{\"name\":\"Duval\",\"siret\":\"90000000100017\"},\"amount\":12000,\"months\":6,"
                "\"notified\":\"2026-11-24\",\"signed\":\"2026-11-24\",\"published\":\"2026-11-24\",\"offers\":2}",
                0, NULL);
        json_t *data = json_loads(more, 0, NULL);
        assert_non_null(made);
        assert_non_null(data);
        json_object_set_new(made, "data", data);
        return made;
}

static const char whole[] =
        "{\"modalitesExecution\":{\"modaliteExecution\":[\"Sans objet\"]},\"marcheInnovant\":false,\"ccag\":\"Travaux\","
        "\"attributionAvance\":false,\"typeGroupementOperateurs\":\"Pas de groupement\",\"sousTraitanceDeclaree\":false,"
        "\"typesPrix\":{\"typePrix\":[\"Définitif ferme\"]},\"formePrix\":\"Forfaitaire\","
        "\"considerationsSociales\":{\"considerationSociale\":[\"Pas de considération sociale\"]},"
        "\"considerationsEnvironnementales\":{\"considerationEnvironnementale\":[\"Clause environnementale\"]}}";

static void what_the_buyer_must_add_is_listed(void **state)
{
        struct refusals why = {0};
        (void)state;
        json_t *from = contract("{}"), *decp = decp_make(from);
        assert_false(decp_check(decp, &why));
        assert_int_equal(why.count, 10);
        assert_string_equal(why.list[0].code, "decp-missing");
        assert_non_null(strstr(why.list[0].sentence, "modalitesExecution"));
        json_decref(decp);
        json_decref(from);
}

static void a_whole_contract_passes_and_the_buyer_changes_nothing_that_is_known(void **state)
{
        struct refusals why = {0};
        (void)state;
        json_t *from = contract(whole);
        json_object_set_new(json_object_get(from, "data"), "montant", json_integer(1));
        json_t *decp = decp_make(from), *market = json_object_get(decp, "marche");
        assert_true(decp_check(decp, &why));
        assert_int_equal(json_integer_value(json_object_get(market, "montant")), 12000);
        assert_string_equal(json_string_value(json_object_get(json_object_get(market, "lieuExecution"), "typeCode")),
                            "Code postal");
        json_decref(decp);
        json_decref(from);
}

static void a_wrong_value_is_told_with_those_that_would_do(void **state)
{
        static const char *const wrong[][2] = {
                {"ccag", "\"Inconnu\""}, {"marcheInnovant", "\"non\""},
                {"formePrix", "7"},      {"typesPrix", "{\"typePrix\":[\"Provisoire\",\"Provisoire\"]}"},
                {"tauxAvance", "1.5"},   {"considerationsSociales", "{\"considerationSociale\":[]}"}};
        (void)state;
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
                struct refusals why = {0};
                json_t *from = contract(whole);
                json_object_set_new(json_object_get(from, "data"), wrong[i][0], json_loads(wrong[i][1], JSON_DECODE_ANY, NULL));
                json_t *decp = decp_make(from);
                assert_false(decp_check(decp, &why));
                assert_int_equal(why.count, 1);
                assert_string_equal(why.list[0].code, "decp-wrong");
                assert_non_null(strstr(why.list[0].sentence, wrong[i][0]));
                json_decref(decp);
                json_decref(from);
        }
}

static void a_concession_has_its_own_members(void **state)
{
        struct refusals why = {0};
        (void)state;
        json_t *from = contract(
                "{\"nature\":\"Concession de service\",\"dateDebutExecution\":\"2027-01-01\",\"montantSubventionPublique\":0,"
                "\"considerationsSociales\":{\"considerationSociale\":[\"Concession réservée\"]},"
                "\"considerationsEnvironnementales\":{\"considerationEnvironnementale\":[\"Clause environnementale\"]}}");
        json_object_set_new(from, "concession", json_true());
        json_object_set_new(from, "procedure", json_string("Procédure négociée ouverte"));
        json_t *decp = decp_make(from);
        assert_true(decp_check(decp, &why));
        assert_non_null(json_object_get(json_object_get(decp, "contrat-concession"), "concessionnaires"));
        json_decref(decp);
        json_decref(from);
}

static bool add(void *context, const uint8_t *data, size_t size)
{
        strncat(context, (const char *)data, size);
        return true;
}

static void the_xml_says_what_the_json_says(void **state)
{
        static char text[8192];
        (void)state;
        json_t *from = contract(whole), *decp = decp_make(from), *list = json_pack("[O]", decp);
        assert_true(decp_xml(list, &(struct signing_sink){text, add}));
        assert_non_null(strstr(text, "<marches><marche><id>2026000001</id>"));
        assert_non_null(strstr(text, "<marcheInnovant>non</marcheInnovant>"));
        assert_non_null(strstr(
                text,
                "<titulaires><titulaire><typeIdentifiant>SIRET</typeIdentifiant><id>90000000100017</id></titulaire></titulaires>"));
        assert_non_null(strstr(text, "<typesPrix><typePrix>Définitif ferme</typePrix></typesPrix>"));
        json_t *file = decp_file(list);
        assert_int_equal(json_array_size(json_object_get(json_object_get(file, "marches"), "marche")), 1);
        assert_null(json_object_get(json_object_get(file, "marches"), "contrat-concession"));
        json_decref(file);
        json_decref(list);
        json_decref(decp);
        json_decref(from);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_the_buyer_must_add_is_listed),
                cmocka_unit_test(a_whole_contract_passes_and_the_buyer_changes_nothing_that_is_known),
                cmocka_unit_test(a_wrong_value_is_told_with_those_that_would_do),
                cmocka_unit_test(a_concession_has_its_own_members),
                cmocka_unit_test(the_xml_says_what_the_json_says),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
