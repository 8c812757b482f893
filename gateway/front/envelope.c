/*
 * envelope.c - a document is unsealed again each time it is asked for: the
 * opened bytes are kept nowhere. It goes through a spool first, so that a wrong
 * name or an unreadable envelope is still a problem and not half a file.
 */
#include "gateway/front/envelope.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/config.h"
#include "gateway/core/log.h"
#include "gateway/core/owner.h"
#include "gateway/front/call.h"
#include "gateway/front/content.h"
#include "gateway/front/sealed.h"
#include "gateway/front/spool.h"

DEFINE_OWNER(json_t, json_decref)
typedef struct spool spool;
typedef struct content content;
DEFINE_OWNER(spool, spool_close)
DEFINE_OWNER(content, content_close)

enum answer envelope_show(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) envelope = NULL;
        if (!call_about(request, "api.envelope_show", NULL, &envelope, &problem))
                return http_answer_problem(request, &problem);
        /* What unseals it stays here. */
        json_object_del(envelope, "shares");
        json_object_del(envelope, "manifest");
        json_object_del(envelope, "day");
        json_object_del(envelope, "content");
        return http_answer_json(request, 200, TAKE(envelope));
}

/* ---- documents ---- */

struct extraction {
        spool *spool;
        char media_type[128];
        bool begun;
};

static bool document_begin(void *context, const char *name, const char *media_type, uint64_t size)
{
        struct extraction *extraction = context;
        (void)name;
        (void)size;
        snprintf(extraction->media_type, sizeof extraction->media_type, "%s",
                 media_type != NULL && media_type[0] != '\0' ? media_type : "application/octet-stream");
        extraction->begun = true;
        return true;
}

static bool document_write(void *context, const uint8_t *data, size_t size)
{
        struct extraction *extraction = context;
        return spool_write(extraction->spool, data, size);
}

static bool document_end(void *context)
{
        (void)context;
        return true;
}

static bool document_extract(struct request *request, const struct sealed *sealed, struct extraction *extraction,
                             struct problem *problem)
{
        OWN(content) ciphertext = content_open(request->db, &sealed->place);
        const struct verdict_source source = content_source(ciphertext);
        const struct verdict_sink sink = {
                .context = extraction, .begin = document_begin, .write = document_write, .end = document_end};
        if (!verdict_extract(request->judges, sealed->manifest, sealed->manifest_size, sealed_shares(sealed), &source,
                             request->variables[1], &sink, problem)) {
                if (content_problem(ciphertext)->row != NULL)
                        *problem = *content_problem(ciphertext);
                return false;
        }
        return extraction->begun || problem_set(problem, "not-found", "the envelope has no document of that name");
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

/* Judges are few and documents large: half of the workers, at most, are extracting. */
static bool extraction_admit(const struct request *request, atomic_int *busy, struct problem *problem)
{
        int most = (int)(request->config->workers > 1 ? request->config->workers / 2 : 1);
        if (atomic_fetch_add(busy, 1) < most)
                return true;
        atomic_fetch_sub(busy, 1);
        return problem_set(problem, "busy", "other documents are being extracted");
}

static enum answer document_answer(struct request *request, const json_t *envelope)
{
        struct problem problem = {0};
        struct sealed sealed;
        spool *opened = NULL;
        if (!sealed_read(envelope, &sealed, &problem) || !spool_open(request->config->spool, &opened, &problem)) {
                sealed_clear(&sealed);
                return http_answer_problem(request, &problem);
        }
        OWN(spool) owned = opened;
        struct extraction extraction = {.spool = owned};
        bool extracted = document_extract(request, &sealed, &extraction, &problem);
        sealed_clear(&sealed);
        if (!extracted)
                return http_answer_problem(request, &problem);
        int64_t total = (int64_t)spool_size(owned);
        const struct http_stream stream = {.context = TAKE(owned), .next = spool_next, .close = spool_done};
        return http_answer_stream(request, extraction.media_type, request->variables[1], total, stream);
}

/* The report names the documents: a wrong name costs no judge. */
static bool document_known(const json_t *envelope, const char *name, struct problem *problem)
{
        size_t n;
        const json_t *document;
        json_array_foreach(json_object_get(json_object_get(envelope, "report"), "documents"), n, document)
        {
                const char *known = json_string_value(json_object_get(document, "name"));
                if (known != NULL && strcmp(known, name) == 0)
                        return true;
        }
        return problem_set(problem, "not-found", "the envelope has no document of that name");
}

enum answer envelope_document(struct request *request)
{
        static atomic_int busy;
        struct problem problem = {0};
        OWN(json_t) envelope = NULL;
        if (!call_about(request, "api.envelope_show", NULL, &envelope, &problem) ||
            !document_known(envelope, request->variables[1], &problem) || !extraction_admit(request, &busy, &problem))
                return http_answer_problem(request, &problem);
        enum answer answer = document_answer(request, envelope);
        atomic_fetch_sub(&busy, 1);
        return answer;
}
