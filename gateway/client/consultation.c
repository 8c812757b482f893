/*
 * consultation.c - `pli consultation …`: prepare, publish, find and read
 * consultations, as buyer or as anyone.
 */
#include <stdlib.h>

#include "gateway/client/ask.h"
#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/consultation.h"
#include "gateway/client/functions.h"
#include "gateway/client/input.h"
#include "gateway/client/sending.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"

void consultation_lines(const json_t *consultation)
{
        const json_t *body = json_object_get(consultation, "body"), *members = json_object_get(consultation, "members");
        char instant[64], quorum[64], buyer[320], size[32];
        size_t index;
        json_t *row;
        show_pair(words("Consultation"), field_text(consultation, "id"));
        show_pair(words("Reference"), field_text(consultation, "reference"));
        show_pair(words("Title"), field_text(consultation, "title"));
        show_pair(words("Object"), field_text(consultation, "object"));
        snprintf(buyer, sizeof buyer, "%s (%s)", field_text(body, "name"), field_text(body, "siret"));
        show_pair(words("Buyer"), body != NULL ? buyer : "");
        show_pair(words("State"), field_text(consultation, "state"));
        show_pair(words("Deadline"), show_instant(field_text(consultation, "deadline"), instant));
        snprintf(quorum, sizeof quorum, words("%s of %zu members"), field_text(consultation, "quorum"), json_array_size(members));
        show_pair(words("Opens with"), members != NULL ? quorum : "");
        json_array_foreach(members, index, row)
        {
                const json_t *substitute = json_object_get(row, "substitute");
                char member[512];
                snprintf(member, sizeof member, "%s%s%s", field_text(row, "name"), substitute != NULL ? " / " : "",
                         field_text(substitute, "name"));
                show_pair(words("Member"), member);
        }
        json_array_foreach(json_object_get(consultation, "lots"), index, row)
        {
                char lot[512];
                snprintf(lot, sizeof lot, "%s %s", field_text(row, "number"), field_text(row, "title"));
                show_pair(words("Lot"), lot);
        }
        json_array_foreach(json_object_get(consultation, "documents"), index, row)
        {
                char document[512];
                snprintf(document, sizeof document, "%s (%s)", field_text(row, "name"),
                         show_size((uint64_t)json_integer_value(json_object_get(row, "size")), size));
                show_pair(words("Document"), document);
        }
}

/* Shows what the gateway answered, and forgets it. */
static int answer_show(const struct invocation *invocation, bool answered, json_t *answer, const struct problem *problem)
{
        if (answered && invocation_flag(invocation, "json"))
                show_json(answer);
        else if (answered)
                consultation_lines(answer);
        json_decref(answer);
        return answered ? 0 : show_problem(invocation, problem);
}

static bool consultation_send(const struct invocation *invocation, const char *method, const char *tail, const json_t *body,
                              json_t **out, struct problem *problem)
{
        struct session *session = NULL;
        if (!session_open(invocation, &session, problem))
                return false;
        char *path = invocation->argument_count > 0 && body == NULL
                             ? session_path("/api/v1/consultations/%s", invocation->arguments[0])
                             : session_path("/api/v1/consultations");
        char whole[512];
        snprintf(whole, sizeof whole, "%s%s", path, tail);
        bool sent = session_json(session, &(struct call){.method = method, .path = whole, .json = body}, out, problem);
        free(path);
        session_close(session);
        return sent;
}

int pli_consultation_show(const struct invocation *invocation)
{
        struct problem problem = {0};
        json_t *answer = NULL;
        bool answered = consultation_send(invocation, "GET", "", NULL, &answer, &problem);
        return answer_show(invocation, answered, answer, &problem);
}

int pli_consultation_publish(const struct invocation *invocation)
{
        static const char *const names[] = {"at", NULL};
        struct problem problem = {0};
        json_t *answer = NULL;
        bool answered = ask(invocation, session_path("/api/v1/consultations/%s/publish", invocation->arguments[0]),
                            ask_options(invocation, names), &answer, &problem);
        size_t index;
        json_t *warning;
        json_array_foreach(json_object_get(answer, "warnings"), index, warning) show_note("%s", field_text(warning, "text"));
        return answer_show(invocation, answered, answer, &problem);
}

int pli_consultation_create(const struct invocation *invocation)
{
        struct problem problem = {0};
        json_t *consultation = NULL, *answer = NULL;
        bool answered = content_json(invocation->arguments[0], &consultation, &problem) &&
                        consultation_members(consultation, invocation->arguments[0], &problem) &&
                        consultation_send(invocation, "POST", "", consultation, &answer, &problem);
        json_decref(consultation);
        return answer_show(invocation, answered, answer, &problem);
}

static void list_show(const json_t *list)
{
        const char *header[] = {words("Consultation"), words("Reference"), words("Title"),
                                words("Buyer"),        words("Deadline"),  words("State")};
        struct show_table *table = show_table_new(6, header);
        size_t index;
        json_t *row;
        json_array_foreach(list, index, row)
        {
                char instant[64];
                show_table_row(table,
                               (const char *[]){field_text(row, "id"), field_text(row, "reference"), field_text(row, "title"),
                                                field_text(json_object_get(row, "body"), "name"),
                                                show_instant(field_text(row, "deadline"), instant), field_text(row, "state")});
        }
        show_table_end(table);
}

int pli_consultation_list(const struct invocation *invocation)
{
        struct problem problem = {0};
        struct session *session = NULL;
        json_t *all = json_array(), *next = json_null();
        const char *search = invocation_option(invocation, "search");
        bool good = session_open(invocation, &session, &problem);
        while (good && next != NULL) {
                json_t *page = NULL;
                const char *after = json_is_string(next) ? json_string_value(next) : "";
                char *path =
                        session_path("/api/v1/consultations?limit=100&search=%s&after=%s", search != NULL ? search : "", after);
                good = session_json(session, &(struct call){.method = "GET", .path = path}, &page, &problem);
                free(path);
                if (good)
                        json_array_extend(all, json_object_get(page, "consultations"));
                json_decref(next);
                next = good && json_is_string(json_object_get(page, "next")) ? json_incref(json_object_get(page, "next")) : NULL;
                json_decref(page);
        }
        json_decref(next);
        if (good && invocation_flag(invocation, "json"))
                show_json(all);
        else if (good)
                list_show(all);
        json_decref(all);
        session_close(session);
        return good ? 0 : show_problem(invocation, &problem);
}

static bool document_send(const struct invocation *invocation, struct session *session, const char *file, struct problem *problem)
{
        const char *note = invocation_option(invocation, "note"), *id = invocation->arguments[0], *name = path_name(file);
        char *path = note != NULL ? session_path("/api/v1/consultations/%s/documents/%s?note=%s", id, name, note)
                                  : session_path("/api/v1/consultations/%s/documents/%s", id, name);
        bool done = sending_file(invocation, session, path, file, problem);
        free(path);
        return done;
}

int pli_consultation_document(const struct invocation *invocation)
{
        struct problem problem = {0};
        struct session *session = NULL;
        bool done = session_open(invocation, &session, &problem);
        for (size_t i = 1; done && i < invocation->argument_count; i++)
                done = document_send(invocation, session, invocation->arguments[i], &problem);
        session_close(session);
        return done ? 0 : show_problem(invocation, &problem);
}
