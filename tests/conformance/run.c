/*
 * run.c - judges a corpus of signed documents and holds each verdict against the
 * outcome its authors assert: run CORPUS_FOLDER TSV_FILE [-v].
 *
 * A row's first column is the path inside the folder of its repository (second
 * column, '/' written '_'); the seventh is the expected outcome; the fifteenth
 * names files signed beside it. Trust is no part of most expectations, so none
 * is given: INTACT is compared by mathematics, coverage and certificate binding.
 * Vectors that hold no certificate (a bare key, a key's name, HMAC) are never
 * intact here; of them it is expected that this is said.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "signing/signing.h"
#include "tests/conformance/row.h"

struct verdict {
        bool readable, intact, references, bound, stamps;
        const char *indication, *sub_indication;
        char refusal[48];
        json_t *json;
};

static bool memory_read(void *context, uint64_t offset, uint8_t *buffer, size_t size)
{
        memcpy(buffer, (const uint8_t *)context + offset, size);
        return true;
}

static bool beside_find(void *context, const char *name, struct signing_source *out)
{
        const struct beside *beside = context;
        for (size_t n = 0; n < beside->count; n++)
                if (strcmp(beside->files[n].name, name) == 0 || (name[0] == '\0' && beside->count == 1)) {
                        *out = (struct signing_source){beside->files[n].data, beside->files[n].size, memory_read};
                        return true;
                }
        return false;
}

static bool flag(const json_t *object, const char *key)
{
        return json_is_true(json_object_get(object, key));
}

static void verdict_read(struct verdict *verdict)
{
        size_t n, m;
        json_t *signature, *part;
        verdict->intact = verdict->references = verdict->bound = verdict->stamps = true;
        verdict->indication = json_string_value(json_object_get(verdict->json, "indication"));
        verdict->sub_indication = json_string_value(json_object_get(verdict->json, "subIndication"));
        json_array_foreach(json_object_get(verdict->json, "signatures"), n, signature)
        {
                verdict->intact = verdict->intact && flag(signature, "intact");
                json_array_foreach(json_object_get(signature, "references"), m, part) verdict->references =
                        verdict->references &&
                        (flag(part, "digestOk") || (json_object_get(part, "manifest") != NULL && !flag(part, "found")));
                json_array_foreach(json_object_get(signature, "timestamps"), m, part) verdict->stamps =
                        verdict->stamps && flag(part, "intact");
                verdict->bound = verdict->bound && flag(json_object_get(signature, "signingCertificate"), "bound");
        }
}

static struct verdict judge(const struct row *row, struct beside *beside)
{
        struct verdict verdict = {.indication = "", .sub_indication = ""};
        struct signing_refusal why = {0};
        signing_report *report = NULL;
        const struct signing_detached detached = {beside, beside_find};
        const struct signing_request request = {
                .document = {row->data, row->size, memory_read}, .detached = &detached, .at = 1700000000};
        verdict.readable = signing_verify(&request, &report, &why);
        snprintf(verdict.refusal, sizeof verdict.refusal, "%s", why.code);
        if (verdict.readable) {
                verdict.json = json_loads(signing_report_json(report), 0, NULL);
                verdict_read(&verdict);
        }
        signing_report_free(report);
        return verdict;
}

static bool starts(const char *text, const char *head)
{
        return strncmp(text, head, strlen(head)) == 0;
}

/* Does the verdict say what the row's authors say? The TSV writes expectations in several hands (XADES 1.3). */
static bool agrees(const struct row *row, const struct verdict *verdict)
{
        const char *expected = row->expected;
        if (row->keyed && starts(expected, "INTACT"))
                return verdict->readable && verdict->sub_indication != NULL &&
                       strcmp(verdict->sub_indication, "NO_SIGNING_CERTIFICATE_FOUND") == 0;
        bool whole = verdict->readable && verdict->intact && verdict->references;
        if (starts(expected, "INTACT") || starts(expected, "TOTAL-PASSED") || starts(expected, "TL-INTACT") ||
            starts(expected, "TST HASH_FAILURE") || starts(expected, "INDETERMINATE/CRYPTO_CONSTRAINTS"))
                return whole;
        if (starts(expected, "PARSE-REJECT") || starts(expected, "NO-SIGNATURE"))
                return !verdict->readable;
        if (starts(expected, "NOT-ASSERTED") || starts(expected, "MIXED"))
                return true;
        if (!verdict->readable)
                return true; /* something is wrong with it, and it was refused */
        const char *indication = verdict->indication;
        bool lowered = strcmp(indication, "TOTAL-FAILED") == 0 ||
                       (verdict->sub_indication != NULL && strcmp(verdict->sub_indication, "NO_CERTIFICATE_CHAIN_FOUND") != 0);
        return lowered;
}

static bool sub_agrees(const struct row *row, const struct verdict *verdict)
{
        const char *slash = strchr(row->expected, '/');
        size_t size = slash != NULL ? strspn(slash + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") : 0;
        if (size == 0 || verdict->sub_indication == NULL)
                return true;
        return strncmp(slash + 1, verdict->sub_indication, size) == 0;
}

int main(int count, char **arguments)
{
        struct tally tally = {0};
        struct signing_refusal why;
        if (count < 3 || !signing_start(&why)) {
                fprintf(stderr, "usage: run CORPUS_FOLDER TSV_FILE [-v]\n");
                return 64;
        }
        bool all = count > 3 && strcmp(arguments[3], "-v") == 0;
        struct row row = {0};
        struct rows *rows = rows_open(arguments[1], arguments[2]);
        if (rows == NULL) {
                printf("skipped: no corpus at %s\n0 passed, 0 failed\n", arguments[1]);
                return 0;
        }
        while (rows_next(rows, &row)) {
                struct verdict verdict = judge(&row, &row.beside);
                bool agreed = agrees(&row, &verdict), sub = sub_agrees(&row, &verdict);
                tally_add(&tally, row.expected, agreed, sub);
                if (!agreed || (all && !sub))
                        printf("%s %s: expected %s, found %s/%s %s%s%s [%s]\n", agreed ? "other reason" : "DISAGREES", row.path,
                               row.expected, verdict.readable ? verdict.indication : "refused",
                               verdict.sub_indication != NULL ? verdict.sub_indication : "",
                               verdict.intact ? "intact" : "not-intact", verdict.references ? "" : " references", verdict.refusal,
                               row.note);
                if (!agreed && all && verdict.json != NULL)
                        json_dumpf(verdict.json, stdout, JSON_INDENT(1));
                json_decref(verdict.json);
        }
        rows_close(rows);
        tally_show(&tally);
        signing_stop();
        return tally.failed > 0 ? 1 : 0;
}
