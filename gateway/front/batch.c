/* batch.c - the archive is read twice by a judge: for its index, then for the documents, once the drafts are there. */
#include "gateway/front/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/core/verdict.h"
#include "gateway/front/call.h"
#include "gateway/front/content.h"
#include "gateway/front/file_put.h"
#include "gateway/front/filing_make.h"
#include "signing/signing.h"

DEFINE_OWNER(json_t, json_decref)
typedef struct content content;
DEFINE_OWNER(content, content_close)
DEFINE_OWNER(char, free)

struct batch {
        struct request *request;
        struct problem *problem;
        json_t *items;   /* the forms of the index */
        json_t *results; /* one an item */
        json_t *wanted;  /* path → [{"item","name","mediaType"}] */
        /* the index, while it passes */
        char *index;
        size_t index_size;
        /* the document under way */
        struct file_put *put;
        const json_t *takers;
};

static const char *text_of(const json_t *object, const char *name)
{
        const char *text = json_string_value(json_object_get(object, name));
        return text != NULL ? text : "";
}

/* ---- the archive, through a judge ---- */

static bool archive_read(struct batch *batch, const struct verdict_sink *sink)
{
        struct request *request = batch->request;
        const struct content_place place = {
                .day = request->store_day, .content = request->store_content, .size = request->stored_size, .chunk = SIGNING_CHUNK};
        OWN(content) stored = content_open(request->db, &place);
        const struct verdict_source source = content_source(stored);
        if (verdict_unpack(request->judges, &source, sink, batch->problem))
                return true;
        if (content_problem(stored)->row != NULL)
                *batch->problem = *content_problem(stored);
        return false;
}

static bool index_begin(void *context, const char *name, const char *media_type, uint64_t size)
{
        struct batch *batch = context;
        (void)media_type;
        if (strcmp(name, "filings.json") != 0 || size > BATCH_INDEX_MAX || batch->index != NULL)
                return false;
        batch->index = malloc((size_t)size + 1);
        if (batch->index == NULL)
                abort();
        return true;
}

static bool index_write(void *context, const uint8_t *data, size_t size)
{
        struct batch *batch = context;
        memcpy(batch->index + batch->index_size, data, size);
        batch->index_size += size;
        return true;
}

static bool nothing_end(void *context)
{
        (void)context;
        return true;
}

static bool index_read(struct batch *batch)
{
        const struct verdict_sink sink = {.context = batch, .begin = index_begin, .write = index_write, .end = nothing_end};
        if (!archive_read(batch, &sink))
                return false;
        OWN(json_t) root = json_loadb(batch->index != NULL ? batch->index : "", batch->index_size, JSON_REJECT_DUPLICATES, NULL);
        const json_t *items = json_is_array(root) ? root : json_object_get(root, "filings");
        size_t count = json_array_size(items);
        if (count < 1 || count > BATCH_ITEMS_MAX)
                return problem_set(batch->problem, "batch-index", "filings.json must list 1 to %d filings", BATCH_ITEMS_MAX);
        batch->items = json_incref((json_t *)(uintptr_t)items);
        return true;
}

/* ---- drafts ---- */

static json_t *result_of(const struct batch *batch, size_t n)
{
        return json_array_get(batch->results, n);
}

static void item_refuse(const struct batch *batch, size_t n, const struct refusals *why, const struct problem *problem)
{
        json_t *result = result_of(batch, n);
        json_object_set_new(result, "code", json_string(why->count > 0 ? "filing-refused" : problem->row->code));
        json_object_set_new(result, "reasons",
                            why->count > 0 ? refusals_json(why)
                                           : json_pack("[{s:s, s:s, s:s}]", "code", problem->row->code, "clause",
                                                       problem->row->clause, "text", problem->detail));
}

/* Where its documents lie in the archive; the forms keep their names. */
static void documents_want(struct batch *batch, size_t n, json_t *form)
{
        size_t k;
        json_t *document;
        json_array_foreach(json_object_get(form, "documents"), k, document)
        {
                const char *path = text_of(document, "path"), *name = text_of(document, "name");
                json_t *takers = json_object_get(batch->wanted, *path != '\0' ? path : name);
                if (takers == NULL) {
                        takers = json_array();
                        json_object_set_new(batch->wanted, *path != '\0' ? path : name, takers);
                }
                json_array_append_new(takers, json_pack("{s:I, s:s, s:s}", "item", (json_int_t)n, "name", name, "mediaType",
                                                        text_of(document, "mediaType")));
        }
}

static bool pes_make(struct batch *batch, const json_t *form, const char *key, json_t **made, struct problem *problem)
{
        OWN(char) text = json_dumps(form, JSON_COMPACT);
        const struct db_argument arguments[] = {call_actor(batch->request), db_text(text), db_text(key)};
        return db_call_json(batch->request->db, "api.pes_create", arguments, 3, made, problem);
}

/* False where the gateway itself is in trouble: the batch is to be sent again. */
static bool draft_make(struct batch *batch, size_t n)
{
        struct problem problem = {0};
        struct refusals why = {0};
        OWN(json_t) made = NULL;
        json_t *form = json_array_get(batch->items, n);
        const char *given = http_header(batch->request, "Idempotency-Key");
        char key[200];
        snprintf(key, sizeof key, "%.150s:%zu", given != NULL ? given : "", n);
        json_array_append_new(batch->results, json_pack("{s:I, s:s}", "index", (json_int_t)n, "number", text_of(form, "number")));
        bool done = filing_is(form, "kind", "pes")
                            ? pes_make(batch, form, given != NULL ? key : NULL, &made, &problem)
                            : filing_make(batch->request, form, given != NULL ? key : NULL, &made, &why, &problem);
        if (done) {
                json_object_set(result_of(batch, n), "id", json_object_get(made, "id"));
                documents_want(batch, n, form);
        } else if (why.count == 0 && problem.row->status >= 500) {
                *batch->problem = problem;
                return false;
        } else {
                item_refuse(batch, n, &why, &problem);
        }
        return true;
}

/* ---- documents ---- */

static const char *media_type_of(const char *name)
{
        static const struct {
                const char *ending, *media_type;
        } known[] = {{".pdf", "application/pdf"},
                     {".jpg", "image/jpeg"},
                     {".jpeg", "image/jpeg"},
                     {".png", "image/png"},
                     {".xml", "application/xml"}};
        size_t length = strlen(name);
        for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
                size_t size = strlen(known[i].ending);
                if (length > size && strcasecmp(name + length - size, known[i].ending) == 0)
                        return known[i].media_type;
        }
        return "application/octet-stream";
}

static bool document_begin(void *context, const char *name, const char *media_type, uint64_t size)
{
        struct batch *batch = context;
        (void)media_type;
        (void)size;
        batch->takers = json_object_get(batch->wanted, name);
        if (batch->takers == NULL)
                return false;
        batch->put = file_put_open(batch->request, batch->problem);
        return batch->put != NULL;
}

static bool document_write(void *context, const uint8_t *data, size_t size)
{
        struct batch *batch = context;
        return file_put_write(batch->put, data, size, batch->problem);
}

/* A draft that was submitted by an earlier try of this batch takes no more files, and needs none. */
static bool document_end(void *context)
{
        struct batch *batch = context;
        struct file_place place;
        size_t n;
        const json_t *taker;
        bool ended = file_put_end(batch->put, &place, batch->problem);
        file_put_free(batch->put);
        batch->put = NULL;
        json_array_foreach(batch->takers, n, taker)
        {
                struct problem problem = {0};
                const char *name = text_of(taker, "name"), *said = text_of(taker, "mediaType");
                const json_t *result = result_of(batch, (size_t)json_integer_value(json_object_get(taker, "item")));
                if (ended &&
                    !file_attach(batch->request, text_of(result, "id"), name, *said != '\0' ? said : media_type_of(name), &place,
                                 &problem) &&
                    problem.row->status >= 500) {
                        *batch->problem = problem;
                        return false;
                }
        }
        return ended;
}

/* ---- submission ---- */

static bool item_settle(struct batch *batch, size_t n)
{
        struct problem problem = {0};
        struct refusals why = {0};
        OWN(json_t) settled = NULL;
        json_t *result = result_of(batch, n);
        const char *id = text_of(result, "id");
        if (*id == '\0')
                return true;
        free(batch->request->variables[0]); /* a PES names its filing by it */
        batch->request->variables[0] = strdup(id);
        if (filing_settle(batch->request, id, &settled, &why, &problem) && why.count == 0) {
                json_object_set(result, "state", json_object_get(settled, "state"));
                json_object_set(result, "event", json_object_get(settled, "event"));
                return true;
        }
        if (why.count == 0 && problem.row->status >= 500) {
                *batch->problem = problem;
                return false;
        }
        item_refuse(batch, n, &why, &problem);
        return true;
}

static bool batch_run(struct batch *batch)
{
        const struct verdict_sink sink = {.context = batch, .begin = document_begin, .write = document_write, .end = document_end};
        if (!index_read(batch))
                return false;
        size_t count = json_array_size(batch->items);
        for (size_t n = 0; n < count; n++)
                if (!draft_make(batch, n))
                        return false;
        if (!archive_read(batch, &sink) || batch->problem->row != NULL)
                return false;
        for (size_t n = 0; n < count; n++)
                if (!item_settle(batch, n))
                        return false;
        return true;
}

static void archive_drop(struct request *request)
{
        struct problem problem = {0};
        const struct db_argument arguments[] = {call_actor(request), db_text(request->store_day),
                                                db_integer(request->store_content)};
        if (!db_call(request->db, "api.form_drop", arguments, 3, &problem))
                return;
}

static json_t *answer_json(const struct batch *batch)
{
        json_int_t refused = 0;
        size_t n;
        const json_t *result;
        json_array_foreach(batch->results, n, result) refused += json_object_get(result, "code") != NULL;
        return json_pack("{s:O, s:I, s:I}", "items", batch->results, "accepted",
                         (json_int_t)json_array_size(batch->results) - refused, "refused", refused);
}

enum answer batch_submit(struct request *request)
{
        struct problem problem = {0};
        struct batch batch = {.request = request, .problem = &problem, .results = json_array(), .wanted = json_object()};
        bool done = batch_run(&batch);
        archive_drop(request);
        json_t *answer = done ? answer_json(&batch) : NULL;
        file_put_free(batch.put);
        free(batch.index);
        json_decref(batch.items);
        json_decref(batch.results);
        json_decref(batch.wanted);
        return done ? http_answer_json(request, 200, answer) : http_answer_problem(request, &problem);
}
