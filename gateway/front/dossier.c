/* dossier.c - what SQL lists, and the one file that says what the others are. */
#include "gateway/front/dossier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/formats/seda.h"
#include "gateway/front/archive.h"
#include "gateway/front/call.h"
#include "signing/source.h"

DEFINE_OWNER(json_t, json_decref)

/* {"name", "text"}, or NULL. */
static json_t *described(const char *name, const json_t *what, bool (*write)(const json_t *what, const struct signing_sink *out))
{
        struct sink_memory text = {.limit = SIZE_MAX};
        const struct signing_sink out = sink_memory(&text);
        json_t *entry = write(what, &out) ? json_pack("{s:s, s:s%}", "name", name, "text", text.data, text.size) : NULL;
        free(text.data);
        return entry;
}

/* Names in a transfer are URIs: no spaces, and under content/ (seda.c writes the same). */
static void archive_names(json_t *files)
{
        size_t at;
        json_t *file;
        json_array_foreach(files, at, file)
        {
                char name[1200];
                snprintf(name, sizeof(name), "content/%s", json_string_value(json_object_get(file, "name")));
                for (char *c = name; *c != '\0'; c++)
                        if (*c == ' ')
                                *c = '_';
                json_object_set_new(file, "name", json_string(name));
        }
}

static enum answer entries_answer(struct request *request, json_t *first, json_t *files, const char *file_name)
{
        struct problem problem = {0};
        if (first == NULL) {
                json_decref(files);
                problem_set(&problem, "internal", "the file's description cannot be written");
                return http_answer_problem(request, &problem);
        }
        json_array_insert_new(files, 0, first);
        return archive_answer(request, files, file_name, NULL);
}

enum answer dossier_export(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) export = NULL;
        char name[160];
        if (!call_about(request, "api.archive_export", NULL, &export, &problem))
                return http_answer_problem(request, &problem);
        snprintf(name, sizeof(name), "%s-dossier.zip", json_string_value(json_object_get(export, "reference")));
        return entries_answer(request, described("index.html", export, seda_index), json_incref(json_object_get(export, "files")),
                              name);
}

enum answer dossier_begin(struct request *request)
{
        return call_with_body(request, 201, "api.archive_begin");
}

enum answer dossier_show(struct request *request)
{
        return call_answer(request, 200, "api.archive_show");
}

enum answer dossier_transfer(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) transfer = NULL;
        char name[96];
        if (!call_about(request, "api.archive_open", NULL, &transfer, &problem))
                return http_answer_problem(request, &problem);
        json_t *manifest = described("manifest.xml", transfer, seda_manifest),
               *files = json_incref(json_object_get(transfer, "files"));
        archive_names(files);
        snprintf(name, sizeof(name), "%s.zip", json_string_value(json_object_get(transfer, "message")));
        return entries_answer(request, manifest, files, name);
}

enum answer dossier_reply(struct request *request)
{
        struct problem problem = {0};
        struct signing_refusal why = {0};
        OWN(json_t) reply = NULL;
        json_t *answer = NULL;
        if (!seda_reply_read((struct signing_bytes){request->body, request->body_size}, &reply, &why)) {
                problem_set(&problem, "document-unreadable", "%s", why.sentence);
                return http_answer_problem(request, &problem);
        }
        char *text = json_dumps(reply, JSON_COMPACT);
        const struct db_argument arguments[] = {call_actor(request), db_text(request->variables[0]), db_text(text),
                                                db_bytes(request->body, request->body_size)};
        bool done = db_call_json(request->db, "api.archive_reply", arguments, 4, &answer, &problem);
        free(text);
        return done ? http_answer_json(request, 200, answer) : http_answer_problem(request, &problem);
}
