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
#include "gateway/front/inspection.h"
#include "gateway/front/pes.h"
#include "gateway/front/receipt.h"
#include "gateway/front/upload.h"
#include "gateway/formats/acte.h"
#include "signing/signing.h"

DEFINE_OWNER(json_t, json_decref)

/* Seconds a submission waits for its receipt. */
enum { RECEIPT_SECONDS = 10 };

/* Where its bytes lie is nobody's business outside. */
static void places_hide(json_t *filing)
{
        size_t n;
        json_t *file;
        json_array_foreach(json_object_get(filing, "files"), n, file)
        {
                json_object_del(file, "day");
                json_object_del(file, "content");
        }
}

enum answer filing_answer(struct request *request, int status, json_t *taken)
{
        places_hide(taken);
        return http_answer_json(request, status, taken);
}

enum answer filing_refusals(struct request *request, const struct refusals *why)
{
        struct problem problem = {0};
        OWN(json_t) reasons = refusals_json(why);
        problem_set(&problem, "filing-refused", "%s", why->list[0].sentence);
        return call_refuse(request, &problem, "reasons", reasons);
}

static bool is_pes(const json_t *filing)
{
        const char *kind = json_string_value(json_object_get(filing, "kind"));
        return kind != NULL && strcmp(kind, "pes") == 0;
}

/* ---- a draft and its files ---- */

enum answer filing_create(struct request *request)
{
        struct problem problem = {0};
        char today[11];
        OWN(json_t) filing = http_json(request, &problem);
        if (filing == NULL)
                return http_answer_problem(request, &problem);
        if (is_pes(filing))
                return pes_create(request, filing);
        inspection_today(today);
        struct refusals why = {0};
        struct acte *acte = calloc(1, sizeof *acte);
        if (acte == NULL)
                abort();
        bool formed = acte_parse(filing, today, acte, &why);
        free(acte);
        if (!formed)
                return filing_refusals(request, &why);
        char *text = json_dumps(filing, JSON_COMPACT);
        const struct db_argument arguments[] = {call_actor(request), db_text(text),
                                                db_text(http_header(request, "Idempotency-Key"))};
        json_t *answer = NULL;
        bool created = db_call_json(request->db, "api.filing_create", arguments, 3, &answer, &problem);
        free(text);
        return created ? filing_answer(request, 201, answer) : http_answer_problem(request, &problem);
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

static bool has_state(const json_t *filing, const char *state)
{
        const char *found = json_string_value(json_object_get(filing, "state"));
        return found != NULL && strcmp(found, state) == 0;
}

/* A file that has not come yet is no fault of the filing: it stays a draft. */
static bool files_arrived(const json_t *filing, struct problem *problem)
{
        size_t n;
        const json_t *file;
        json_array_foreach(json_object_get(filing, "files"), n, file)
        {
                if (!json_is_integer(json_object_get(file, "size")))
                        return problem_set(problem, "filing-incomplete", "%s has not arrived",
                                           json_string_value(json_object_get(file, "name")));
        }
        return true;
}

/* Rejected before: the same reasons again. */
static enum answer answer_rejected(struct request *request, const json_t *filing)
{
        struct problem problem = {0};
        const json_t *checks = json_object_get(filing, "checks");
        const char *detail = json_string_value(json_object_get(checks, "detail"));
        problem_set(&problem, "filing-refused", "%s", detail != NULL ? detail : "This filing was rejected.");
        return call_refuse(request, &problem, "reasons", json_object_get(checks, "reasons"));
}

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

/* The refusal is an event of its own: the filer can prove what was sent and why it was not taken. */
static enum answer filing_refuse(struct request *request, const struct refusals *why)
{
        struct problem problem = {0};
        OWN(json_t) reasons = refusals_json(why);
        OWN(json_t)
        said = json_pack("{s:s, s:s, s:O}", "code", why->list[0].code, "detail", why->list[0].sentence, "reasons", reasons);
        OWN(json_t) answer = NULL;
        char *text = json_dumps(said, JSON_COMPACT);
        bool kept = call_about(request, "api.filing_refuse", text, &answer, &problem);
        free(text);
        return kept ? filing_refusals(request, why) : http_answer_problem(request, &problem);
}

static enum answer submit_checked(struct request *request, const json_t *checks)
{
        struct problem problem = {0};
        OWN(json_t) submitted = NULL;
        char *text = json_dumps(checks, JSON_COMPACT);
        bool done = call_about(request, "api.filing_submit", text, &submitted, &problem);
        free(text);
        return done ? answer_submitted(request, submitted) : http_answer_problem(request, &problem);
}

/* A PES is judged and settled in one call of SQL, which alone knows what the body sent before. */
static enum answer submit_pes(struct request *request, const json_t *filing)
{
        struct problem problem = {0};
        OWN(json_t) done = NULL;
        if (!files_arrived(filing, &problem) || !pes_submit(request, filing, &done, &problem))
                return http_answer_problem(request, &problem);
        return has_state(done, "rejected") ? answer_rejected(request, done) : answer_submitted(request, done);
}

enum answer filing_submit(struct request *request)
{
        struct problem problem = {0};
        struct refusals why = {0};
        OWN(json_t) filing = NULL;
        OWN(json_t) checks = NULL;
        if (!call_about(request, "api.filing_show", NULL, &filing, &problem))
                return http_answer_problem(request, &problem);
        if (has_state(filing, "rejected"))
                return answer_rejected(request, filing);
        if (!has_state(filing, "draft"))
                return answer_submitted(request, filing);
        if (is_pes(filing))
                return submit_pes(request, filing);
        if (!files_arrived(filing, &problem) || !inspection_run(request, filing, &checks, &why, &problem))
                return http_answer_problem(request, &problem);
        return why.count > 0 ? filing_refuse(request, &why) : submit_checked(request, checks);
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
