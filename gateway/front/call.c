/* call.c - see call.h. */
#include "gateway/front/call.h"

#include <stdlib.h>
#include <string.h>

struct db_argument call_actor(const struct request *request)
{
        return db_text(request->party.id[0] != '\0' ? request->party.id : NULL);
}

bool call_about(struct request *request, const char *function, const char *text, json_t **out, struct problem *problem)
{
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]), db_text(text)};
        return db_call_json(request->db, function, arguments, text != NULL ? 3 : 2, out, problem);
}

bool call_about_or_null(struct request *request, const char *function, const char *text, json_t **out, struct problem *problem)
{
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]), db_text(text)};
        return db_call_json(request->db, function, arguments, 3, out, problem);
}

enum answer call_with_token(struct request *request, const char *function)
{
        struct problem problem = {0};
        json_t *answer = NULL;
        if (!call_about_or_null(request, function, http_query(request, "access"), &answer, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 200, answer);
}

enum answer call_as_actor(struct request *request, const char *function)
{
        struct problem problem = {0};
        json_t *answer = NULL;
        const struct db_argument actor = call_actor(request);
        if (!db_call_json(request->db, function, &actor, 1, &answer, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 200, answer);
}

enum answer call_answer(struct request *request, int status, const char *function)
{
        struct problem problem = {0};
        json_t *answer = NULL;
        if (!call_about(request, function, NULL, &answer, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, status, answer);
}

enum answer call_with_body(struct request *request, int status, const char *function)
{
        struct problem problem = {0};
        json_t *answer = NULL, *body = request->body_size > 0 ? http_json(request, &problem) : json_object();
        char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
        bool done = text != NULL && call_about(request, function, text, &answer, &problem);
        json_decref(body);
        free(text);
        return done ? http_answer_json(request, status, answer) : http_answer_problem(request, &problem);
}

enum answer call_refuse(struct request *request, const struct problem *problem, const char *member, json_t *value)
{
        json_t *json = problem_json(problem, request->language, request->id);
        json_object_set(json, member, value);
        char *text = json_dumps(json, JSON_COMPACT);
        json_decref(json);
        if (text == NULL)
                return http_answer_problem(request, problem);
        enum answer answer = http_answer_bytes(request, problem->row->status, "application/problem+json", text, strlen(text));
        free(text);
        return answer;
}
