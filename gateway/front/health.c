/*
 * health.c - for supervisors, load balancers and anxious bidders.
 */
#include "gateway/front/health.h"

#include "gateway/core/db.h"
#include "gateway/front/instant.h"

enum answer health_show(struct request *request)
{
        return http_answer_json(request, 200, json_pack("{s:s, s:s}", "status", "ok", "version", PLI_VERSION));
}

enum answer health_ready(struct request *request)
{
        struct problem problem = {0};
        if (!instant_measure(request->db)) {
                problem_set(&problem, "database-unavailable", "the database does not answer");
                return http_answer_problem(request, &problem);
        }
        return http_answer_json(request, 200, json_pack("{s:s}", "status", "ready"));
}

enum answer health_now(struct request *request)
{
        struct problem problem = {0};
        json_t *now = NULL;
        if (!db_call_json(request->db, "api.now", NULL, 0, &now, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 200, now);
}
