/* report.c - shows a verification report to people. */
#include "gateway/client/report.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/show.h"

static const char *indication_words(const char *indication)
{
        if (strcmp(indication, "TOTAL-PASSED") == 0)
                return words("TOTAL-PASSED: the signature is valid");
        if (strcmp(indication, "TOTAL-FAILED") == 0)
                return words("TOTAL-FAILED: the signature is not valid");
        return words("INDETERMINATE: what was given does not allow a conclusion");
}

static void indication_show(const json_t *object)
{
        const char *indication = field_text(object, "indication"), *detail = field_text(object, "subIndication");
        char line[256];
        snprintf(line, sizeof line, "%s%s%s%s", indication_words(indication), *detail != '\0' ? " (" : "", detail,
                 *detail != '\0' ? ")" : "");
        show_check(strcmp(indication, "TOTAL-PASSED") == 0, line);
}

static void references_show(const json_t *references)
{
        size_t index;
        json_t *reference;
        json_array_foreach(references, index, reference)
        {
                bool found = json_is_true(json_object_get(reference, "found"));
                bool good = found && json_is_true(json_object_get(reference, "digestOk"));
                const char *uri = field_text(reference, "uri"), *covers = field_text(reference, "covers");
                char line[768];
                snprintf(line, sizeof line, "%s%s%s%s%s", *uri != '\0' ? uri : words("(the whole document)"),
                         *covers != '\0' ? ", " : "", covers, good ? "" : ": ",
                         good    ? ""
                         : found ? words("the digest differs")
                                 : words("not found"));
                fputs("    ", stdout);
                show_check(good, line);
        }
}

static void reasons_show(const json_t *reasons)
{
        size_t index;
        json_t *reason;
        json_array_foreach(reasons, index, reason)
        {
                const char *clause = field_text(reason, "clause");
                char line[768];
                snprintf(line, sizeof line, "%s: %s%s%s%s", field_text(reason, "code"), field_text(reason, "text"),
                         *clause != '\0' ? " [" : "", clause, *clause != '\0' ? "]" : "");
                show_pair(words("Reason"), line);
        }
}

static void stamps_show(const json_t *stamps)
{
        size_t index;
        json_t *stamp;
        json_array_foreach(stamps, index, stamp)
        {
                char line[256], instant[64];
                snprintf(line, sizeof line, "%s %s", field_text(stamp, "type"), show_instant(field_text(stamp, "time"), instant));
                fputs("    ", stdout);
                show_check(json_is_true(json_object_get(stamp, "intact")), line);
        }
}

static void signature_show(const json_t *signature)
{
        const json_t *certificate = json_object_get(signature, "signingCertificate");
        const char *format = field_text(signature, "format"), *level = field_text(signature, "level");
        char instant[64], form[160];
        putchar('\n');
        indication_show(signature);
        show_pair(words("Signature"), field_text(signature, "id"));
        bool named = strncmp(level, format, strlen(format)) == 0; /* "XAdES-B-B" names its format itself */
        snprintf(form, sizeof form, "%s%s%s", named ? "" : format, named ? "" : " ", level);
        show_pair(words("Form"), form);
        show_pair(words("Signed by"), field_text(certificate, "subject"));
        show_pair(words("Certificate issued by"), field_text(certificate, "issuer"));
        show_pair(words("Signature value"), json_is_true(json_object_get(signature, "intact")) ? words("intact") : words("broken"));
        show_pair(words("Time claimed"), show_instant(field_text(signature, "claimedSigningTime"), instant));
        if (json_array_size(json_object_get(signature, "timestamps")) > 0)
                show_pair(words("Best proven time"), show_instant(field_text(signature, "bestSignatureTime"), instant));
        show_pair(words("Policy"), field_text(signature, "policy"));
        stamps_show(json_object_get(signature, "timestamps"));
        references_show(json_object_get(signature, "references"));
        reasons_show(json_object_get(signature, "reasons"));
}

void report_show_words(const json_t *report)
{
        size_t index;
        json_t *signature;
        indication_show(report);
        json_array_foreach(json_object_get(report, "signatures"), index, signature)
        {
                signature_show(signature);
        }
        reasons_show(json_object_get(report, "reasons"));
}
