/*
 * filing.c - a filing is a draft until it is submitted; then its form, its files
 * and their signatures are checked, every reason is said at once, and what
 * passes is the relay's.
 */
#include "gateway/front/filing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/front/call.h"
#include "gateway/front/filing_make.h"
#include "gateway/front/pes.h"
#include "gateway/front/receipt.h"
#include "gateway/front/upload.h"
#include "signing/signing.h"

DEFINE_OWNER(json_t, json_decref)

/* Seconds a submission waits for its receipt. */
enum { RECEIPT_SECONDS = 10 };

enum answer filing_answer(struct request *request, int status, json_t *taken)
{
        filing_places_hide(taken);
        return http_answer_json(request, status, taken);
}

enum answer filing_refusals(struct request *request, const struct refusals *why)
{
        struct problem problem = {0};
        OWN(json_t) reasons = refusals_json(why);
        problem_set(&problem, "filing-refused", "%s", why->list[0].sentence);
        return call_refuse(request, &problem, "reasons", reasons);
}

/* ---- a draft and its files ---- */

enum answer filing_create(struct request *request)
{
        struct problem problem = {0};
        struct refusals why = {0};
        json_t *made = NULL;
        OWN(json_t) filing = http_json(request, &problem);
        if (filing != NULL && filing_is(filing, "kind", "pes"))
                return pes_create(request, filing);
        if (filing != NULL && filing_make(request, filing, http_header(request, "Idempotency-Key"), &made, &why, &problem))
                return filing_answer(request, 201, made);
        return why.count > 0 ? filing_refusals(request, &why) : http_answer_problem(request, &problem);
}

/* The media type without its parameters. */
static void media_type_read(const struct request *request, char out[128])
{
        const char *said = http_header(request, "Content-Type");
        snprintf(out, 128, "%s", said != NULL ? said : "application/octet-stream");
        out[strcspn(out, "; \t")] = '\0';
}

bool filing_file_admit(struct request *request, struct problem *problem)
{
        char media_type[128];
        OWN(json_t) place = NULL;
        media_type_read(request, media_type);
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]), db_text(request->variables[1]),
                                                db_text(media_type)};
        if (!db_call_json(request->db, "api.filing_file_begin", arguments, 4, &place, problem))
                return false;
        return upload_place(request, place, 0, SIGNING_CHUNK, problem);
}

enum answer filing_file_put(struct request *request)
{
        struct problem problem = {0};
        json_t *answer = NULL;
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]), db_text(request->variables[1]),
                                                db_integer((int64_t)request->stored_size),
                                                db_bytes(request->stored_sha256, sizeof request->stored_sha256)};
        if (!db_call_json(request->db, "api.filing_file_finish", arguments, 5, &answer, &problem))
                return http_answer_problem(request, &problem);
        json_object_del(answer, "day");
        json_object_del(answer, "content");
        return filing_answer(request, 200, answer);
}

/* ---- submission ---- */

/* The event of its submission; an answer given before is given again. */
static enum answer answer_submitted(struct request *request, const json_t *filing)
{
        struct problem problem = {0};
        const json_t *event = json_object_get(filing, "event");
        if (json_is_integer(event))
                return receipt_answer(request, json_integer_value(event), RECEIPT_SECONDS);
        problem_set(&problem, "not-found", "this filing has not been submitted");
        return http_answer_problem(request, &problem);
}

/* Every reason, whenever it was found. */
static enum answer answer_rejected(struct request *request, const json_t *filing)
{
        struct problem problem = {0};
        const json_t *checks = json_object_get(filing, "checks");
        const char *detail = json_string_value(json_object_get(checks, "detail"));
        problem_set(&problem, "filing-refused", "%s", detail != NULL ? detail : "This filing was rejected.");
        return call_refuse(request, &problem, "reasons", json_object_get(checks, "reasons"));
}

enum answer filing_submit(struct request *request)
{
        struct problem problem = {0};
        struct refusals why = {0};
        OWN(json_t) filing = NULL;
        if (!filing_settle(request, request->variables[0], &filing, &why, &problem))
                return http_answer_problem(request, &problem);
        return filing_is(filing, "state", "rejected") ? answer_rejected(request, filing) : answer_submitted(request, filing);
}

enum answer filing_cancel(struct request *request)
{
        struct problem problem = {0};
        json_t *message = NULL;
        if (!call_about(request, "api.filing_cancel", NULL, &message, &problem))
                return http_answer_problem(request, &problem);
        return filing_answer(request, 202, message);
}

enum answer filing_show(struct request *request)
{
        struct problem problem = {0};
        json_t *filing = NULL;
        if (!call_about(request, "api.filing_show", NULL, &filing, &problem))
                return http_answer_problem(request, &problem);
        return filing_answer(request, 200, filing);
}

enum answer filing_receipt(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) filing = NULL;
        if (!call_about(request, "api.filing_show", NULL, &filing, &problem))
                return http_answer_problem(request, &problem);
        return answer_submitted(request, filing);
}
