/*
 * document.c - documents in and out of the store.
 */
#include "gateway/front/document.h"

#include <stdio.h>

#include "gateway/core/owner.h"
#include "gateway/front/archive.h"
#include "gateway/front/call.h"
#include "gateway/front/download.h"
#include "gateway/front/upload.h"
#include "signing/signing.h"

DEFINE_OWNER(json_t, json_decref)

bool document_admit(struct request *request, struct problem *problem)
{
        const char *media_type = http_header(request, "Content-Type");
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]), db_text(request->variables[1]),
                                                db_text(media_type != NULL ? media_type : "application/octet-stream"),
                                                db_text(http_query(request, "note"))};
        OWN(json_t) begun = NULL;
        if (!db_call_json(request->db, "api.document_begin", arguments, 5, &begun, problem))
                return false;
        return upload_place(request, begun, 0, SIGNING_CHUNK, problem);
}

enum answer document_put(struct request *request)
{
        struct problem problem = {0};
        json_t *document = NULL;
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]), db_text(request->variables[1]),
                                                db_integer((int64_t)request->stored_size),
                                                db_bytes(request->stored_sha256, sizeof(request->stored_sha256))};
        if (!db_call_json(request->db, "api.document_finish", arguments, 5, &document, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 201, document);
}

enum answer document_show(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) opened = NULL;
        int64_t version = http_query_integer(request, "version", 0, 1, INT32_MAX);
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]), db_text(request->variables[1]),
                                                db_text(http_query(request, "access")),
                                                version > 0 ? db_integer(version) : db_text(NULL)};
        if (!db_call_json(request->db, "api.document_open", arguments, 5, &opened, &problem))
                return http_answer_problem(request, &problem);
        return download_opened(request, opened);
}

enum answer document_list(struct request *request)
{
        return call_with_token(request, "api.document_list");
}

enum answer document_archive(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) opened = NULL;
        if (!call_about_or_null(request, "api.document_open_all", http_query(request, "access"), &opened, &problem))
                return http_answer_problem(request, &problem);
        char name[160];
        snprintf(name, sizeof(name), "%s.zip", json_string_value(json_object_get(opened, "reference")));
        return archive_answer(request, json_incref(json_object_get(opened, "documents")), name, NULL);
}
