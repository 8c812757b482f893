/*
 * webhook.c - the rules are the database's (sql/api/webhook.sql).
 */
#include "gateway/front/webhook.h"

#include <stdlib.h>

#include "gateway/core/config.h"
#include "gateway/core/owner.h"
#include "gateway/front/call.h"

DEFINE_OWNER(json_t, json_decref)
static void text_free(char *text)
{
        free(text);
}
DEFINE_OWNER(char, text_free)

/* The body as one JSON object's text, for SQL; NULL with the problem. */
static char *body_text(const struct request *request, struct problem *problem)
{
        OWN(json_t) message = http_json(request, problem);
        char *text = message != NULL ? json_dumps(message, JSON_COMPACT) : NULL;
        if (message != NULL && text == NULL)
                problem_set(problem, "internal", "no memory");
        return text;
}

enum answer webhook_create(struct request *request)
{
        struct problem problem = {0};
        json_t *made = NULL;
        OWN(char) text = body_text(request, &problem);
        if (text == NULL)
                return http_answer_problem(request, &problem);
        const struct db_argument arguments[] = {call_actor(request), db_text(text),
                                                db_bool(request->config->webhook_loopback == 1)};
        if (!db_call_json(request->db, "api.webhook_create", arguments, 3, &made, &problem))
                return http_answer_problem(request, &problem);
        http_answer_header(request, "Cache-Control", "no-store");
        return http_answer_json(request, 201, made);
}

enum answer webhook_list(struct request *request)
{
        return call_as_actor(request, "api.webhook_list");
}

enum answer webhook_delete(struct request *request)
{
        struct problem problem = {0};
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0])};
        if (!db_call(request->db, "api.webhook_delete", arguments, 2, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_none(request, 204);
}

enum answer webhook_replay(struct request *request)
{
        struct problem problem = {0};
        json_t *kept = NULL;
        OWN(char) text = body_text(request, &problem);
        if (text == NULL || !call_about(request, "api.webhook_replay", text, &kept, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 200, kept);
}
