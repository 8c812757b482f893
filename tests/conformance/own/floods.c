/*
 * floods.c - documents that would cost a careless reader seconds and gigabytes: each is bounded before the work is done.
 */
#include "tests/conformance/own/chapters.h"

#include "signing/dsig.h"
#include "signing/limits.h"

struct flood {
        const char *name, *verdict, *reason, *head, *each, *tail;
        int count;
};

static const struct flood floods[] = {
        {"attributes_in_one_tag", "REFUSED", "TOO_MUCH", "<r", " a%d=''", "/>", 200000},
        {"bomb_in_an_attribute", "REFUSED", "DOCTYPE", "<!DOCTYPE a [<!ENTITY e0 'aaaaaaaaaa'>",
         "<!ENTITY f%d '&e0;&e0;&e0;&e0;&e0;&e0;&e0;&e0;'>", "]><a b='&f9;'/>", 1000},
        {"text_of_1_MB", "REFUSED", "NO_SIGNATURE", "<r>", "0123456789abcdef0123456789abcdef0123456789abcdef", "</r>", 20000},
        {"attributes_short", "REFUSED", "TOO_MUCH", "<r", " a%d=''", "/>", LIMIT_ATTRIBUTES + 1},
        {"namespaces", "REFUSED", "TOO_MUCH", "<r", " xmlns:n%d='urn:n'", "/>", LIMIT_NAMESPACES + 1},
        {"depth", "REFUSED", "TOO_MUCH", "", "<e>", "", 100000},
        {"signatures", "REFUSED", "TOO_MUCH", "<r xmlns:ds='" DSIG_SPACE "'>", "<ds:Signature Id='s%d'/>", "</r>",
         LIMIT_SIGNATURES + 1},
        {"references", "TOTAL-FAILED/FORMAT_FAILURE", "SIGNATURE_MALFORMED",
         "<r xmlns:ds='" DSIG_SPACE "'><ds:Signature><ds:SignedInfo><ds:CanonicalizationMethod Algorithm='x'/><ds:SignatureMethod "
         "Algorithm='y'/>",
         "<ds:Reference URI='#n%d'><ds:DigestMethod Algorithm='x'/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>",
         "</ds:SignedInfo><ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature></r>", LIMIT_REFERENCES + 1},
};

static char *flood_make(const struct flood *flood)
{
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        fputs(flood->head, out);
        for (int n = 0; n < flood->count; n++) {
                const char *mark = strstr(flood->each, "%d");
                if (mark == NULL)
                        fputs(flood->each, out);
                else
                        fprintf(out, "%.*s%d%s", (int)(mark - flood->each), flood->each, n, mark + 2);
        }
        fputs(flood->tail, out);
        fclose(out);
        return text;
}

static void alone(struct samples *samples, const char *name, const char *verdict, const char *reason, char *text)
{
        const struct sample sample = {
                .name = name, .verdict = verdict, .reason = reason, .document = {(const uint8_t *)text, strlen(text)}};
        sample_judge_alone(samples, &sample);
}

/* A signed offer with `fill` beside it, and a transform before its digest. */
static char *filled(const struct flood *fill, const char *transform, const struct holder *holder)
{
        char *document = flood_make(fill), *text = part_signed(document, transform, holder);
        free(document);
        return text;
}

#define XPATH "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>%s</ds:XPath></ds:Transform>"

static const struct expression {
        const char *name, *verdict, *reason, *text;
        int leaves;
} expressions[] = {
        {"A4_expression", "TOTAL-FAILED/FORMAT_FAILURE", "TOO_MUCH", "count(//*[count(//*[count(//*) &gt; 1]) &gt; 1]) &gt; 1",
         2000},
        {"A4_expression_in_38_KB", "TOTAL-FAILED/FORMAT_FAILURE", "TOO_MUCH",
         "count(//*[count(preceding::*|following::*) &gt; 3]) &gt; 1", 3500},
        {"A4_numbers", "TOTAL-FAILED/FORMAT_FAILURE", "TOO_MUCH", "sum(//*[string-length(string(//*)) &gt; 1]) &gt; 1", 3500},
};

static void expressions_judge(struct samples *samples, const struct holder *holder)
{
        for (size_t n = 0; n < sizeof expressions / sizeof expressions[0]; n++) {
                const struct flood fill = {.head = "<dossier><offre Id=\"offre\"/>@SIGNATURE@",
                                           .each = "<a><b/></a>",
                                           .tail = "</dossier>",
                                           .count = expressions[n].leaves};
                char transform[512];
                snprintf(transform, sizeof transform, XPATH, expressions[n].text);
                alone(samples, expressions[n].name, expressions[n].verdict, expressions[n].reason,
                      filled(&fill, transform, holder));
        }
}

/* The expression of honest files, which a plain evaluator takes for every node: 5 seconds at 363 KB. */
static void honest_expression_judge(struct samples *samples, const struct holder *holder)
{
        const struct flood fill = {.head = "<dossier><offre Id=\"offre\">",
                                   .each = "<a><b/></a>",
                                   .tail = "</offre>@SIGNATURE@</dossier>",
                                   .count = 33000};
        char transform[512];
        snprintf(transform, sizeof transform, XPATH, "not(ancestor-or-self::ds:Signature)");
        alone(samples, "A4_honest_expression_in_363_KB", "INDETERMINATE/SIG_CONSTRAINTS_FAILURE", "COVERAGE_PARTIAL",
              filled(&fill, transform, holder));
}

/* A5: each of many references digests the same large element again. */
static void same_element_judge(struct samples *samples)
{
        const struct flood body = {
                .head = "<r xmlns:ds='" DSIG_SPACE "'><offre Id='o'>", .each = "<a/>", .tail = "</offre>@@</r>", .count = 20000};
        const struct flood references = {
                .head = "<ds:Signature><ds:SignedInfo><ds:CanonicalizationMethod Algorithm='" PART_EXCLUSIVE
                        "'/><ds:SignatureMethod Algorithm='http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'/>",
                .each = "<ds:Reference URI='#o'><ds:DigestMethod Algorithm='http://www.w3.org/2001/04/xmlenc#sha256'/>"
                        "<ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>",
                .tail = "</ds:SignedInfo><ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature>",
                .count = 900};
        char *signature = flood_make(&references);
        alone(samples, "A5_one_element_900_times", "TOTAL-FAILED/HASH_FAILURE", "TOO_MUCH",
              part_put(flood_make(&body), "@@", signature));
        free(signature);
}

void chapter_floods(const struct ground *ground)
{
        struct samples *samples = ground->samples;
        for (size_t n = 0; n < sizeof floods / sizeof floods[0]; n++)
                alone(samples, floods[n].name, floods[n].verdict, floods[n].reason, flood_make(&floods[n]));
        expressions_judge(samples, &ground->holder);
        honest_expression_judge(samples, &ground->holder);
        same_element_judge(samples);
}
