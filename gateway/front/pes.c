/* pes.c - the bytes of a PES are read three times at most: by clamd, by a judge of its form, and signed, by a judge of signatures.
 */
#include "gateway/front/pes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/antivirus.h"
#include "gateway/core/config.h"
#include "gateway/core/owner.h"
#include "gateway/core/verdict.h"
#include "gateway/formats/pes_grade.h"
#include "gateway/formats/refusals.h"
#include "gateway/front/call.h"
#include "gateway/front/content.h"
#include "gateway/front/download.h"
#include "gateway/front/filing_verdict.h"
#include "signing/signing.h"

DEFINE_OWNER(json_t, json_decref)
typedef struct content content;
DEFINE_OWNER(content, content_close)

enum { CLAMD_SECONDS = 60 };

enum answer pes_create(struct request *request, const json_t *filing)
{
        struct problem problem = {0};
        json_t *answer = NULL;
        char *text = json_dumps(filing, JSON_COMPACT);
        const struct db_argument arguments[] = {call_actor(request), db_text(text),
                                                db_text(http_header(request, "Idempotency-Key"))};
        bool created = db_call_json(request->db, "api.pes_create", arguments, 3, &answer, &problem);
        free(text);
        return created ? http_answer_json(request, 201, answer) : http_answer_problem(request, &problem);
}

/* ---- one PES under inspection ---- */

struct inspection {
        struct request *request;
        struct content *stored;
        const char *name; /* the file's */
        json_t *check;    /* what is kept of the inspection */
        json_t *reasons, *facts;
        /* the file inside that passes */
        struct antivirus_settings settings;
        struct antivirus *scan;
        char inside[64];
};

static void scan_judge(struct inspection *inspection, const char *name, const struct antivirus_result *result)
{
        json_t *scans = json_object_get(inspection->check, "antivirus");
        if (result->outcome != ANTIVIRUS_CLEAN || json_array_size(scans) == 0)
                json_array_append_new(scans, antivirus_json(name, result));
        if (result->outcome != ANTIVIRUS_INFECTED)
                return;
        char text[256];
        snprintf(text, sizeof text, "%.60s: the antivirus found %.120s.", name, result->signature);
        json_array_append_new(inspection->reasons,
                              json_pack("{s:s, s:s, s:s}", "code", "filing-infected", "clause", "DESIGN 8", "text", text));
}

static bool inside_begin(void *context, const char *name, const char *media_type, uint64_t size)
{
        struct inspection *inspection = context;
        (void)media_type, (void)size;
        snprintf(inspection->inside, sizeof inspection->inside, "%s", name);
        inspection->scan = antivirus_open(&inspection->settings, 0);
        return true;
}

static bool inside_write(void *context, const uint8_t *data, size_t size)
{
        struct inspection *inspection = context;
        antivirus_write(inspection->scan, data, size);
        return true;
}

static bool inside_end(void *context)
{
        struct inspection *inspection = context;
        const struct antivirus_result result = antivirus_close(inspection->scan);
        inspection->scan = NULL;
        scan_judge(inspection, inspection->inside, &result);
        return true;
}

static bool whole_pass(void *context, const uint8_t *data, size_t size)
{
        antivirus_write(context, data, size);
        return true;
}

static bool whole_scan(struct inspection *inspection, struct problem *problem)
{
        struct antivirus *scan = antivirus_open(&inspection->settings, 0);
        bool read = content_copy(inspection->stored, whole_pass, scan);
        const struct antivirus_result result = antivirus_close(scan);
        if (!read) {
                *problem = *content_problem(inspection->stored);
                return false;
        }
        scan_judge(inspection, inspection->name, &result);
        return true;
}

static bool form_judge(struct inspection *inspection, struct problem *problem)
{
        const struct verdict_source source = content_source(inspection->stored);
        const struct verdict_sink sink = {inspection, inside_begin, inside_write, inside_end};
        OWN(json_t) report = NULL;
        bool judged = verdict_pes(inspection->request->judges, &source, &sink, &report, problem);
        if (inspection->scan != NULL)
                antivirus_drop(inspection->scan);
        inspection->scan = NULL;
        if (!judged)
                return false;
        inspection->facts = json_incref(json_object_get(report, "facts"));
        json_array_extend(inspection->reasons, json_object_get(report, "reasons"));
        return true;
}

/* One that cannot be read at all (larger than a judge's memory allows) is graded so, not refused: the DGFiP judges it again. */
static bool signature_report(struct inspection *inspection, json_t **report, struct problem *problem)
{
        const struct verdict_source source = content_source(inspection->stored);
        if (filing_verdict(inspection->request, &source, report, problem))
                return true;
        if (problem->row->status >= 500)
                return false;
        *report = pes_grade_unread(problem->detail);
        return true;
}

static bool signatures_judge(struct inspection *inspection, struct problem *problem)
{
        OWN(json_t) report = NULL;
        struct refusals why = {0};
        if (json_array_size(json_object_get(inspection->facts, "signatures")) > 0 &&
            !signature_report(inspection, &report, problem))
                return false;
        json_t *grade = pes_grade(inspection->facts, report, &why);
        json_object_set_new(inspection->check, "signature", grade);
        OWN(json_t) reasons = refusals_json(&why);
        json_array_extend(inspection->reasons, reasons);
        return true;
}

static bool inspection_run_all(struct inspection *inspection, struct problem *problem)
{
        if (!whole_scan(inspection, problem) || !form_judge(inspection, problem))
                return false;
        json_object_set(inspection->check, "notes", json_object_get(inspection->facts, "notes"));
        return signatures_judge(inspection, problem);
}

/* ---- submission ---- */

static struct content *content_find(struct request *request, const json_t *file)
{
        const struct content_place place = {.day = json_string_value(json_object_get(file, "day")),
                                            .content = json_integer_value(json_object_get(file, "content")),
                                            .size = (uint64_t)json_integer_value(json_object_get(file, "size")),
                                            .chunk = SIGNING_CHUNK};
        return content_open(request->db, &place);
}

static bool outcome_put(const struct inspection *inspection, json_t **done, struct problem *problem)
{
        char *facts = json_dumps(inspection->facts, JSON_COMPACT), *checks = json_dumps(inspection->check, JSON_COMPACT),
             *reasons = json_dumps(inspection->reasons, JSON_COMPACT);
        if (facts == NULL || checks == NULL || reasons == NULL)
                abort();
        const struct db_argument arguments[] = {call_actor(inspection->request), db_text(inspection->request->variables[0]),
                                                db_text(facts), db_text(checks), db_text(reasons)};
        bool put = db_call_json(inspection->request->db, "api.pes_submit", arguments, 5, done, problem);
        free(facts);
        free(checks);
        free(reasons);
        return put;
}

bool pes_submit(struct request *request, const json_t *filing, json_t **done, struct problem *problem)
{
        const json_t *file = json_array_get(json_object_get(filing, "files"), 0);
        const struct config *config = request->config;
        OWN(content) stored = content_find(request, file);
        OWN(json_t) check = json_pack("{s:[]}", "antivirus");
        OWN(json_t) reasons = json_array();
        struct inspection inspection = {
                .request = request,
                .stored = stored,
                .name = json_string_value(json_object_get(file, "name")),
                .check = check,
                .reasons = reasons,
                .settings = {.socket = config->antivirus, .limit = (uint64_t)config->antivirus_limit, .seconds = CLAMD_SECONDS}};
        bool well = inspection_run_all(&inspection, problem) && outcome_put(&inspection, done, problem);
        json_decref(inspection.facts);
        return well;
}

/* ---- what came back unasked ---- */

enum answer return_list(struct request *request)
{
        struct problem problem = {0};
        json_t *list = NULL;
        const struct db_argument arguments[] = {call_actor(request), db_text(http_query(request, "before"))};
        if (!db_call_json(request->db, "api.return_list", arguments, 2, &list, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 200, list);
}

enum answer return_content(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) opened = NULL;
        if (!call_about(request, "api.return_open", NULL, &opened, &problem))
                return http_answer_problem(request, &problem);
        const struct content_place place = {.day = json_string_value(json_object_get(opened, "day")),
                                            .content = json_integer_value(json_object_get(opened, "content")),
                                            .size = (uint64_t)json_integer_value(json_object_get(opened, "size")),
                                            .chunk = SIGNING_CHUNK};
        return download_answer(request, &place, "application/xml", json_string_value(json_object_get(opened, "name")));
}
