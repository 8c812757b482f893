/*
 * filings.c - what an authority does with filings once they are sent: find them,
 * fetch all that belongs to them, read the prefecture's letters and reply, cancel,
 * ask for the classification.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/download.h"
#include "gateway/client/filing_send.h"
#include "gateway/client/functions.h"
#include "gateway/client/input.h"
#include "gateway/client/output.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"
#include "gateway/core/owner.h"

DEFINE_OWNER(json_t, json_decref)
typedef struct session session;
DEFINE_OWNER(session, session_close)
DEFINE_OWNER(char, free)

/* One call that answers JSON, with the session made and closed around it. */
static bool ask(const struct invocation *invocation, const struct call *call, json_t **out, struct problem *problem)
{
        struct session *opened = NULL;
        bool good = session_open(invocation, &opened, problem) && session_json(opened, call, out, problem);
        session_close(opened);
        return good;
}

static void query_add(char *path, size_t room, const char *name, const char *value)
{
        static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
        size_t size = strlen(path);
        size += (size_t)snprintf(path + size, room - size, "%c%s=", strchr(path, '?') == NULL ? '?' : '&', name);
        for (const char *at = value; *at != '\0' && size + 4 < room; at++)
                size += (size_t)snprintf(path + size, room - size, strchr(plain, *at) != NULL ? "%c" : "%%%02X",
                                         (unsigned char)*at);
}

static void filings_show(const json_t *found)
{
        const char *header[] = {words("Filing"), words("State"), words("Number"), words("Object")};
        struct show_table *table = show_table_new(4, header);
        size_t n;
        const json_t *one;
        json_array_foreach(json_object_get(found, "filings"), n, one)
        {
                const char *number = field_text(one, "number");
                show_table_row(table,
                               (const char *[]){field_text(one, "id"), field_text(one, "state"),
                                                *number != '\0' ? number : field_text(one, "message"), field_text(one, "object")});
        }
        show_table_end(table);
}

int pli_filing_list(const struct invocation *invocation)
{
        static const char *const options[] = {"state", "kind", "from", "to", "text", "after", "limit"};
        struct problem problem = {0};
        OWN(json_t) found = NULL;
        char path[2048] = "/api/v1/filings";
        for (size_t i = 0; i < sizeof options / sizeof *options; i++)
                if (invocation_option(invocation, options[i]) != NULL)
                        query_add(path, sizeof path, options[i], invocation_option(invocation, options[i]));
        if (!ask(invocation, &(struct call){.method = "GET", .path = path}, &found, &problem))
                return show_problem(invocation, &problem);
        if (invocation_flag(invocation, "json"))
                show_json(found);
        else
                filings_show(found);
        return 0;
}

static void letters_show(const json_t *found)
{
        const char *header[] = {words("Letter"), words("Message"), words("State"), words("Date"), words("Object")};
        struct show_table *table = show_table_new(5, header);
        size_t n;
        const json_t *one;
        json_array_foreach(json_object_get(found, "letters"), n, one)
                show_table_row(table, (const char *[]){field_text(one, "id"), field_text(one, "message"), field_text(one, "state"),
                                                       field_text(one, "date"), field_text(one, "object")});
        show_table_end(table);
}

int pli_filing_letters(const struct invocation *invocation)
{
        struct problem problem = {0};
        OWN(json_t) found = NULL;
        char path[512] = "/api/v1/letters";
        if (invocation_option(invocation, "state") != NULL)
                query_add(path, sizeof path, "state", invocation_option(invocation, "state"));
        if (!ask(invocation, &(struct call){.method = "GET", .path = path}, &found, &problem))
                return show_problem(invocation, &problem);
        if (invocation_flag(invocation, "json"))
                show_json(found);
        else
                letters_show(found);
        return 0;
}

/* What was made or asked for, in two lines. */
static int message_told(const struct invocation *invocation, const json_t *message)
{
        if (invocation_flag(invocation, "json")) {
                show_json(message);
                return 0;
        }
        show_pair(words("Filing"), field_text(message, "id"));
        show_pair(words("State"), field_text(message, "state"));
        return 0;
}

int pli_filing_cancel(const struct invocation *invocation)
{
        struct problem problem = {0};
        OWN(json_t) message = NULL;
        OWN(char) path = session_path("/api/v1/filings/%s/cancel", invocation->arguments[0]);
        return ask(invocation, &(struct call){.method = "POST", .path = path}, &message, &problem)
                       ? message_told(invocation, message)
                       : show_problem(invocation, &problem);
}

int pli_filing_classification(const struct invocation *invocation)
{
        struct problem problem = {0};
        OWN(json_t) kept = NULL;
        bool wanted = invocation_flag(invocation, "ask");
        if (!ask(invocation, &(struct call){.method = wanted ? "POST" : "GET", .path = "/api/v1/classification"}, &kept, &problem))
                return show_problem(invocation, &problem);
        if (wanted)
                return message_told(invocation, kept);
        if (invocation_flag(invocation, "json")) {
                show_json(kept);
                return 0;
        }
        const char *header[] = {words("Matter"), words("Label")};
        show_pair(words("Version"), field_text(kept, "version"));
        struct show_table *table = show_table_new(2, header);
        size_t n;
        const json_t *one;
        json_array_foreach(json_object_get(kept, "matters"), n, one)
                show_table_row(table, (const char *[]){field_text(one, "code"), field_text(one, "label")});
        show_table_end(table);
        return 0;
}

/* ---- replying ---- */

static bool reply_send(const struct invocation *invocation, session *opened, json_t **out, struct problem *problem)
{
        OWN(json_t) documents = json_array();
        OWN(json_t) draft = NULL;
        OWN(char) path = session_path("/api/v1/letters/%s/replies", invocation->arguments[0]);
        for (size_t i = 2; i < invocation->argument_count; i++)
                json_array_append_new(documents, json_pack("{s:s}", "name", path_name(invocation->arguments[i])));
        OWN(json_t) reply = json_pack("{s:s, s:O}", "message", invocation->arguments[1], "documents", documents);
        char key[33];
        session_key(key);
        const struct call call = {.method = "POST", .path = path, .json = reply, .key = key};
        if (!session_json(opened, &call, &draft, problem))
                return false;
        for (size_t i = 2; i < invocation->argument_count; i++)
                if (!filing_file_send(invocation, opened, field_text(draft, "id"), invocation->arguments[i], problem))
                        return false;
        struct answer receipt = {0};
        bool sent = filing_send_off(opened, field_text(draft, "id"), &receipt, problem);
        answer_free(&receipt);
        OWN(char) shown = session_path("/api/v1/filings/%s", field_text(draft, "id"));
        return sent && session_json(opened, &(struct call){.method = "GET", .path = shown}, out, problem);
}

int pli_filing_reply(const struct invocation *invocation)
{
        struct problem problem = {0};
        OWN(session) opened = NULL;
        OWN(json_t) message = NULL;
        if (!session_open(invocation, &opened, &problem) || !reply_send(invocation, opened, &message, &problem))
                return show_problem(invocation, &problem);
        return message_told(invocation, message);
}

/* ---- fetching ---- */

static bool one_fetch(const struct invocation *invocation, session *opened, const char *path, const char *name, size_t *count,
                      struct problem *problem)
{
        if (!path_name_safe(name))
                return problem_set(problem, "gateway-answer", words("a file name with a path: %s"), name);
        OWN(char) file = path_join(invocation_option(invocation, "output"), name);
        struct download download = {.path = path, .file = file, .label = name};
        *count += 1;
        return download_run(invocation, opened, &download, problem);
}

static bool answers_fetch(const struct invocation *invocation, session *opened, const json_t *filing, size_t *count,
                          struct problem *problem)
{
        size_t n, k;
        const json_t *answer, *file;
        json_array_foreach(json_object_get(filing, "answers"), n, answer)
        {
                json_array_foreach(json_object_get(answer, "files"), k, file)
                {
                        char one[24], number[24];
                        snprintf(one, sizeof one, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(answer, "id")));
                        snprintf(number, sizeof number, "%zu", k);
                        OWN(char) path = session_path("/api/v1/filings/%s/answers/%s/%s", field_text(filing, "id"), one, number);
                        if (!one_fetch(invocation, opened, path, field_text(file, "name"), count, problem))
                                return false;
                }
        }
        return true;
}

static bool filing_fetch(const struct invocation *invocation, session *opened, size_t *count, struct problem *problem)
{
        OWN(json_t) filing = NULL;
        OWN(char) shown = session_path("/api/v1/filings/%s", invocation->arguments[0]);
        size_t n;
        const json_t *file;
        if (!session_json(opened, &(struct call){.method = "GET", .path = shown}, &filing, problem))
                return false;
        json_array_foreach(json_object_get(filing, "files"), n, file)
        {
                OWN(char) path = session_path("/api/v1/filings/%s/files/%s", invocation->arguments[0], field_text(file, "name"));
                if (!one_fetch(invocation, opened, path, field_text(file, "name"), count, problem))
                        return false;
        }
        return answers_fetch(invocation, opened, filing, count, problem);
}

int pli_filing_download(const struct invocation *invocation)
{
        struct problem problem = {0};
        OWN(session) opened = NULL;
        size_t count = 0;
        const char *folder = invocation_option(invocation, "output");
        bool good = folder != NULL || problem_set(&problem, "usage", "%s", words("where to? Give --output FOLDER"));
        good = good && session_open(invocation, &opened, &problem) && output_folder(folder, &problem) &&
               filing_fetch(invocation, opened, &count, &problem);
        return good ? show_written(invocation, folder, count) : show_problem(invocation, &problem);
}

int pli_filing_stamped(const struct invocation *invocation)
{
        struct problem problem = {0};
        OWN(session) opened = NULL;
        const char *given = invocation_option(invocation, "output"), *file = given != NULL ? given : "stamped.pdf";
        OWN(char) path = session_path("/api/v1/filings/%s/stamped", invocation->arguments[0]);
        struct download download = {.path = path, .file = file, .label = file};
        bool good = session_open(invocation, &opened, &problem) && download_run(invocation, opened, &download, &problem);
        return good ? show_written(invocation, file, 1) : show_problem(invocation, &problem);
}
