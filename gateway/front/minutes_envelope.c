/*
 * minutes_envelope.c - what opening one envelope gave: documents, signatures with
 * the clause of every finding, antivirus.
 */
#include "gateway/front/minutes_page.h"

#include <string.h>

/* {"code","clause","text","texte"}: a verification says both languages, an unreadable envelope English only. */
static void reasons_show(struct minutes_page *page, const json_t *reasons)
{
        size_t n;
        const json_t *reason;
        if (json_array_size(reasons) == 0)
                return;
        fputs("<ul>", page->out);
        json_array_foreach(reasons, n, reason)
        {
                const char *sentence = page_member(reason, page->language == FRENCH ? "texte" : "text");
                fputs("<li>", page->out);
                page_text(page, sentence[0] != '\0' ? sentence : page_member(reason, "text"));
                fputs(" <small>", page->out);
                page_text(page, page_member(reason, "code"));
                if (page_member(reason, "clause")[0] != '\0')
                        fputs(", ", page->out);
                page_text(page, page_member(reason, "clause"));
                fputs("</small></li>", page->out);
        }
        fputs("</ul>\n", page->out);
}

static void documents_show(struct minutes_page *page, const json_t *documents)
{
        const enum word columns[] = {W_NAME, W_TYPE, W_SIZE, W_DIGEST};
        size_t n;
        const json_t *document;
        if (json_array_size(documents) == 0)
                return;
        page_element(page, "h4", page_word(page, W_DOCUMENTS));
        page_table(page, columns, 4);
        json_array_foreach(documents, n, document)
        {
                fputs("<tr><td>", page->out);
                page_text(page, page_member(document, "name"));
                if (json_is_false(json_object_get(document, "listed"))) {
                        fputs(" <strong>(", page->out);
                        page_text(page, page_word(page, W_UNLISTED));
                        fputs(")</strong>", page->out);
                }
                fputs("</td>", page->out);
                page_element(page, "td", page_member(document, "mediaType"));
                fprintf(page->out, "<td>%" JSON_INTEGER_FORMAT " %s</td><td><code>",
                        json_integer_value(json_object_get(document, "size")), page_word(page, W_BYTES));
                page_text(page, page_member(document, "sha256"));
                fputs("</code></td></tr>\n", page->out);
        }
        page_table_end(page);
}

static void missing_show(struct minutes_page *page, const json_t *missing)
{
        size_t n;
        const json_t *name;
        if (json_array_size(missing) == 0)
                return;
        page_element(page, "h4", page_word(page, W_MISSING));
        fputs("<ul>", page->out);
        json_array_foreach(missing, n, name)
        {
                page_element(page, "li", json_string_value(name) != NULL ? json_string_value(name) : "");
        }
        fputs("</ul>\n", page->out);
}

static void verdict_show(struct minutes_page *page, const json_t *judged)
{
        page_text(page, page_code(page, page_member(judged, "indication")));
        if (page_member(judged, "subIndication")[0] != '\0')
                fputs(", ", page->out);
        page_text(page, page_member(judged, "subIndication"));
}

static void signatures_show(struct minutes_page *page, const json_t *verification)
{
        const json_t *signatures = json_object_get(verification, "signatures"), *signature;
        size_t n;
        page_element(page, "h4", page_word(page, W_SIGNATURES));
        if (json_array_size(signatures) == 0) {
                page_element(page, "p", page_word(page, W_UNSIGNED));
                return;
        }
        json_array_foreach(signatures, n, signature)
        {
                const char *subject = page_member(json_object_get(signature, "signingCertificate"), "subject");
                fputs("<p>", page->out);
                page_text(page, page_word(page, W_SIGNATURE));
                fprintf(page->out, " %zu : <strong>", n + 1);
                verdict_show(page, signature);
                fputs("</strong>", page->out);
                if (subject[0] != '\0')
                        fputs(" – ", page->out);
                page_text(page, subject);
                fputs("</p>", page->out);
                reasons_show(page, json_object_get(signature, "reasons"));
        }
}

static void antivirus_show(struct minutes_page *page, const json_t *results)
{
        size_t n;
        const json_t *result;
        if (json_array_size(results) == 0)
                return;
        page_element(page, "h4", page_word(page, W_ANTIVIRUS));
        fputs("<ul>", page->out);
        json_array_foreach(results, n, result)
        {
                const char *signature = page_member(result, "signature"), *reason = page_member(result, "reason");
                fputs("<li>", page->out);
                page_text(page, page_member(result, "name"));
                fputs(" : ", page->out);
                page_text(page, page_code(page, page_member(result, "outcome")));
                fputs(signature[0] != '\0' || reason[0] != '\0' ? " – " : "", page->out);
                page_text(page, signature[0] != '\0' ? signature : reason);
                fputs("</li>", page->out);
        }
        fputs("</ul>\n", page->out);
}

void minutes_envelope(struct minutes_page *page, const json_t *envelope)
{
        const json_t *report = json_object_get(envelope, "report");
        if (!json_is_object(report)) {
                page_element(page, "p", page_word(page, W_SEALED));
                return;
        }
        reasons_show(page, json_object_get(report, "reasons"));
        documents_show(page, json_object_get(report, "documents"));
        missing_show(page, json_object_get(report, "missing"));
        if (strcmp(page_member(report, "outcome"), "opened") == 0)
                signatures_show(page, json_object_get(report, "verification"));
        antivirus_show(page, json_object_get(report, "antivirus"));
}
