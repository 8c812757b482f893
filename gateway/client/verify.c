/*
 * verify.c - `pli verify`: judges a signed document. Its options, JSON and exit
 * statuses are a contract that other programs rely on:
 * 0 TOTAL-PASSED, 10 INDETERMINATE, 11 TOTAL-FAILED, 64 usage, 65 not a signed
 * document this tool can read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/detached.h"
#include "gateway/client/functions.h"
#include "gateway/client/input.h"
#include "gateway/client/output.h"
#include "gateway/client/report.h"
#include "gateway/client/show.h"
#include "gateway/client/trust.h"

enum { EXIT_INDETERMINATE = 10, EXIT_FAILED = 11 };

/* RFC 3339, a day, or @seconds. */
static bool control_time(const struct invocation *invocation, int64_t *at, struct problem *problem)
{
        const char *text = invocation_option(invocation, "at");
        char day[32];
        if (text == NULL) {
                *at = (int64_t)time(NULL);
                return true;
        }
        if (*text == '@') {
                char *end;
                *at = strtoll(text + 1, &end, 10);
                if (end != text + 1 && *end == '\0')
                        return true;
        }
        snprintf(day, sizeof day, "%.10sT00:00:00Z", text);
        if (instant_seconds(text, at) || (strlen(text) == 10 && instant_seconds(day, at)))
                return true;
        return problem_set(problem, "usage", words("--at %s is not a time; write 2026-03-01T12:00:00Z"), text);
}

static int exit_of(enum signing_indication indication)
{
        return indication == SIGNING_PASSED ? 0 : indication == SIGNING_FAILED ? EXIT_FAILED : EXIT_INDETERMINATE;
}

/* ETSI TS 119 102-2, where it is asked for. */
static bool report_keep(const struct invocation *invocation, const signing_report *report, int64_t at, struct problem *problem)
{
        const char *path = invocation_option(invocation, "report");
        struct output *output = NULL;
        struct signing_refusal why = {0};
        if (path == NULL)
                return true;
        if (!output_open(path, OUTPUT_PUBLIC, &output, problem))
                return false;
        const struct signing_sink sink = output_sink(output);
        if (signing_report_etsi(report, at, &sink, &why))
                return output_settle(output, problem);
        output_free(output);
        return problem_refused(problem, "file-unwritable", path, &why);
}

static int report_show(const struct invocation *invocation, const signing_report *report)
{
        const char *text = signing_report_json(report);
        if (invocation_flag(invocation, "json")) {
                puts(text);
        } else {
                json_t *object = json_loads(text, 0, NULL);
                report_show_words(object);
                json_decref(object);
        }
        return exit_of(signing_report_indication(report));
}

struct evidence {
        struct input document;
        struct detached *detached;
        signing_trust *trust;
        int64_t at;
};

static bool evidence_open(const struct invocation *invocation, struct evidence *evidence, struct problem *problem)
{
        const char *folder = invocation_option(invocation, "detached");
        return control_time(invocation, &evidence->at, problem) && library_start(problem) &&
               input_open(invocation->arguments[0], &evidence->document, problem) &&
               (folder == NULL || detached_open(folder, &evidence->detached, problem)) &&
               trust_given(invocation, &evidence->trust, problem);
}

static void evidence_close(struct evidence *evidence)
{
        signing_trust_free(evidence->trust);
        detached_close(evidence->detached);
        input_close(&evidence->document);
}

int pli_verify(const struct invocation *invocation)
{
        struct evidence evidence = {.document = {.fd = -1}};
        struct problem problem = {0};
        struct signing_refusal why = {0};
        signing_report *report = NULL;
        int status;
        if (!evidence_open(invocation, &evidence, &problem)) {
                status = show_problem(invocation, &problem) == EX_USAGE ? EX_USAGE : EX_DATAERR;
        } else {
                struct signing_detached view = detached_view(evidence.detached);
                struct signing_request request = {
                        .document = input_source(&evidence.document),
                        .detached = evidence.detached != NULL ? &view : NULL,
                        .trust = evidence.trust,
                        .at = evidence.at,
                        .detailed = true,
                };
                if (signing_verify(&request, &report, &why)) {
                        status = report_keep(invocation, report, evidence.at, &problem) ? report_show(invocation, report)
                                                                                        : show_problem(invocation, &problem);
                        signing_report_free(report);
                } else {
                        (void)problem_refused(&problem, "document-unreadable", invocation->arguments[0], &why);
                        (void)show_problem(invocation, &problem);
                        status = EX_DATAERR;
                }
        }
        evidence_close(&evidence);
        return status;
}
