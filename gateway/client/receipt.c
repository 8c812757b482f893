/*
 * receipt.c - `pli receipt verify` and `pli receipt show`: is this receipt what
 * the gateway sealed, all of it, and is its event in the journal? Offline.
 *
 * Exit status of verify: 0 everything holds, 10 something could not be judged,
 * 11 something is wrong, 64 usage, 65 not a receipt.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "gateway/client/acknowledgement.h"
#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/functions.h"
#include "gateway/client/input.h"
#include "gateway/client/journal_keys.h"
#include "gateway/client/output.h"
#include "gateway/client/proof.h"
#include "gateway/client/show.h"
#include "gateway/client/trust.h"
#include "gateway/core/owner.h"
#include "gateway/formats/receipt.h"

enum { EXIT_INDETERMINATE = 10, EXIT_FAILED = 11 };

typedef struct receipt receipt_handle;
DEFINE_OWNER(signing_trust, signing_trust_free)
DEFINE_OWNER(signing_report, signing_report_free)
DEFINE_OWNER(receipt_handle, receipt_free)

struct check *check_add(struct checks *checks, const char *name, enum signing_indication result, const char *sentence)
{
        struct check *check = &checks->list[checks->count < CHECKS_MOST - 1 ? checks->count++ : CHECKS_MOST - 1];
        *check = (struct check){.name = name, .sentence = sentence, .result = result};
        return check;
}

/* The worst of them: failed before indeterminate before passed. */
static enum signing_indication checks_result(const struct checks *checks)
{
        enum signing_indication worst = SIGNING_PASSED;
        for (size_t i = 0; i < checks->count; i++) {
                enum signing_indication result = checks->list[i].result;
                if (result == SIGNING_FAILED)
                        return SIGNING_FAILED;
                if (result != SIGNING_PASSED)
                        worst = SIGNING_INDETERMINATE;
        }
        return worst;
}

static void first_reason(const json_t *signature, struct check *check)
{
        const json_t *reason = json_array_get(json_object_get(signature, "reasons"), 0);
        if (reason != NULL)
                snprintf(check->detail, sizeof check->detail, "%s: %s", field_text(reason, "code"), field_text(reason, "text"));
}

/* What the receipt says of its time-stamp, and whether authorities of time-stamps were named. */
struct judging {
        enum receipt_stamp said;
        bool authorities;
};

static void stamp_missing(enum receipt_stamp said, struct checks *checks)
{
        bool promised = said == RECEIPT_STAMP_INCLUDED;
        struct check *check = check_add(checks, "time-stamp", promised ? SIGNING_INDETERMINATE : SIGNING_PASSED,
                                        promised ? words("The time-stamp that the receipt announces is not there")
                                                 : words("The receipt announces no time-stamp"));
        if (said == RECEIPT_STAMP_PENDING)
                snprintf(check->detail, sizeof check->detail, "%s",
                         words("pending: the fact stands, ask for the receipt again later"));
}

/* Anybody can put a time-stamp of his own beside a signature: where authorities are named it must be of one of them. */
static void stamp_check(const json_t *stamp, bool authorities, struct checks *checks)
{
        static const struct {
                const char *type, *intact, *broken;
        } kinds[] = {
                {"SignatureTimeStamp", "The seal's time-stamp is intact", "The seal's time-stamp is broken"},
                {"ArchiveTimeStamp", "The archive time-stamp is intact", "The archive time-stamp is broken"},
                {"SealingEvidenceRecords", "The evidence record's time-stamp is intact",
                 "The evidence record's time-stamp is broken"},
                {"", "The time-stamp is intact", "The time-stamp is broken"},
        };
        size_t kind = 0;
        while (kinds[kind].type[0] != '\0' && strcmp(kinds[kind].type, field_text(stamp, "type")) != 0)
                kind++;
        bool intact = json_is_true(json_object_get(stamp, "intact")), trusted = json_is_true(json_object_get(stamp, "trusted"));
        enum signing_indication result = !intact                   ? SIGNING_FAILED
                                         : authorities && !trusted ? SIGNING_INDETERMINATE
                                                                   : SIGNING_PASSED;
        struct check *check = check_add(checks, "time-stamp", result, words(intact ? kinds[kind].intact : kinds[kind].broken));
        (void)show_instant(field_text(stamp, "time"), check->detail);
        size_t used = strlen(check->detail);
        if (!trusted)
                snprintf(check->detail + used, sizeof check->detail - used, ", %s",
                         authorities ? words("by an authority that --stamp-trust does not name")
                                     : words("its authority is not judged: give --stamp-trust"));
}

static void stamps_check(const json_t *signature, const struct judging *judging, struct checks *checks)
{
        const json_t *stamps = json_object_get(signature, "timestamps");
        if (json_array_size(stamps) == 0)
                stamp_missing(judging->said, checks);
        for (size_t i = 0; i < json_array_size(stamps); i++)
                stamp_check(json_array_get(stamps, i), judging->authorities, checks);
}

/* The seal: its mathematics, its certificate, and that nothing in the file lies outside it. */
static void seal_check(const signing_report *report, const struct judging *judging, struct checks *checks)
{
        json_t *object = json_loads(signing_report_json(report), 0, NULL);
        const json_t *signature = json_array_get(json_object_get(object, "signatures"), 0);
        bool one = signing_report_signatures(report) == 1, whole = one && signing_report_covers_all(report, 0);
        enum signing_indication seal = signing_report_indication(report);
        bool intact = json_is_true(json_object_get(signature, "intact"));
        check_add(checks, "signature-intact", intact ? SIGNING_PASSED : SIGNING_FAILED,
                  intact ? words("The seal's signature is intact") : words("The seal's signature is broken"));
        check_add(checks, "signature-covers-all", whole ? SIGNING_PASSED : SIGNING_FAILED,
                  whole ? words("The seal covers the whole receipt") : words("The seal does not cover the whole receipt"));
        struct check *check =
                check_add(checks, "signature", seal,
                          seal == SIGNING_PASSED   ? words("The seal comes from a trusted authority")
                          : seal == SIGNING_FAILED ? words("The seal is not valid")
                                                   : words("The seal's certificate could not be judged; give --trust"));
        if (seal == SIGNING_PASSED)
                snprintf(check->detail, sizeof check->detail, "%s",
                         field_text(json_object_get(signature, "signingCertificate"), "subject"));
        else
                first_reason(signature, check);
        stamps_check(signature, judging, checks);
        json_decref(object);
}

/* Without the journal's key its checkpoint stands on the seal alone, which covers it: proven, and said so. */
static const char *journal_words(enum signing_indication result, bool key)
{
        if (result == SIGNING_FAILED)
                return words("The event does not agree with the journal");
        if (!key)
                return words("The proof leads from the event to the sealed checkpoint (its own signature: give --journal-key)");
        return result == SIGNING_PASSED ? words("The event is in the journal, at this index, unchanged")
                                        : words("The journal could not be judged");
}

static void journal_check(const struct receipt *receipt, const struct journal_keys *keys, struct checks *checks)
{
        bool key = keys->count > 0;
        static struct refusals refusals;
        refusals = (struct refusals){0};
        enum signing_indication result = journal_keys_check(keys, receipt, &refusals);
        bool sealed_only = !key && result == SIGNING_INDETERMINATE;
        struct check *check = check_add(checks, "journal", sealed_only ? SIGNING_PASSED : result, journal_words(result, key));
        snprintf(check->detail, sizeof check->detail, "%" PRIu64, receipt_source(receipt)->index);
        for (size_t i = 0; i < refusals.count; i++) {
                if (strcmp(refusals.list[i].code, "JOURNAL_KEY_MISSING") == 0)
                        continue; /* said in the sentence above */
                check = check_add(checks, "journal-reason", result, "");
                snprintf(check->detail, sizeof check->detail, "%s (%s)", refusals.list[i].sentence, refusals.list[i].code);
        }
}

static const char *result_words(enum signing_indication result)
{
        return result == SIGNING_PASSED ? "passed" : result == SIGNING_FAILED ? "failed" : "indeterminate";
}

static void checks_json(const struct checks *checks)
{
        json_t *list = json_array();
        for (size_t i = 0; i < checks->count; i++)
                json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s}", "check", checks->list[i].name, "result",
                                                      result_words(checks->list[i].result), "text", checks->list[i].sentence,
                                                      "detail", checks->list[i].detail));
        json_t *object = json_pack("{s:s,s:o}", "result", result_words(checks_result(checks)), "checks", list);
        show_json(object);
        json_decref(object);
}

int checks_show(const struct invocation *invocation, const struct checks *checks, const char *proven)
{
        enum signing_indication result = checks_result(checks);
        if (invocation_flag(invocation, "json")) {
                checks_json(checks);
        } else {
                for (size_t i = 0; i < checks->count; i++) {
                        const struct check *check = &checks->list[i];
                        char line[800];
                        snprintf(line, sizeof line, "%s%s%s", check->sentence,
                                 *check->sentence != '\0' && check->detail[0] != '\0' ? " – " : "", check->detail);
                        show_check(check->result == SIGNING_PASSED, line);
                }
                show_check(result == SIGNING_PASSED, result == SIGNING_PASSED ? proven
                                                     : result == SIGNING_FAILED
                                                             ? words("This receipt is FALSE or damaged.")
                                                             : words("Nothing is wrong, but not everything could be judged."));
        }
        return result == SIGNING_PASSED ? 0 : result == SIGNING_FAILED ? EXIT_FAILED : EXIT_INDETERMINATE;
}

/* The bytes that receipt_read() saw, and no later state of the file. */
static bool memory_read(void *context, uint64_t offset, uint8_t *buffer, size_t size)
{
        const struct content *file = context;
        if (offset > file->size || size > file->size - offset)
                return false;
        memcpy(buffer, file->data + offset, size);
        return true;
}

bool receipt_judge(const struct invocation *invocation, struct content *file, struct checks *checks, struct problem *problem)
{
        OWN(signing_trust) trust = NULL;
        OWN(signing_report) report = NULL;
        OWN(receipt_handle) receipt = NULL;
        static struct journal_keys keys;
        struct signing_refusal why = {0};
        if (!trust_given(invocation, &trust, problem) || !journal_keys_given(invocation, &keys, problem))
                return false;
        if (!receipt_read(content_bytes(file), &receipt, &why))
                return problem_refused(problem, "document-unreadable", invocation->arguments[0], &why);
        struct signing_request request = {.document = {file, file->size, memory_read}, .trust = trust, .at = (int64_t)time(NULL)};
        if (!signing_verify(&request, &report, &why))
                return problem_refused(problem, "document-unreadable", invocation->arguments[0], &why);
        const struct judging judging = {receipt_source(receipt)->stamp, invocation_flag(invocation, "stamp-trust")};
        seal_check(report, &judging, checks);
        journal_check(receipt, &keys, checks);
        return true;
}

int pli_receipt_verify(const struct invocation *invocation)
{
        static struct checks checks;
        struct problem problem = {0};
        struct content file = {0};
        bool judged = library_start(&problem) && content_read(invocation->arguments[0], RECEIPT_MAX, &file, &problem) &&
                      receipt_judge(invocation, &file, &checks, &problem);
        content_free(&file);
        if (judged)
                return checks_show(invocation, &checks, words("This receipt is proven."));
        return show_problem(invocation, &problem) == EX_USAGE ? EX_USAGE : EX_DATAERR;
}

static bool stdout_write(void *context, const uint8_t *data, size_t size)
{
        (void)context;
        return fwrite(data, 1, size, stdout) == size;
}

static bool html_show(const struct content *file, struct problem *problem)
{
        OWN(receipt_handle) receipt = NULL;
        struct signing_refusal why = {0};
        const struct signing_sink sink = {NULL, stdout_write};
        if (!receipt_read(content_bytes(file), &receipt, &why))
                return problem_refused(problem, "document-unreadable", words("receipt"), &why);
        return receipt_show_html(receipt, NULL, catalogue_language(), &sink) ||
               problem_set(problem, "file-unwritable", "%s", words("standard output"));
}

int pli_receipt_show(const struct invocation *invocation)
{
        struct problem problem = {0};
        struct content file = {0};
        bool shown = library_start(&problem) && content_read(invocation->arguments[0], RECEIPT_MAX, &file, &problem) &&
                     (invocation_flag(invocation, "html") ? html_show(&file, &problem)
                                                          : acknowledgement_show(invocation, content_bytes(&file), NULL, &problem));
        content_free(&file);
        return shown ? 0 : show_problem(invocation, &problem);
}
