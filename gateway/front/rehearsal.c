/* rehearsal.c - see rehearsal.h; what is found is SQL's (sql/api/rehearsal.sql). */
#include "gateway/front/rehearsal.h"

#include "gateway/core/db.h"

enum answer rehearsal_show(struct request *request)
{
        struct problem problem = {0};
        json_t *consultation = NULL;
        if (!db_call_json(request->db, "api.rehearsal_show", NULL, 0, &consultation, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 200, consultation);
}
