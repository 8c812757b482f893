/*
 * signature.c - a signed container goes to a judge; what it covers is held
 * against the contract's documents by SQL (sql/api/conclusion.sql). A wrong
 * signature is refused; what is indeterminate is graded and shown.
 */
#include "gateway/front/signature.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/core/verdict.h"
#include "gateway/front/call.h"
#include "gateway/front/content.h"
#include "gateway/front/download.h"
#include "gateway/front/instant.h"
#include "gateway/front/trust.h"
#include "gateway/front/upload.h"
#include "signing/signing.h"

DEFINE_OWNER(json_t, json_decref)
typedef struct content content;
DEFINE_OWNER(content, content_close)
typedef struct trust trust;
DEFINE_OWNER(trust, trust_free)

bool signature_admit(struct request *request, struct problem *problem)
{
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]), db_text(request->variables[1]),
                                                db_text(request->variables[2]), db_text(http_header(request, "Content-Type"))};
        OWN(json_t) begun = NULL;
        if (!db_call_json(request->db, "api.contract_file_begin", arguments, 5, &begun, problem))
                return false;
        return upload_place(request, begun, 0, SIGNING_CHUNK, problem);
}

/* The judge's report on what was just stored. */
static bool container_judge(struct request *request, json_t **report, struct problem *problem)
{
        char text[40];
        int64_t now = 0;
        OWN(trust) anchors = NULL;
        const struct content_place place = {
                .day = request->store_day, .content = request->store_content, .size = request->stored_size, .chunk = SIGNING_CHUNK};
        OWN(content) stored = content_open(request->db, &place);
        instant_text(instant_here(), text);
        if (!trust_load(request->config, &anchors, problem) || !instant_parse(text, &now))
                return false;
        const struct verdict_source source = content_source(stored);
        const struct verdict_trust given = trust_at(anchors, now / 1000000);
        if (!verdict_document(request->judges, &source, &given, report, problem))
                return problem->row->status >= 500 ? false : problem_set(problem, "contract-signature", "%s", problem->detail);
        const char *indication = json_string_value(json_object_get(*report, "indication"));
        if (indication == NULL || strstr(indication, "FAILED") != NULL ||
            json_array_size(json_object_get(*report, "signatures")) == 0)
                return problem_set(problem, "contract-signature", "the verdict is %s", indication != NULL ? indication : "none");
        return true;
}

enum answer signature_put(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) report = NULL;
        json_t *file = NULL;
        if (strcmp(request->variables[1], "document") != 0 && !container_judge(request, &report, &problem))
                return http_answer_problem(request, &problem);
        char *text = report != NULL ? json_dumps(report, JSON_COMPACT) : NULL;
        const struct db_argument arguments[] = {call_actor(request),
                                                db_text(request->variables[0]),
                                                db_text(request->variables[1]),
                                                db_text(request->variables[2]),
                                                db_integer((int64_t)request->stored_size),
                                                db_bytes(request->stored_sha256, sizeof(request->stored_sha256)),
                                                db_text(text)};
        bool done = db_call_json(request->db, "api.contract_file_finish", arguments, 7, &file, &problem);
        free(text);
        return done ? http_answer_json(request, 201, file) : http_answer_problem(request, &problem);
}

enum answer signature_show(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) opened = NULL;
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]), db_text(request->variables[1]),
                                                db_text(request->variables[2])};
        if (!db_call_json(request->db, "api.contract_file_open", arguments, 4, &opened, &problem))
                return http_answer_problem(request, &problem);
        return download_opened(request, opened);
}

enum answer signature_list(struct request *request)
{
        return call_answer(request, 200, "api.contract_file_list");
}
