/* Documents that cost a reader too much: refused by a bound on the work, whatever the machine's speed. */
#include "tests/unit/signing/part.h"

#include "signing/limits.h"

struct text {
        char *data;
        size_t size;
};

static FILE *text_open(struct text *text)
{
        FILE *out = open_memstream(&text->data, &text->size);
        assert_non_null(out);
        return out;
}

static void refused_as_too_much(struct text *text, const char *limit)
{
        xml_document *document = NULL;
        struct signing_refusal why = {0};
        assert_false(xml_read((struct signing_bytes){(const uint8_t *)text->data, text->size}, &document, &why));
        assert_string_equal(why.code, "TOO_MUCH");
        assert_non_null(strstr(why.clause, limit));
        free(text->data);
}

static void a_flood_of_attributes_never_reaches_the_parser(void **state)
{
        struct text text;
        FILE *out = text_open(&text);
        (void)state;
        fputs("<r", out);
        for (int n = 0; n < 200000; n++)
                fprintf(out, " a%d=''", n);
        fputs("/>", out);
        fclose(out);
        refused_as_too_much(&text, "LIMIT_TAG_BYTES");
}

static void many_short_attributes_are_counted(void **state)
{
        struct text text;
        FILE *out = text_open(&text);
        (void)state;
        fputs("<r", out);
        for (int n = 0; n <= LIMIT_ATTRIBUTES; n++)
                fprintf(out, " a%d=''", n);
        fputs("/>", out);
        fclose(out);
        refused_as_too_much(&text, "LIMIT_ATTRIBUTES");
}

static void a_flood_of_namespaces_is_bounded(void **state)
{
        struct text text;
        FILE *out = text_open(&text);
        (void)state;
        for (int n = 0; n < 200; n++)
                fprintf(out, "<e xmlns:n%d='urn:%d'>", n, n);
        for (int n = 0; n < 20000; n++)
                fputs("<f/>", out);
        for (int n = 0; n < 200; n++)
                fputs("</e>", out);
        fclose(out);
        refused_as_too_much(&text, "LIMIT_NAMESPACES");
}

static void depth_is_bounded(void **state)
{
        struct text text;
        FILE *out = text_open(&text);
        (void)state;
        for (int n = 0; n < 100000; n++)
                fputs("<e>", out);
        fclose(out);
        refused_as_too_much(&text, "LIMIT_DEPTH");
}

static void elements_are_bounded(void **state)
{
        struct text text;
        FILE *out = text_open(&text);
        (void)state;
        fputs("<e>", out);
        for (int n = 0; n <= LIMIT_ELEMENTS; n++)
                fputs("<f/>", out);
        fputs("</e>", out);
        fclose(out);
        refused_as_too_much(&text, "LIMIT_ELEMENTS");
}

static struct holder holder;

/* A signed document whose signature uses `transforms`, `fill` being hostile content beside the offer. */
static struct found judged_transforms(const char *transforms, const char *fill)
{
        char *document = NULL;
        assert_true(asprintf(&document, "<dossier><offre Id=\"offre\"><prix>100</prix></offre>@SIGNATURE@%s</dossier>", fill) > 0);
        char *text = part_signed(document, transforms, &holder);
        struct found found = judged_text(text, NULL);
        free(text);
        free(document);
        return found;
}

static char *many(const char *element, int count)
{
        struct text text;
        FILE *out = text_open(&text);
        for (int n = 0; n < count; n++)
                fputs(element, out);
        fclose(out);
        return text.data;
}

static void a_hostile_expression_runs_out_of_budget(void **state)
{
        char *fill = many("<a><b/></a>", 2000);
        (void)state;
        struct found found = judged_transforms("<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>"
                                               "count(//*[count(//*[count(//*) &gt; 1]) &gt; 1]) &gt; 1</ds:XPath></ds:Transform>",
                                               fill);
        assert_true(found.readable);
        assert_int_equal(found.indication, SIGNING_FAILED);
        assert_true(has_reason(&found, "TOO_MUCH"));
        json_decref(found.json);
        free(fill);
}

static void a_flood_of_expressions_draws_on_one_budget(void **state)
{
        struct work work = WORK_WHOLE;
        (void)state;
        assert_true(work_take(&work, &work.xpath, LIMIT_XPATH - 1));
        assert_false(work_take(&work, &work.xpath, 2));
        assert_true(work.exhausted);
}

static void the_usual_expression_removes_signatures_at_the_price_of_a_walk(void **state)
{
        char *fill = many("<a><b/></a>", 20000);
        (void)state;
        struct found found = judged_transforms("<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>"
                                               "not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>",
                                               fill);
        assert_true(found.readable);
        assert_true(flag_of(&found, "intact"));
        assert_false(has_reason(&found, "TOO_MUCH"));
        assert_false(has_reason(&found, "DIGEST_DIFFERS"));
        json_decref(found.json);
        free(fill);
}

static void an_expression_that_takes_content_away_leaves_it_uncovered(void **state)
{
        (void)state;
        struct found found = judged_transforms(
                "<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\">"
                "<f:XPath xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" Filter=\"subtract\">//prix</f:XPath>"
                "</ds:Transform>",
                "");
        assert_true(found.readable);
        assert_false(found.covers_all);
        assert_true(has_reason(&found, "COVERAGE_PARTIAL"));
        json_decref(found.json);
}

static void a_flood_of_references_to_one_big_element_runs_out_of_budget(void **state)
{
        char *fill = many("<a><b/></a>", 20000);
        struct text text;
        FILE *out = text_open(&text);
        (void)state;
        fprintf(out,
                "<dossier><gros Id=\"gros\">%s</gros><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo>",
                fill);
        fprintf(out, "<ds:CanonicalizationMethod Algorithm=\"" PART_EXCLUSIVE "\"/><ds:SignatureMethod "
                     "Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>");
        for (int n = 0; n < LIMIT_REFERENCES; n++)
                fprintf(out, "<ds:Reference URI=\"#gros\"><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>"
                             "<ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>");
        fprintf(out, "</ds:SignedInfo><ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature></dossier>");
        fclose(out);
        struct found found = judged_text(text.data, NULL);
        assert_true(found.readable);
        assert_int_equal(found.indication, SIGNING_FAILED);
        assert_true(has_reason(&found, "TOO_MUCH") || json_array_size(json_object_get(first_signature(&found), "reasons")) >= 48);
        json_decref(found.json);
        free(text.data);
        free(fill);
}

static int ground_make(void **state)
{
        struct signing_refusal why;
        (void)state;
        assert_true(signing_start(&why));
        holder = holder_rsa("Menuiserie Duval SARL");
        return 0;
}

static int ground_free(void **state)
{
        (void)state;
        holder_free(&holder);
        return 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_flood_of_attributes_never_reaches_the_parser),
                cmocka_unit_test(many_short_attributes_are_counted),
                cmocka_unit_test(a_flood_of_namespaces_is_bounded),
                cmocka_unit_test(depth_is_bounded),
                cmocka_unit_test(elements_are_bounded),
                cmocka_unit_test(a_hostile_expression_runs_out_of_budget),
                cmocka_unit_test(a_flood_of_expressions_draws_on_one_budget),
                cmocka_unit_test(the_usual_expression_removes_signatures_at_the_price_of_a_walk),
                cmocka_unit_test(an_expression_that_takes_content_away_leaves_it_uncovered),
                cmocka_unit_test(a_flood_of_references_to_one_big_element_runs_out_of_budget),
        };
        return cmocka_run_group_tests(tests, ground_make, ground_free);
}
