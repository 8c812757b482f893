/* desk.c - one page of one's own consultations. */
#include "gateway/front/desk.h"

#include "gateway/front/call.h"

enum { PAGE = 50, PAGE_MOST = 200 };

enum answer desk_show(struct request *request)
{
        struct problem problem = {0};
        json_t *page = NULL;
        const struct db_argument arguments[] = {call_actor(request), db_text(http_query(request, "after")),
                                                db_integer(http_query_integer(request, "limit", PAGE, 1, PAGE_MOST))};
        if (!db_call_json(request->db, "api.desk_show", arguments, 3, &page, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 200, page);
}
