/* search.c - the words of the query string, as one object to one SQL function. */
#include "gateway/front/search.h"

#include <stdlib.h>

#include "gateway/core/owner.h"
#include "gateway/front/call.h"

DEFINE_OWNER(json_t, json_decref)

enum answer search_filings(struct request *request)
{
        static const char *const words[] = {"state", "kind", "message", "from", "to", "text", "after", "limit"};
        struct problem problem = {0};
        json_t *found = NULL;
        OWN(json_t) query = json_object();
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
                const char *value = http_query(request, words[i]);
                if (value != NULL)
                        json_object_set_new(query, words[i], json_string(value));
        }
        char *text = json_dumps(query, JSON_COMPACT);
        const struct db_argument arguments[] = {call_actor(request), db_text(text)};
        bool done = db_call_json(request->db, "api.filing_search", arguments, 2, &found, &problem);
        free(text);
        return done ? http_answer_json(request, 200, found) : http_answer_problem(request, &problem);
}
