/* classification.c - the database keeps it; the State decides it. */
#include "gateway/front/classification.h"

#include "gateway/front/call.h"
#include "gateway/front/filing.h"

bool classification_load(struct request *request, json_t **out, struct problem *problem)
{
        const struct db_argument actor = call_actor(request);
        return db_call_json(request->db, "api.classification_show", &actor, 1, out, problem);
}

enum answer classification_show(struct request *request)
{
        struct problem problem = {0};
        json_t *kept = NULL;
        if (!classification_load(request, &kept, &problem))
                return http_answer_problem(request, &problem);
        if (!json_is_null(kept))
                return http_answer_json(request, 200, kept);
        json_decref(kept);
        problem_set(&problem, "not-found", "the State has sent no classification yet; ask for it");
        return http_answer_problem(request, &problem);
}

enum answer classification_ask(struct request *request)
{
        struct problem problem = {0};
        json_t *message = NULL;
        const struct db_argument actor = call_actor(request);
        if (!db_call_json(request->db, "api.classification_ask", &actor, 1, &message, &problem))
                return http_answer_problem(request, &problem);
        return filing_answer(request, 202, message);
}
