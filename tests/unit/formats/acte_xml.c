/* The acte's names and XML: exact names, valid by the State's schema, read back as written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <libxml/xmlschemas.h>

#include "gateway/formats/acte_xml.h"
#include "signing/xml.h"

static const struct acte_sending sending = {"PLI", "20260102", 12, "retour@pli.test"};

static struct acte *acte_made(const char *object, const char *date)
{
        struct acte *acte = calloc(1, sizeof *acte);
        assert_non_null(acte);
        *acte = (struct acte){
                .siren = "200000012",
                .department = "044",
                .district = "1",
                .authority = "31",
                .number = "2025_987",
                .nature = 1,
                .matters = {8, 9, 2},
                .matter_count = 3,
                .previous = "044-200000012-20251201-2025_900-DE",
                .classification = "2024-01-15",
                .documents = {{"d.pdf", "99_DE", "pdf"}, {"p.jpg", "22_AT", "jpg"}},
                .document_count = 2,
        };
        snprintf(acte->date, sizeof acte->date, "%s", date);
        snprintf(acte->object, sizeof acte->object, "%s", object);
        return acte;
}

static void names_carry_the_decisions_calendar_year(void **state)
{
        (void)state;
        /* Both days belong to another year by their week (ISO 8601): the fault of a known platform. */
        static const struct {
                const char *date, *id;
        } cases[] = {
                {"2025-12-31", "044-200000012-20251231-2025_987-DE"},
                {"2027-01-01", "044-200000012-20270101-2025_987-DE"},
        };
        for (size_t i = 0; i < 2; i++) {
                struct acte *acte = acte_made("objet", cases[i].date);
                acte_name name;
                acte_id_write(acte, name);
                assert_string_equal(name, cases[i].id);
                free(acte);
        }
}

static void every_name_is_the_norms(void **state)
{
        (void)state;
        struct acte *acte = acte_made("objet", "2025-12-31");
        acte_name name;
        acte_message_name_write(acte, name);
        assert_string_equal(name, "044-200000012-20251231-2025_987-DE-1-1_0.xml");
        acte_document_name_write(acte, 0, name);
        assert_string_equal(name, "99_DE-044-200000012-20251231-2025_987-DE-1-1_1.pdf");
        acte_document_name_write(acte, 1, name);
        assert_string_equal(name, "22_AT-044-200000012-20251231-2025_987-DE-1-1_2.jpg");
        acte_envelope_name_write(acte, &sending, name);
        assert_string_equal(name, "EACT--200000012--20260102-12.xml");
        acte_archive_name_write(acte, &sending, name);
        assert_string_equal(name, "PLI-EACT--200000012--20260102-12.tar.gz");
        free(acte);
}

static void a_sending_must_fit_the_envelope(void **state)
{
        (void)state;
        struct signing_refusal why;
        assert_true(acte_sending_check(&sending, &why));
        static const char *const refused[] = {"",        "a",       "a@b",   "a@b.example", "a b@c.fr",
                                              ".a@c.fr", "a@c..fr", "a@.fr", "a@c.f1",      "a@c.fr "};
        for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
                struct acte_sending other = sending;
                snprintf(other.mail, sizeof other.mail, "%s", refused[i]);
                if (acte_sending_check(&other, &why))
                        fail_msg("accepted: %s", refused[i]);
        }
        struct acte_sending other = sending;
        other.serial = 0;
        assert_false(acte_sending_check(&other, &why));
        other = sending;
        snprintf(other.trigram, sizeof other.trigram, "PL");
        assert_false(acte_sending_check(&other, &why));
}

static void the_states_names_are_read(void **state)
{
        (void)state;
        struct acte_message_name name;
        acte_name envelope;
        assert_true(acte_message_name_parse("006-200000012-20180522-684-AI-1-2_5279.xml", &name));
        assert_string_equal(name.message, "1-2");
        assert_string_equal(name.number, "684");
        assert_true(acte_message_name_parse("044-200000012----1-3_1.xml", &name));
        assert_string_equal(name.siren, "200000012");
        assert_string_equal(name.number, "");
        assert_string_equal(name.message, "1-3");
        static const char *const refused[] = {"",
                                              "a.xml",
                                              "044-200000012-1-3_1.xml",
                                              "044-20000001----1-3_1.xml",
                                              "044-200000012----1-3_1.pdf",
                                              "044-200000012----1-3_1.xml.xml",
                                              "0444-200000012----1-3_1.xml",
                                              "044-200000012-----3_1.xml"};
        for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
                if (acte_message_name_parse(refused[i], &name))
                        fail_msg("read: %s", refused[i]);
        }
        assert_true(acte_anomaly_name_parse("ANO_EACT--200000012--20180925-1.xml", envelope));
        assert_string_equal(envelope, "EACT--200000012--20180925-1.xml");
        assert_false(acte_anomaly_name_parse("EACT--200000012--20180925-1.xml", envelope));
        assert_false(acte_anomaly_name_parse("ANO_EACT--../../20180925-1.xml", envelope));
}

static void what_is_written_declares_latin_1_and_is_it(void **state)
{
        (void)state;
        struct acte *acte = acte_made("\xC3\x89t\xC3\xA9 & <hiver> \xE2\x82\xAC \xE2\x80\x99", "2025-12-31");
        size_t size;
        char *text = acte_message_write(acte, &size);
        assert_memory_equal(text, "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>", 43);
        assert_non_null(strstr(text, "<actes:Objet>\xC9t\xE9 &amp; &lt;hiver&gt; &#8364; &#8217;</actes:Objet>"));
        free(text);
        free(acte);
}

static void an_object_is_read_back_as_it_was_written(void **state)
{
        (void)state;
        static char longest[ACTE_OBJECT_MAX * 4 + 1];
        for (size_t i = 0; i < ACTE_OBJECT_MAX; i++)
                memcpy(longest + 4 * i, "\xF0\x9F\x98\x80", 5); /* the emoji U+1F600, four bytes each */
        const char *const objects[] = {"simple", "\xC5\x93uvre \xE2\x80\x93 \xC3\xA9", "a\nb\tc", "  bords  ", "]]>", longest};
        for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
                struct acte *acte = acte_made(objects[i], "2025-12-31"), *back = calloc(1, sizeof *back);
                size_t size;
                struct signing_refusal why;
                char *text = acte_message_write(acte, &size);
                xml_document *document = NULL;
                assert_true(xml_read((struct signing_bytes){(const uint8_t *)text, size}, &document, &why));
                assert_true(acte_read(xml_root(document), back, &why));
                assert_string_equal(back->object, objects[i]);
                assert_string_equal(back->number, acte->number);
                assert_string_equal(back->previous, acte->previous);
                assert_string_equal(back->documents[1].name, "22_AT-044-200000012-20251231-2025_987-DE-1-1_2.jpg");
                assert_int_equal(back->matter_count, 3);
                assert_false(back->paper);
                xml_document_free(document);
                free(text);
                free(acte);
                free(back);
        }
}

static xmlSchemaValidCtxt *schema_open(void)
{
        const char *folder = getenv("PLI_DATA");
        char path[4096];
        snprintf(path, sizeof path, "%s/actes/actesv1_1.xsd", folder != NULL ? folder : "../shared/data");
        FILE *file = fopen(path, "re");
        if (file == NULL)
                return NULL;
        fclose(file);
        xmlSchemaParserCtxt *parser = xmlSchemaNewParserCtxt(path);
        static xmlSchema *schema; /* lives as long as the test */
        schema = xmlSchemaParse(parser);
        xmlSchemaFreeParserCtxt(parser);
        assert_non_null(schema);
        return xmlSchemaNewValidCtxt(schema);
}

static void valid(xmlSchemaValidCtxt *schema, char *text, size_t size)
{
        xmlDoc *document = xmlReadMemory(text, (int)size, "acte.xml", NULL, XML_PARSE_NONET);
        assert_non_null(document);
        assert_int_equal(xmlSchemaValidateDoc(schema, document), 0);
        xmlFreeDoc(document);
        free(text);
}

static void what_is_written_is_valid_by_the_states_schema(void **state)
{
        (void)state;
        xmlSchemaValidCtxt *schema = schema_open();
        if (schema == NULL) {
                print_message("skipped: no schema in PLI_DATA\n");
                skip();
        }
        struct acte *acte = acte_made("\xC3\x89t\xC3\xA9 \xE2\x82\xAC", "2025-12-31");
        size_t size;
        char *text = acte_message_write(acte, &size);
        valid(schema, text, size);
        acte->document_count = 1;
        acte->previous[0] = '\0';
        acte->matter_count = 2;
        acte->paper = true;
        text = acte_message_write(acte, &size);
        valid(schema, text, size);
        text = acte_envelope_write(acte, &sending, &size);
        valid(schema, text, size);
        xmlSchemaFreeValidCtxt(schema);
        free(acte);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(names_carry_the_decisions_calendar_year),
                cmocka_unit_test(every_name_is_the_norms),
                cmocka_unit_test(a_sending_must_fit_the_envelope),
                cmocka_unit_test(the_states_names_are_read),
                cmocka_unit_test(what_is_written_declares_latin_1_and_is_it),
                cmocka_unit_test(an_object_is_read_back_as_it_was_written),
                cmocka_unit_test(what_is_written_is_valid_by_the_states_schema),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
