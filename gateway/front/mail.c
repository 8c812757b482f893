/* mail.c - the rules are SQL's (sql/api/mail.sql, post.sql, conclusion.sql). */
#include "gateway/front/mail.h"

#include <stdlib.h>

#include "gateway/core/owner.h"
#include "gateway/front/call.h"
#include "gateway/front/download.h"
#include "gateway/front/upload.h"
#include "signing/signing.h"

DEFINE_OWNER(json_t, json_decref)

enum answer mail_write(struct request *request)
{
        return call_with_body(request, 201, "api.mail_write");
}

enum answer mail_list(struct request *request)
{
        return call_answer(request, 200, "api.mail_list");
}

enum answer mail_round(struct request *request)
{
        return call_with_body(request, 201, "api.round_open");
}

enum answer mail_letters(struct request *request)
{
        return call_with_body(request, 201, "api.letters_send");
}

enum answer mail_inbox(struct request *request)
{
        return call_as_actor(request, "api.mail_inbox");
}

enum answer mail_show(struct request *request)
{
        return call_answer(request, 200, "api.mail_show");
}

enum answer mail_send(struct request *request)
{
        return call_answer(request, 200, "api.mail_send");
}

enum answer mail_answer(struct request *request)
{
        return call_with_body(request, 200, "api.mail_answer");
}

bool mail_file_admit(struct request *request, struct problem *problem)
{
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]), db_text(request->variables[1]),
                                                db_text(http_header(request, "Content-Type"))};
        OWN(json_t) begun = NULL;
        if (!db_call_json(request->db, "api.mail_file_begin", arguments, 4, &begun, problem))
                return false;
        return upload_place(request, begun, 0, SIGNING_CHUNK, problem);
}

enum answer mail_file_put(struct request *request)
{
        struct problem problem = {0};
        json_t *file = NULL;
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]), db_text(request->variables[1]),
                                                db_integer((int64_t)request->stored_size),
                                                db_bytes(request->stored_sha256, sizeof(request->stored_sha256))};
        if (!db_call_json(request->db, "api.mail_file_finish", arguments, 5, &file, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 201, file);
}

enum answer mail_file_show(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) opened = NULL;
        if (!call_about(request, "api.mail_file_open", request->variables[1], &opened, &problem))
                return http_answer_problem(request, &problem);
        return download_opened(request, opened);
}

enum answer mail_contact(struct request *request)
{
        return call_as_actor(request, "api.contact_show");
}

enum answer mail_contact_set(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) body = http_json(request, &problem);
        json_t *answer = NULL;
        char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
        const struct db_argument arguments[] = {call_actor(request), db_text(text)};
        bool done = text != NULL && db_call_json(request->db, "api.contact_set", arguments, 2, &answer, &problem);
        free(text);
        return done ? http_answer_json(request, 200, answer) : http_answer_problem(request, &problem);
}
