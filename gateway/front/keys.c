/* keys.c - the published history of the gateway's own keys. */
#include "gateway/front/keys.h"

#include "gateway/core/db.h"

enum answer keys_show(struct request *request)
{
        struct problem problem = {0};
        json_t *keys = NULL;
        if (!db_call_json(request->db, "api.key_list", NULL, 0, &keys, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 200, keys);
}
