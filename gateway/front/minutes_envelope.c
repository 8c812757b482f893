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
        json_array_foreach(reasons, n, reason)
        {
                const char *sentence = page_member(reason, page->language == FRENCH ? "texte" : "text"),
                           *clause = page_member(reason, "clause");
                paper_item(page->paper, "%s (%s%s%s)", sentence[0] != '\0' ? sentence : page_member(reason, "text"),
                           page_member(reason, "code"), clause[0] != '\0' ? ", " : "", clause);
        }
}

static void documents_show(struct minutes_page *page, const json_t *documents)
{
        const enum word columns[] = {W_NAME, W_TYPE, W_SIZE, W_DIGEST};
        size_t n;
        const json_t *document;
        if (json_array_size(documents) == 0)
                return;
        paper_title(page->paper, 4, "%s", page_word(page, W_DOCUMENTS));
        page_table(page, columns, 4);
        json_array_foreach(documents, n, document)
        {
                bool unlisted = json_is_false(json_object_get(document, "listed"));
                paper_cell(page->paper, "%s%s%s%s", page_member(document, "name"), unlisted ? " (" : "",
                           unlisted ? page_word(page, W_UNLISTED) : "", unlisted ? ")" : "");
                paper_cell(page->paper, "%s", page_member(document, "mediaType"));
                paper_cell(page->paper, "%" JSON_INTEGER_FORMAT " %s", json_integer_value(json_object_get(document, "size")),
                           page_word(page, W_BYTES));
                paper_cell(page->paper, "%s", page_member(document, "sha256"));
        }
}

static void missing_show(struct minutes_page *page, const json_t *missing)
{
        size_t n;
        const json_t *name;
        if (json_array_size(missing) == 0)
                return;
        paper_title(page->paper, 4, "%s", page_word(page, W_MISSING));
        json_array_foreach(missing, n, name)
        {
                paper_item(page->paper, "%s", json_string_value(name) != NULL ? json_string_value(name) : "");
        }
}

static void signature_show(struct minutes_page *page, const json_t *signature, size_t number)
{
        const char *subject = page_member(json_object_get(signature, "signingCertificate"), "subject"),
                   *detail = page_member(signature, "subIndication");
        paper_paragraph(page->paper, "%s %zu : %s%s%s%s%s", page_word(page, W_SIGNATURE), number,
                        page_code(page, page_member(signature, "indication")), detail[0] != '\0' ? ", " : "", detail,
                        subject[0] != '\0' ? " – " : "", subject);
        reasons_show(page, json_object_get(signature, "reasons"));
}

static void signatures_show(struct minutes_page *page, const json_t *verification)
{
        const json_t *signatures = json_object_get(verification, "signatures"), *signature;
        size_t n;
        json_array_foreach(signatures, n, signature) signature_show(page, signature, n + 1);
}

static void verification_show(struct minutes_page *page, const json_t *report)
{
        const json_t *verification = json_object_get(report, "verification"),
                     *manifest = json_object_get(report, "manifestVerification");
        paper_title(page->paper, 4, "%s", page_word(page, W_SIGNATURES));
        if (json_array_size(json_object_get(verification, "signatures")) == 0)
                paper_paragraph(page->paper, "%s", page_word(page, W_UNSIGNED));
        signatures_show(page, verification);
        if (!json_is_object(manifest))
                return;
        paper_title(page->paper, 4, "%s", page_word(page, W_MANIFEST));
        signatures_show(page, manifest);
}

static void antivirus_show(struct minutes_page *page, const json_t *results)
{
        size_t n;
        const json_t *result;
        if (json_array_size(results) == 0)
                return;
        paper_title(page->paper, 4, "%s", page_word(page, W_ANTIVIRUS));
        json_array_foreach(results, n, result)
        {
                const char *signature = page_member(result, "signature"), *reason = page_member(result, "reason");
                paper_item(page->paper, "%s : %s%s%s", page_member(result, "name"), page_code(page, page_member(result, "outcome")),
                           signature[0] != '\0' || reason[0] != '\0' ? " – " : "", signature[0] != '\0' ? signature : reason);
        }
}

void minutes_envelope(struct minutes_page *page, const json_t *envelope)
{
        const json_t *report = json_object_get(envelope, "report");
        if (!json_is_object(report)) {
                paper_paragraph(page->paper, "%s", page_word(page, W_SEALED));
                return;
        }
        reasons_show(page, json_object_get(report, "reasons"));
        documents_show(page, json_object_get(report, "documents"));
        missing_show(page, json_object_get(report, "missing"));
        if (strcmp(page_member(report, "outcome"), "opened") == 0)
                verification_show(page, report);
        antivirus_show(page, json_object_get(report, "antivirus"));
}
