/*
 * receipt.c - the notary makes receipts after the fact; a handler waits a
 * little, without holding a worker, and else says where it will be.
 */
#include "gateway/front/receipt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/front/call.h"

DEFINE_OWNER(json_t, json_decref)

/* *out is json null where it is not made yet. */
static bool receipt_find(struct request *request, int64_t event, json_t **out, struct problem *problem)
{
        const struct db_argument arguments[] = {call_actor(request), db_integer(event)};
        return db_call_json(request->db, "api.receipt_show", arguments, 2, out, problem);
}

static enum answer answer_found(struct request *request, const json_t *found)
{
        const char *xml = json_string_value(json_object_get(found, "receipt"));
        const json_t *index = json_object_get(found, "index");
        if (json_is_integer(index)) {
                char text[24];
                snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(index));
                http_answer_header(request, "Pli-Journal-Index", text);
        }
        return http_answer_bytes(request, 200, "application/xml", xml, strlen(xml));
}

static enum answer answer_pending(struct request *request, int64_t event)
{
        char url[64];
        snprintf(url, sizeof url, "/api/v1/receipts/%" PRId64, event);
        http_answer_header(request, "Location", url);
        return http_answer_json(request, 202, json_pack("{s:I, s:s}", "event", (json_int_t)event, "receipt", url));
}

static bool is_receipt(const json_t *found)
{
        return json_is_string(json_object_get(found, "receipt"));
}

enum answer receipt_answer(struct request *request, int64_t event, unsigned seconds)
{
        struct problem problem = {0};
        OWN(json_t) found = NULL;
        if (!receipt_find(request, event, &found, &problem))
                return http_answer_problem(request, &problem);
        if (is_receipt(found))
                return answer_found(request, found);
        if (seconds > 0 && !http_waited(request))
                return http_wait(request, "receipt", seconds);
        return answer_pending(request, event);
}

enum answer receipt_show(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) found = NULL;
        int64_t event;
        char rest;
        if (sscanf(request->variables[0], "%" SCNd64 "%c", &event, &rest) != 1) {
                problem_set(&problem, "not-found", "a receipt is named by the number of its event");
                return http_answer_problem(request, &problem);
        }
        if (!receipt_find(request, event, &found, &problem))
                return http_answer_problem(request, &problem);
        if (!json_is_object(found)) {
                problem_set(&problem, "not-found", "no receipt of event %" PRId64 " yet, or not for you", event);
                return http_answer_problem(request, &problem);
        }
        return answer_found(request, found);
}
