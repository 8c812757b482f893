/* retention.c - `pli retention`: until when each tender is kept; a later day, and the archives' visa for its destruction. */
#include <jansson.h>

#include "gateway/client/ask.h"
#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/functions.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"

static const char *state_words(const json_t *deposit)
{
        if (json_is_string(json_object_get(deposit, "destroyed")))
                return words("destroyed");
        return json_is_true(json_object_get(deposit, "due")) ? words("due") : words("kept");
}

static void retention_show(const json_t *retention)
{
        const char *header[] = {words("Company"), words("Received"), words("Kept until"), words("State")};
        char instant[64], until[64];
        size_t n;
        json_t *deposit;
        show_pair(words("Reference"), field_text(retention, "reference"));
        show_pair(words("Visa of the archives"), field_text(retention, "visa"));
        show_pair(words("Reason"), field_text(retention, "reason"));
        struct show_table *table = show_table_new(4, header);
        json_array_foreach(json_object_get(retention, "deposits"), n, deposit)
        {
                show_table_row(table, (const char *[]){field_text(deposit, "company"),
                                                       show_instant(field_text(deposit, "received"), instant),
                                                       show_instant(field_text(deposit, "until"), until), state_words(deposit)});
        }
        show_table_end(table);
}

int pli_retention(const struct invocation *invocation)
{
        static const char *const names[] = {"until", "reason", "visa", NULL};
        struct problem problem = {0};
        json_t *body = ask_options(invocation, names), *retention = NULL;
        if (json_object_size(body) == 0) {
                json_decref(body);
                body = NULL;
        }
        if (!ask(invocation, session_path("/api/v1/consultations/%s/retention", invocation->arguments[0]), body, &retention,
                 &problem))
                return show_problem(invocation, &problem);
        if (invocation_flag(invocation, "json"))
                show_json(retention);
        else
                retention_show(retention);
        json_decref(retention);
        return 0;
}
