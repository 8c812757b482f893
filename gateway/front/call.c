/* call.c - see call.h. */
#include "gateway/front/call.h"

struct db_argument call_actor(const struct request *request)
{
        return db_text(request->party.id[0] != '\0' ? request->party.id : NULL);
}

bool call_about(struct request *request, const char *function, const char *text, json_t **out, struct problem *problem)
{
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]), db_text(text)};
        return db_call_json(request->db, function, arguments, text != NULL ? 3 : 2, out, problem);
}

enum answer call_answer(struct request *request, int status, const char *function)
{
        struct problem problem = {0};
        json_t *answer = NULL;
        if (!call_about(request, function, NULL, &answer, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, status, answer);
}
