/* stamped.c - through a spool, so that a PDF that cannot be stamped is a problem and not half a file. */
#include "gateway/front/stamped.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/config.h"
#include "gateway/core/owner.h"
#include "gateway/core/verdict.h"
#include "gateway/front/call.h"
#include "gateway/front/content.h"
#include "gateway/front/spool.h"
#include "signing/signing.h"

typedef struct spool spool;
typedef struct content content;
DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(spool, spool_close)
DEFINE_OWNER(content, content_close)
DEFINE_OWNER(char, free)

static const char *text_of(const json_t *object, const char *name)
{
        const char *text = json_string_value(json_object_get(object, name));
        return text != NULL ? text : "";
}

/* "2026-11-24…" → "24/11/2026" */
static void line_add(json_t *lines, const char *words, const char *date)
{
        char line[128];
        if (strlen(date) < 10)
                return;
        snprintf(line, sizeof line, "%s %.2s/%.2s/%.4s", words, date + 8, date + 5, date);
        json_array_append_new(lines, json_string(line));
}

static const char *step_date(const json_t *filing, const char *state)
{
        size_t n;
        const json_t *step;
        json_array_foreach(json_object_get(filing, "steps"), n, step)
        {
                if (strcmp(text_of(step, "state"), state) == 0)
                        return text_of(step, "at");
        }
        return "";
}

/* NULL where the State has not acknowledged the acte. */
static json_t *lines_of(const json_t *filing)
{
        size_t n;
        const json_t *answer;
        json_array_foreach(json_object_get(filing, "answers"), n, answer)
        {
                if (strcmp(text_of(answer, "message"), "1-2") != 0)
                        continue;
                char receipt[64];
                json_t *lines = json_pack("[s, s]", "Accusé de réception en préfecture", text_of(filing, "act"));
                line_add(lines, "Date de télétransmission :", step_date(filing, "submitted"));
                line_add(lines, "Date de réception préfecture :", text_of(json_object_get(answer, "detail"), "at"));
                snprintf(receipt, sizeof receipt, "Récépissé n° %" JSON_INTEGER_FORMAT,
                         json_integer_value(json_object_get(filing, "event")));
                json_array_append_new(lines, json_string(receipt));
                return lines;
        }
        return NULL;
}

/* The acte itself, or the file of that name. */
static const json_t *file_find(const json_t *filing, const char *name)
{
        const json_t *files = json_object_get(filing, "files"), *file;
        size_t n;
        if (name == NULL)
                return json_array_get(files, 0);
        json_array_foreach(files, n, file)
        {
                if (strcmp(text_of(file, "name"), name) == 0)
                        return file;
        }
        return NULL;
}

static bool copy_begin(void *context, const char *name, const char *media_type, uint64_t size)
{
        (void)context;
        (void)name;
        (void)media_type;
        (void)size;
        return true;
}

static bool copy_write(void *context, const uint8_t *data, size_t size)
{
        return spool_write(context, data, size);
}

static bool copy_end(void *context)
{
        (void)context;
        return true;
}

static bool spool_next(void *context, struct db *db, uint8_t **block, size_t *size)
{
        (void)db;
        return spool_read(context, block, size);
}

static void spool_done(void *context)
{
        spool_close(context);
}

static bool copy_make(struct request *request, const json_t *file, const char *lines, spool *out, struct problem *problem)
{
        const struct content_place place = {.day = text_of(file, "day"),
                                            .content = json_integer_value(json_object_get(file, "content")),
                                            .size = (uint64_t)json_integer_value(json_object_get(file, "size")),
                                            .chunk = SIGNING_CHUNK};
        OWN(content) stored = content_open(request->db, &place);
        const struct verdict_source source = content_source(stored);
        const struct verdict_sink sink = {.context = out, .begin = copy_begin, .write = copy_write, .end = copy_end};
        if (verdict_stamp(request->judges, &source, lines, &sink, problem))
                return true;
        if (content_problem(stored)->row != NULL)
                *problem = *content_problem(stored);
        return false;
}

enum answer stamped_answer(struct request *request, const json_t *filing, const char *name)
{
        struct problem problem = {0};
        spool *opened = NULL;
        OWN(json_t) lines = lines_of(filing);
        const json_t *file = file_find(filing, name);
        if (file == NULL || !json_is_integer(json_object_get(file, "size")))
                problem_set(&problem, "not-found", "the filing has no such file");
        else if (lines == NULL)
                problem_set(&problem, "filing-unacknowledged", "there are no numbers to stamp yet");
        else if (spool_open(request->config->spool, &opened, &problem)) {
                OWN(spool) copy = opened;
                OWN(char) text = json_dumps(lines, JSON_COMPACT);
                if (copy_make(request, file, text, copy, &problem)) {
                        int64_t total = (int64_t)spool_size(copy);
                        const struct http_stream stream = {.context = TAKE(copy), .next = spool_next, .close = spool_done};
                        return http_answer_stream(request, "application/pdf", text_of(file, "name"), total, stream);
                }
        }
        return http_answer_problem(request, &problem);
}

enum answer stamped_show(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) filing = NULL;
        if (!call_about(request, "api.filing_show", NULL, &filing, &problem))
                return http_answer_problem(request, &problem);
        return stamped_answer(request, filing, http_query(request, "file"));
}
