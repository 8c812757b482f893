/*
 * safeguard.c - `pli safeguard …`: the buyer's register of what companies handed
 * in on paper or on a medium beside their deposits (copies de sauvegarde,
 * annexe 6).
 */
#include <stdlib.h>
#include <string.h>

#include "gateway/client/ask.h"
#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/functions.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"

static void copies_show(const json_t *copies)
{
        const char *header[] = {words("Number"), words("Company"), words("Form"), words("Received"),
                                words("State"),  words("Reason"),  "ID"};
        struct show_table *table = show_table_new(7, header);
        size_t at;
        json_t *copy;
        json_array_foreach(copies, at, copy)
        {
                char instant[64], may[96] = "";
                if (*field_text(copy, "may") != '\0')
                        snprintf(may, sizeof may, words("may be opened: %s"), field_text(copy, "may"));
                show_table_row(table,
                               (const char *[]){field_text(copy, "number"), field_text(copy, "company"), field_text(copy, "form"),
                                                show_instant(field_text(copy, "received"), instant), field_text(copy, "state"),
                                                *may != '\0' ? may : field_text(copy, "reason"), field_text(copy, "id")});
        }
        show_table_end(table);
}

static void copy_show(const struct invocation *invocation, const json_t *copy)
{
        char instant[64];
        if (invocation_flag(invocation, "json")) {
                show_json(copy);
                return;
        }
        show_pair(words("Safeguard copy"), field_text(copy, "id"));
        show_pair(words("Number"), field_text(copy, "number"));
        show_pair(words("Company"), field_text(copy, "company"));
        show_pair(words("Received"), show_instant(field_text(copy, "received"), instant));
        show_pair(words("State"), field_text(copy, "state"));
        show_pair(words("Reason"), field_text(copy, "reason"));
        show_pair(words("Event"), field_text(copy, "event"));
}

/* An answer about one copy, or why there is none. */
static int copy_result(const struct invocation *invocation, bool answered, json_t *copy, const struct problem *problem)
{
        if (answered)
                copy_show(invocation, copy);
        json_decref(copy);
        return answered ? 0 : show_problem(invocation, problem);
}

int pli_safeguard_register(const struct invocation *invocation)
{
        static const char *const names[] = {"company", "siret", "form", "received", NULL};
        struct problem problem = {0};
        json_t *copy = NULL, *body = ask_options(invocation, names), *lots = json_array();
        const char *lot, *by = invocation_option(invocation, "received-by");
        for (size_t n = 0; (lot = invocation_listed(invocation, "lot", n)) != NULL; n++)
                json_array_append_new(lots, json_string(lot));
        json_object_set_new(body, "lots", lots);
        json_object_set_new(body, "marked", json_boolean(!invocation_flag(invocation, "unmarked")));
        if (by != NULL)
                json_object_set_new(body, "receivedBy", json_string(by));
        bool answered = ask(invocation, session_path("/api/v1/consultations/%s/safeguards", invocation->arguments[0]), body, &copy,
                            &problem);
        return copy_result(invocation, answered, copy, &problem);
}

int pli_safeguard_list(const struct invocation *invocation)
{
        struct problem problem = {0};
        json_t *answer = NULL;
        if (!ask(invocation, session_path("/api/v1/consultations/%s/safeguards", invocation->arguments[0]), NULL, &answer,
                 &problem))
                return show_problem(invocation, &problem);
        if (invocation_flag(invocation, "json"))
                show_json(answer);
        else
                copies_show(json_object_get(answer, "safeguards"));
        json_decref(answer);
        return 0;
}

static const char *const reason_names[] = {"reason", NULL};

int pli_safeguard_open(const struct invocation *invocation)
{
        struct problem problem = {0};
        json_t *copy = NULL;
        bool answered = ask(invocation, session_path("/api/v1/safeguards/%s/open", invocation->arguments[0]),
                            ask_options(invocation, reason_names), &copy, &problem);
        return copy_result(invocation, answered, copy, &problem);
}

int pli_safeguard_destroy(const struct invocation *invocation)
{
        struct problem problem = {0};
        json_t *copy = NULL;
        bool answered = ask(invocation, session_path("/api/v1/safeguards/%s/destroy", invocation->arguments[0]),
                            ask_options(invocation, reason_names), &copy, &problem);
        return copy_result(invocation, answered, copy, &problem);
}
