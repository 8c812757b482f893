/*
 * act.c - commands that are one call of the gateway: a table says which. What
 * they answer is shown member by member, under the names of the API.
 */
#include <stdlib.h>
#include <string.h>

#include "gateway/client/ask.h"
#include "gateway/client/command.h"
#include "gateway/client/functions.h"
#include "gateway/client/input.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"

enum how { ACT_GET, ACT_POST, ACT_FILE, ACT_OPTIONS }; /* a body: none, …, the JSON file named second, the options named */

static const struct act {
        const char *words, *path; /* %s: the first argument */
        enum how how;
        const char *const *options;
} acts[] = {
#define OPTIONS(...)                                                                                                               \
        (const char *const[])                                                                                                      \
        {                                                                                                                          \
                __VA_ARGS__, NULL                                                                                                  \
        }
        {"consultation change", "/api/v1/consultations/%s/changes", ACT_FILE, NULL},
        {"consultation changes", "/api/v1/consultations/%s/changes", ACT_GET, NULL},
        {"consultation unschedule", "/api/v1/consultations/%s/unschedule", ACT_POST, NULL},
        {"consultation access-code", "/api/v1/consultations/%s/access-code", ACT_POST, NULL},
        {"consultation versions", "/api/v1/consultations/%s/documents", ACT_GET, NULL},
        {"consultation abandon", "/api/v1/consultations/%s/abandon", ACT_OPTIONS, OPTIONS("reason")},
        {"award analyse", "/api/v1/consultations/%s/analysis", ACT_FILE, NULL},
        {"award decide", "/api/v1/consultations/%s/award", ACT_FILE, NULL},
        {"contract list", "/api/v1/consultations/%s/contracts", ACT_GET, NULL},
        {"contract show", "/api/v1/contracts/%s", ACT_GET, NULL},
        {"contract files", "/api/v1/contracts/%s/files", ACT_GET, NULL},
        {"archive show", "/api/v1/archives/%s", ACT_GET, NULL},
        {"question ask", "/api/v1/consultations/%s/questions", ACT_OPTIONS, OPTIONS("question", "lot")},
        {"question list", "/api/v1/consultations/%s/questions", ACT_GET, NULL},
        {"question answer", "/api/v1/questions/%s/answer", ACT_OPTIONS, OPTIONS("answer", "question")},
        {"question dismiss", "/api/v1/questions/%s/dismiss", ACT_OPTIONS, OPTIONS("reason")},
        {"mail write", "/api/v1/consultations/%s/mails", ACT_FILE, NULL},
        {"mail send", "/api/v1/mails/%s/send", ACT_POST, NULL},
        {"mail list", "/api/v1/consultations/%s/mails", ACT_GET, NULL},
        {"mail inbox", "/api/v1/mails", ACT_GET, NULL},
        {"mail show", "/api/v1/mails/%s", ACT_GET, NULL},
        {"mail answer", "/api/v1/mails/%s/answer", ACT_OPTIONS, OPTIONS("text")},
        {"round", "/api/v1/consultations/%s/rounds", ACT_FILE, NULL},
        {"letters", "/api/v1/consultations/%s/letters", ACT_OPTIONS, OPTIONS("text")},
        {"contract essential", "/api/v1/contracts/%s/essential-data", ACT_GET, NULL},
        {"contract data", "/api/v1/contracts/%s/data", ACT_FILE, NULL},
        {"contract publish", "/api/v1/contracts/%s/essential-data", ACT_POST, NULL},
        {"contract notify", "/api/v1/contracts/%s/notify", ACT_POST, NULL},
};

static const struct act *act_find(const char *words)
{
        for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
                if (strcmp(acts[i].words, words) == 0)
                        return &acts[i];
        abort(); /* the table of commands names one that is not here */
}

/* A list of objects as a table: the members of the first one are the columns. */
enum { COLUMNS = 8 };

static void list_show(const json_t *list)
{
        const char *names[COLUMNS], *cells[COLUMNS], *name;
        char kept[COLUMNS][512];
        size_t count = 0, at;
        json_t *value, *row;
        json_object_foreach(json_array_get(list, 0), name, value)
        {
                if (!json_is_array(value) && !json_is_object(value) && count < COLUMNS)
                        names[count++] = name;
        }
        struct show_table *table = show_table_new(count, names);
        json_array_foreach(list, at, row)
        {
                for (size_t i = 0; i < count; i++) {
                        snprintf(kept[i], sizeof kept[i], "%s", field_text(row, names[i]));
                        cells[i] = kept[i];
                }
                show_table_row(table, cells);
        }
        show_table_end(table);
}

static void answer_lines(const json_t *answer)
{
        const char *name;
        json_t *value;
        json_object_foreach((json_t *)answer, name, value)
        {
                if (json_is_array(value) && json_is_object(json_array_get(value, 0)))
                        list_show(value);
                else if (!json_is_array(value) && !json_is_object(value))
                        show_pair(name, field_text(answer, name));
        }
}

static bool body_make(const struct invocation *invocation, const struct act *act, json_t **out, struct problem *problem)
{
        switch (act->how) {
        case ACT_GET:
                return true;
        case ACT_FILE:
                return content_json(invocation->arguments[1], out, problem);
        case ACT_OPTIONS:
                *out = ask_options(invocation, act->options);
                return true;
        case ACT_POST:
                break;
        }
        *out = json_object();
        return true;
}

int pli_act(const struct invocation *invocation)
{
        const struct act *act = act_find(invocation->command->words);
        struct problem problem = {0};
        json_t *body = NULL, *answer = NULL;
        if (!body_make(invocation, act, &body, &problem))
                return show_problem(invocation, &problem);
        char *path = invocation->argument_count > 0 ? session_path(act->path, invocation->arguments[0]) : strdup(act->path);
        if (!ask(invocation, path, body, &answer, &problem))
                return show_problem(invocation, &problem);
        if (invocation_flag(invocation, "json"))
                show_json(answer);
        else
                answer_lines(answer);
        json_decref(answer);
        return 0;
}
