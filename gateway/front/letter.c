/* letter.c - letters are the database's; here they are shown and replied to. */
#include "gateway/front/letter.h"

#include <stdlib.h>

#include "gateway/core/owner.h"
#include "gateway/front/call.h"
#include "gateway/front/filing.h"

DEFINE_OWNER(json_t, json_decref)

enum answer letter_list(struct request *request)
{
        struct problem problem = {0};
        json_t *letters = NULL;
        const struct db_argument arguments[] = {call_actor(request), db_text(http_query(request, "state")),
                                                db_text(http_query(request, "after")),
                                                db_integer(http_query_integer(request, "limit", 50, 1, 200))};
        if (!db_call_json(request->db, "api.letter_list", arguments, 4, &letters, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 200, letters);
}

enum answer letter_show(struct request *request)
{
        return call_answer(request, 200, "api.letter_show");
}

enum answer letter_reply(struct request *request)
{
        struct problem problem = {0};
        json_t *draft = NULL;
        OWN(json_t) reply = http_json(request, &problem);
        char *text = reply != NULL ? json_dumps(reply, JSON_COMPACT) : NULL;
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]), db_text(text),
                                                db_text(http_header(request, "Idempotency-Key"))};
        bool made = text != NULL && db_call_json(request->db, "api.reply_create", arguments, 4, &draft, &problem);
        free(text);
        return made ? filing_answer(request, 201, draft) : http_answer_problem(request, &problem);
}
