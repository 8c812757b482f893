/*
 * consultation.c - the state and its rules are SQL's (sql/api/consultation.sql).
 */
#include "gateway/front/consultation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/front/call.h"

DEFINE_OWNER(json_t, json_decref)

enum { LIST_LIMIT = 100 };

enum answer consultation_create(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) message = http_json(request, &problem);
        if (message == NULL)
                return http_answer_problem(request, &problem);
        char *text = json_dumps(message, JSON_COMPACT);
        json_t *made = NULL;
        const struct db_argument arguments[] = {call_actor(request), db_text(text)};
        bool done = db_call_json(request->db, "api.consultation_create", arguments, 2, &made, &problem);
        free(text);
        if (!done)
                return http_answer_problem(request, &problem);
        char url[96];
        const char *id = json_string_value(json_object_get(made, "id"));
        snprintf(url, sizeof(url), "/api/v1/consultations/%s", id != NULL ? id : "");
        http_answer_header(request, "Location", url);
        return http_answer_json(request, 201, made);
}

/* The query's filters, as api.consultation_list takes them. */
static json_t *filter_of(const struct request *request)
{
        static const char *const names[] = {"cpv", "place", "procedure", "nature", "body", "before"};
        const char *open = http_query(request, "open");
        json_t *filter = json_object();
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                const char *value = http_query(request, names[i]);
                if (value != NULL && *value != '\0')
                        json_object_set_new(filter, names[i], json_string(value));
        }
        if (open != NULL)
                json_object_set_new(filter, "open", json_boolean(strcmp(open, "true") == 0));
        return filter;
}

enum answer consultation_list(struct request *request)
{
        struct problem problem = {0};
        json_t *list = NULL;
        OWN(json_t) filter = filter_of(request);
        char *text = json_dumps(filter, JSON_COMPACT);
        const struct db_argument arguments[] = {db_text(http_query(request, "search")), db_text(http_query(request, "after")),
                                                db_integer(http_query_integer(request, "limit", 20, 1, LIST_LIMIT)), db_text(text)};
        bool done = db_call_json(request->db, "api.consultation_list", arguments, 4, &list, &problem);
        free(text);
        return done ? http_answer_json(request, 200, list) : http_answer_problem(request, &problem);
}

enum answer consultation_show(struct request *request)
{
        return call_with_token(request, "api.consultation_show");
}

enum answer consultation_publish(struct request *request)
{
        return call_with_body(request, 200, "api.consultation_publish");
}

enum answer consultation_unschedule(struct request *request)
{
        return call_answer(request, 200, "api.consultation_unschedule");
}

enum answer consultation_change(struct request *request)
{
        return call_with_body(request, 200, "api.consultation_change");
}

enum answer consultation_changes(struct request *request)
{
        return call_with_token(request, "api.change_list");
}

enum answer consultation_abandon(struct request *request)
{
        return call_with_body(request, 200, "api.consultation_abandon");
}
