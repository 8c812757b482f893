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

/* What one reference covers: "covers" says it; the signature's own properties are named as such. */
static void reference_line(const json_t *reference, char *line, size_t size)
{
        static const char properties[] = "#SignedProperties";
        bool found = json_is_true(json_object_get(reference, "found"));
        bool good = found && json_is_true(json_object_get(reference, "digestOk"));
        const char *uri = field_text(reference, "uri"), *covers = field_text(reference, "covers");
        const char *type = field_text(reference, "type");
        size_t length = strlen(type), tail = sizeof properties - 1;
        if (length >= tail && strcmp(type + length - tail, properties) == 0)
                uri = words("(the signature's own properties)"), covers = "";
        else if (*uri == '\0')
                uri = words("(the whole document)");
        const char *fault = good ? "" : found ? words("the digest differs") : words("not found");
        snprintf(line, size, "%s%s%s%s%s", uri, *covers != '\0' ? ", " : "", covers, good ? "" : ": ", fault);
}

static void references_show(const json_t *references)
{
        size_t index;
        json_t *reference;
        json_array_foreach(references, index, reference)
        {
                char line[768];
                reference_line(reference, line, sizeof line);
                fputs("    ", stdout);
                show_check(json_is_true(json_object_get(reference, "found")) &&
                                   json_is_true(json_object_get(reference, "digestOk")),
                           line);
        }
}

/* Each with its clause; `label` tells what lowers the verdict from what is only worth knowing. */
static void reasons_show(const char *label, const json_t *reasons)
{
        const char *language = catalogue_language()[0] == 'f' ? "texte" : "text";
        size_t index;
        json_t *reason;
        json_array_foreach(reasons, index, reason)
        {
                const char *clause = field_text(reason, "clause");
                char line[768];
                snprintf(line, sizeof line, "%s: %s%s%s%s", field_text(reason, "code"), field_text(reason, language),
                         *clause != '\0' ? " [" : "", clause, *clause != '\0' ? "]" : "");
                show_pair(label, line);
        }
}

static void stamps_show(const json_t *stamps)
{
        size_t index;
        json_t *stamp;
        json_array_foreach(stamps, index, stamp)
        {
                bool intact = json_is_true(json_object_get(stamp, "intact"));
                bool trusted = json_is_true(json_object_get(stamp, "trusted"));
                char line[256], instant[64];
                snprintf(line, sizeof line, "%s %s%s%s", field_text(stamp, "type"),
                         show_instant(field_text(stamp, "time"), instant), trusted ? "" : ": ",
                         trusted  ? ""
                         : intact ? words("intact, its authority is not trusted")
                                  : words("it proves nothing"));
                fputs("    ", stdout);
                show_check(trusted, line);
        }
}

static void signature_show(const json_t *signature)
{
        const json_t *certificate = json_object_get(signature, "signingCertificate");
        const char *format = field_text(signature, "format"), *level = field_text(signature, "level");
        const char *packaging = field_text(signature, "packaging");
        bool counter = json_object_get(signature, "countersigns") != NULL;
        char instant[64], form[160];
        putchar('\n');
        indication_show(signature);
        show_pair(words("Signature"), field_text(signature, "id"));
        show_pair(words("Countersigns"), field_text(signature, "countersigns"));
        bool named = strncmp(level, format, strlen(format)) == 0; /* "XAdES-B-B" names its format itself */
        snprintf(form, sizeof form, "%s%s%s%s%s", named ? "" : format, named ? "" : " ", level, *packaging != '\0' ? ", " : "",
                 packaging);
        show_pair(words("Form"), form);
        show_pair(words("Signed by"), field_text(certificate, "subject"));
        show_pair(words("Certificate issued by"), field_text(certificate, "issuer"));
        show_pair(words("Serial number"), field_text(certificate, "serial"));
        show_pair(words("Qualification"), field_text(signature, "qualification"));
        show_pair(words("Signature value"), json_is_true(json_object_get(signature, "intact")) ? words("intact") : words("broken"));
        show_pair(words("Time claimed"), show_instant(field_text(signature, "claimedSigningTime"), instant));
        if (json_array_size(json_object_get(signature, "timestamps")) > 0)
                show_pair(words("Best proven time"), show_instant(field_text(signature, "bestSignatureTime"), instant));
        show_pair(words("Policy"), field_text(signature, "policy"));
        stamps_show(json_object_get(signature, "timestamps"));
        references_show(json_object_get(signature, "references"));
        if (!counter)
                show_pair(words("Covers"),
                          json_is_true(json_object_get(signature, "coversAll")) ? words("everything") : words("not everything"));
        reasons_show(words("Reason"), json_object_get(signature, "reasons"));
        reasons_show(words("Note"), json_object_get(signature, "notes"));
}

void report_show_words(const json_t *report)
{
        size_t index;
        json_t *item;
        indication_show(report);
        show_pair(words("Container"), field_text(report, "format"));
        stamps_show(json_object_get(report, "timestamps"));
        reasons_show(words("Reason"), json_object_get(report, "reasons"));
        json_array_foreach(json_object_get(report, "signatures"), index, item)
        {
                signature_show(item);
        }
        if (json_array_size(json_object_get(report, "unsigned")) > 0)
                putchar('\n');
        json_array_foreach(json_object_get(report, "unsigned"), index, item)
        {
                show_pair(words("Not signed"), json_string_value(item));
        }
}
