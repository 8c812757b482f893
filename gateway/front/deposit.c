/*
 * deposit.c - the state, the hours and the limits are SQL's (sql/api/deposit.sql, quota.sql).
 */
#include "gateway/front/deposit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/log.h"
#include "gateway/core/owner.h"
#include "gateway/core/verdict.h"
#include "gateway/front/call.h"
#include "gateway/front/digest.h"
#include "gateway/front/receipt.h"
#include "gateway/front/upload.h"
#include "signing/signing.h"

DEFINE_OWNER(json_t, json_decref)

enum { RECEIPT_SECONDS = 10, CHUNKS_MOST = 256 };

static void own_text(char **text)
{
        free(*text);
}
#define TEXT __attribute__((cleanup(own_text))) char *

/* What deposit_open() in SQL is told: the sender's wishes, the key, and who is at the other end. */
static bool wishes_read(struct request *request, json_t **out, struct problem *problem)
{
        json_t *wishes = request->body_size > 0 ? http_json(request, problem) : json_object();
        if (wishes == NULL)
                return false;
        json_object_del(wishes, "peer");
        json_object_del(wishes, "key");
        json_t *peer = json_loads(request->peer, 0, NULL);
        if (peer != NULL)
                json_object_set_new(wishes, "peer", peer);
        if (http_header(request, "Idempotency-Key") != NULL)
                json_object_set_new(wishes, "key", json_string(http_header(request, "Idempotency-Key")));
        *out = wishes;
        return true;
}

enum answer deposit_open(struct request *request)
{
        struct problem problem = {0};
        char started[40];
        if (!http_instant(request, started)) {
                problem_set(&problem, "database-unavailable", "the hour is not known yet");
                return http_answer_problem(request, &problem);
        }
        OWN(json_t) wishes = NULL;
        if (!wishes_read(request, &wishes, &problem))
                return http_answer_problem(request, &problem);
        TEXT text = json_dumps(wishes, JSON_COMPACT);
        json_t *deposit = NULL;
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]), db_text(started),
                                                db_text(text)};
        if (!db_call_json(request->db, "api.deposit_open", arguments, 4, &deposit, &problem))
                return http_answer_problem(request, &problem);
        char url[96];
        const char *id = json_string_value(json_object_get(deposit, "id"));
        snprintf(url, sizeof(url), "/api/v1/deposits/%s", id != NULL ? id : "");
        http_answer_header(request, "Location", url);
        return http_answer_json(request, 201, deposit);
}

enum answer deposit_show(struct request *request)
{
        return call_answer(request, 200, "api.deposit_show");
}

/* ---- chunks ---- */

static bool number_parse(const char *text, int64_t *number)
{
        size_t digits = strspn(text, "0123456789");
        if (digits == 0 || digits > 9 || text[digits] != '\0')
                return false;
        *number = strtoll(text, NULL, 10);
        return true;
}

/* What the request announces; one that announces nothing may send all that the route takes. */
static int64_t announced_bytes(const struct request *request)
{
        const char *length = http_header(request, "Content-Length");
        return length != NULL ? strtoll(length, NULL, 10) : (int64_t)CHUNKS_MOST * SIGNING_SEALED_CHUNK;
}

bool deposit_chunks_admit(struct request *request, struct problem *problem)
{
        int64_t first = 0;
        uint8_t digest[32];
        const char *field = http_header(request, "Content-Digest");
        if (!number_parse(request->variables[2], &first))
                return problem_set(problem, "not-found", "a chunk is named by its number, from 0");
        if (field == NULL || !digest_parse(field, digest))
                return problem_set(problem, "request-malformed", "Content-Digest with sha-256 is needed (RFC 9530 2)");
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]), db_text(request->variables[1]),
                                                db_integer(first), db_integer(announced_bytes(request))};
        OWN(json_t) envelope = NULL;
        if (!db_call_json(request->db, "api.chunks_admit", arguments, 5, &envelope, problem))
                return false;
        return upload_place(request, envelope, first, SIGNING_SEALED_CHUNK, problem);
}

/* From the acknowledgement on, no later request that turns out to be broken takes these chunks away. */
enum answer deposit_chunks_put(struct request *request)
{
        struct problem problem = {0};
        uint8_t digests[CHUNKS_MOST * 32];
        if (request->chunk_count > CHUNKS_MOST) {
                problem_set(&problem, "body-too-large", "at most %d chunks", CHUNKS_MOST);
                return http_answer_problem(request, &problem);
        }
        for (size_t i = 0; i < request->chunk_count; i++)
                memcpy(digests + 32 * i, request->chunks[i].sha256, 32);
        const struct db_argument arguments[] = {db_text(request->store_day), db_integer(request->store_content),
                                                db_integer(request->store_first), db_bytes(digests, 32 * request->chunk_count)};
        if (!db_call(request->db, "api.chunks_settle", arguments, 4, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_none(request, 204);
}

void deposit_chunks_record(struct request *request, const struct transfer *transfer)
{
        struct problem problem = {0};
        OWN(json_t)
        attempt = json_pack("{s:I, s:I, s:I, s:I, s:s, s:I, s:s, s:o*}", "first", (json_int_t)request->store_first, "count",
                            (json_int_t)transfer->chunks, "offset", (json_int_t)(request->store_first * SIGNING_SEALED_CHUNK),
                            "bytes", (json_int_t)transfer->bytes, "started", transfer->started, "milliseconds",
                            (json_int_t)transfer->milliseconds, "outcome", transfer->outcome, "peer",
                            json_loads(request->peer, 0, NULL));
        TEXT text = json_dumps(attempt, JSON_COMPACT);
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]), db_text(request->variables[1]),
                                                db_text(text)};
        if (!db_call(request->db, "api.transfer_record", arguments, 4, &problem))
                log_event(LOG_LEVEL_ERROR, "transfer-unrecorded", "deposit", request->variables[0], "outcome", transfer->outcome,
                          "reason", problem.detail, NULL);
}

enum answer deposit_manifest_put(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) summary = NULL;
        json_t *answer = NULL;
        if (!verdict_manifest(request->judges, request->body, request->body_size, &summary, &problem))
                return http_answer_problem(request, &problem);
        TEXT text = json_dumps(summary, JSON_COMPACT);
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]), db_text(request->variables[1]),
                                                db_bytes(request->body, request->body_size), db_text(text)};
        if (!db_call_json(request->db, "api.manifest_put", arguments, 5, &answer, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 200, answer);
}

/* ---- the end ---- */

/* Its detail is the list of what is missing, as JSON; a long one is cut and then only text. */
static enum answer commit_refuse(struct request *request, const struct problem *problem)
{
        OWN(json_t) missing = NULL;
        if (strcmp(problem->row->code, "deposit-incomplete") == 0)
                missing = json_loads(problem->detail, 0, NULL);
        if (!json_is_array(missing))
                return http_answer_problem(request, problem);
        return call_refuse(request, problem, "missing", missing);
}

/* Run again while the receipt is awaited: a committed deposit answers again what it answered first. */
enum answer deposit_commit(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) deposit = NULL;
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]),
                                                db_text(http_header(request, "Idempotency-Key"))};
        if (!db_call_json(request->db, "api.deposit_commit", arguments, 3, &deposit, &problem))
                return commit_refuse(request, &problem);
        return receipt_answer(request, json_integer_value(json_object_get(deposit, "event")), RECEIPT_SECONDS);
}

enum answer deposit_withdraw(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) withdrawn = NULL;
        if (!call_about(request, "api.deposit_withdraw", NULL, &withdrawn, &problem))
                return http_answer_problem(request, &problem);
        return receipt_answer(request, json_integer_value(json_object_get(withdrawn, "event")), RECEIPT_SECONDS);
}

/* The company gives up an unfinished deposit. */
enum answer deposit_abandon(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) abandoned = NULL;
        if (!call_about(request, "api.deposit_abandon", NULL, &abandoned, &problem))
                return http_answer_problem(request, &problem);
        return receipt_answer(request, json_integer_value(json_object_get(abandoned, "event")), RECEIPT_SECONDS);
}

enum answer deposit_receipt(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) deposit = NULL;
        if (!call_about(request, "api.deposit_show", NULL, &deposit, &problem))
                return http_answer_problem(request, &problem);
        const json_t *event = json_object_get(deposit, "event");
        if (!json_is_integer(event)) {
                problem_set(&problem, "not-found", "this deposit is not committed: it has no receipt");
                return http_answer_problem(request, &problem);
        }
        return receipt_answer(request, json_integer_value(event), 0);
}
