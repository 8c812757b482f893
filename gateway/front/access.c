/* access.c - the rules are SQL's (sql/api/access.sql). */
#include "gateway/front/access.h"

#include "gateway/core/owner.h"
#include "gateway/front/call.h"

DEFINE_OWNER(json_t, json_decref)

enum answer access_set(struct request *request)
{
        return call_with_body(request, 200, "api.access_set");
}

enum answer access_open(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) opened = NULL;
        if (!call_about_or_null(request, "api.access_open", http_header(request, "Access-Code"), &opened, &problem))
                return http_answer_problem(request, &problem);
        if (json_is_true(json_object_get(opened, "wrong"))) {
                problem_set(&problem, "access-code", "this is not the code of this consultation");
                return http_answer_problem(request, &problem);
        }
        return http_answer_json(request, 200, json_incref(opened));
}
