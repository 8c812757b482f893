/*
 * run.c - judges a corpus of signed documents and holds each verdict against the
 * outcome its authors assert: run CORPUS_FOLDER TSV_FILE [KNOWN_TSV] [-v].
 *
 * A row's first column is the path inside the folder of its repository (second
 * column, '/' written '_'); the seventh is the expected outcome; the fifteenth
 * names files signed beside it; "T" in the twenty-second asserts its time-stamps. Trust is no part of most expectations, so none
 * is given: INTACT is compared by mathematics, coverage and certificate binding.
 * Vectors that hold no certificate (a bare key, a key's name, HMAC) are never
 * intact here; of them it is expected that this is said and that their references
 * are right, which is agreement by policy and counted apart. A disagreement that KNOWN_TSV explains counts as skipped.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "signing/signing.h"
#include "tests/conformance/known.h"
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
        json_t *signature, *part, *alone = json_object_get(verdict->json, "timestamps");
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
        json_array_foreach(alone, n, part) verdict->intact = verdict->intact && flag(part, "intact");
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
                return verdict->readable && verdict->references && verdict->sub_indication != NULL &&
                       strcmp(verdict->sub_indication, "NO_SIGNING_CERTIFICATE_FOUND") == 0;
        bool whole = verdict->readable && verdict->intact && verdict->references && (verdict->stamps || !row->stamps);
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

/* Is it the sub-indication of any reason given? */
static bool reason_has(const struct verdict *verdict, const char *sub, size_t size)
{
        size_t n, m;
        json_t *signature, *reason;
        json_array_foreach(json_object_get(verdict->json, "signatures"), n, signature)
        {
                json_array_foreach(json_object_get(signature, "reasons"), m, reason)
                {
                        const char *given = json_string_value(json_object_get(reason, "subIndication"));
                        if (given != NULL && strncmp(sub, given, size) == 0)
                                return true;
                }
        }
        return false;
}

/* An asterisk marks what the table's makers inferred from another engine, which stops at its first finding: ours, which goes on,
 * has to give that finding among its reasons, and may hold another one graver. */
static bool sub_agrees(const struct row *row, const struct verdict *verdict)
{
        const char *slash = strchr(row->expected, '/');
        size_t size = slash != NULL ? strspn(slash + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") : 0;
        if (size == 0 || verdict->sub_indication == NULL)
                return true;
        return strncmp(slash + 1, verdict->sub_indication, size) == 0 ||
               (slash[1 + size] == '*' && reason_has(verdict, slash + 1, size));
}

static void answer_show(const struct verdict *verdict, char *out, size_t size)
{
        if (!verdict->readable)
                snprintf(out, size, "refused %s", verdict->refusal);
        else
                snprintf(out, size, "%s%s%s", verdict->indication, verdict->sub_indication != NULL ? "/" : "",
                         verdict->sub_indication != NULL ? verdict->sub_indication : "");
}

struct run {
        struct tally tally;
        struct known known;
        bool every; /* rows that agree for another reason are shown too */
};

static void row_judge(struct run *run, struct row *row)
{
        char answer[128];
        struct verdict verdict = judge(row, &row->beside);
        bool agreed = agrees(row, &verdict), sub = sub_agrees(row, &verdict);
        answer_show(&verdict, answer, sizeof answer);
        const char *why = known_why(&run->known, row->path, answer, agreed && sub);
        run->tally.by_policy += agreed && row->keyed && starts(row->expected, "INTACT");
        tally_add(&run->tally, row->expected,
                  agreed        ? (sub ? TALLY_AGREED : TALLY_OTHER_REASON)
                  : why != NULL ? TALLY_EXPLAINED
                                : TALLY_FAILED);
        if (!agreed)
                printf("%s %s: expected %s, found %s; %s\n", why != NULL ? "explained" : "DISAGREES", row->path, row->expected,
                       answer, why != NULL ? why : row->note);
        else if (run->every && !sub)
                printf("other reason %s: expected %s, found %s; %s\n", row->path, row->expected, answer,
                       why != NULL ? why : row->note);
        if (!agreed && why == NULL && run->every && verdict.json != NULL)
                json_dumpf(verdict.json, stdout, JSON_INDENT(1));
        json_decref(verdict.json);
}

/* The optional arguments: a file of explanations, -v. */
static bool options_read(struct run *run, int count, char **arguments)
{
        for (int n = 3; n < count; n++)
                if (strcmp(arguments[n], "-v") == 0)
                        run->every = true;
                else if (!known_read(&run->known, arguments[n]))
                        return false;
        return true;
}

int main(int count, char **arguments)
{
        static struct run run;
        struct signing_refusal why;
        if (count < 3 || !options_read(&run, count, arguments) || !signing_start(&why)) {
                fprintf(stderr, "usage: run CORPUS_FOLDER TSV_FILE [KNOWN_TSV] [-v]\n");
                return 64;
        }
        struct row row = {0};
        struct rows *rows = rows_open(arguments[1], arguments[2]);
        if (rows == NULL) {
                printf("no corpus at %s\n0 passed, 0 failed, 1 skipped\n", arguments[1]);
                return 0;
        }
        while (rows_next(rows, &row))
                row_judge(&run, &row);
        rows_close(rows);
        run.tally.failed += known_stale(&run.known);
        tally_show(&run.tally);
        known_free(&run.known);
        signing_stop();
        return run.tally.failed > 0 ? 1 : 0;
}
