/* archive.c - `pli archive …`: the file of a procedure, taken away or handed over to an archive service. */
#include <stdlib.h>
#include <string.h>

#include "gateway/client/ask.h"
#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/download.h"
#include "gateway/client/functions.h"
#include "gateway/client/input.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"

enum { REPLY_MOST = 4 * 1024 * 1024 };

static int answer_show(const struct invocation *invocation, json_t *answer)
{
        if (invocation_flag(invocation, "json")) {
                show_json(answer);
        } else {
                show_pair("id", field_text(answer, "id"));
                show_pair("message", field_text(answer, "message"));
                show_pair("code", field_text(answer, "code"));
        }
        json_decref(answer);
        return 0;
}

static int fetch(const struct invocation *invocation, char *path, const char *name)
{
        struct problem problem = {0};
        struct session *session = NULL;
        const char *given = invocation_option(invocation, "output");
        struct download download = {.path = path, .file = given != NULL ? given : name, .label = name};
        bool done = session_open(invocation, &session, &problem) && download_run(invocation, session, &download, &problem);
        if (done)
                show_check(true, download.file);
        session_close(session);
        free(path);
        return done ? 0 : show_problem(invocation, &problem);
}

int pli_archive_export(const struct invocation *invocation)
{
        return fetch(invocation, session_path("/api/v1/consultations/%s/export.zip", invocation->arguments[0]), "dossier.zip");
}

int pli_archive_transfer(const struct invocation *invocation)
{
        return fetch(invocation, session_path("/api/v1/archives/%s/transfer.zip", invocation->arguments[0]), "transfer.zip");
}

int pli_archive_begin(const struct invocation *invocation)
{
        static const char *const names[] = {"agency", "rule", "action", NULL};
        struct problem problem = {0};
        json_t *answer = NULL, *body = ask_options(invocation, names);
        const char *version = invocation_option(invocation, "version-seda");
        if (version != NULL)
                json_object_set_new(body, "version", json_string(version));
        if (!ask(invocation, session_path("/api/v1/consultations/%s/archives", invocation->arguments[0]), body, &answer, &problem))
                return show_problem(invocation, &problem);
        return answer_show(invocation, answer);
}

int pli_archive_reply(const struct invocation *invocation)
{
        struct problem problem = {0};
        struct session *session = NULL;
        struct content reply = {0};
        json_t *answer = NULL;
        char *path = session_path("/api/v1/archives/%s/reply", invocation->arguments[0]);
        bool done = content_read(invocation->arguments[1], REPLY_MOST, &reply, &problem) &&
                    session_open(invocation, &session, &problem);
        struct call call = {
                .method = "POST", .path = path, .body = reply.data, .body_size = reply.size, .media_type = "application/xml"};
        done = done && session_json(session, &call, &answer, &problem);
        session_close(session);
        content_free(&reply);
        free(path);
        return done ? answer_show(invocation, answer) : show_problem(invocation, &problem);
}
