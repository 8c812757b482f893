/* procedure.c - see procedure.h; sql/api/procedure.sql. */
#include "gateway/front/procedure.h"

#include "gateway/front/call.h"

enum answer procedure_list(struct request *request)
{
        struct problem problem = {0};
        json_t *list = NULL;
        if (!db_call_json(request->db, "api.procedure_list", NULL, 0, &list, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 200, list);
}

enum answer procedure_thresholds(struct request *request)
{
        struct problem problem = {0};
        json_t *list = NULL;
        const struct db_argument day = db_text(http_query(request, "date"));
        if (!db_call_json(request->db, "api.threshold_list", &day, 1, &list, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 200, list);
}
