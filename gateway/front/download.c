/*
 * download.c - chunk after chunk, each by one call on whatever worker is free.
 */
#include "gateway/front/download.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/log.h"
#include "gateway/front/byte_range.h"
#include "signing/signing.h"

struct download {
        char day[11];
        int64_t content, next;
        uint64_t skip; /* of the next chunk */
        uint64_t left;
        uint8_t *block;
        size_t size;
};

static bool chunk_keep(void *context, int64_t number, const uint8_t *data, size_t size)
{
        struct download *download = context;
        if (number != download->next || size <= download->skip || download->block != NULL)
                return false;
        size_t there = size - (size_t)download->skip;
        download->size = there < download->left ? there : (size_t)download->left;
        download->block = malloc(download->size);
        if (download->block == NULL)
                return false;
        memcpy(download->block, data + download->skip, download->size);
        download->skip = 0;
        return true;
}

static bool download_next(void *context, struct db *db, uint8_t **block, size_t *size)
{
        struct download *download = context;
        struct problem problem = {0};
        *block = NULL;
        *size = 0;
        if (download->left == 0)
                return true;
        const struct db_argument arguments[] = {db_text(download->day), db_integer(download->content), db_integer(download->next),
                                                db_integer(1)};
        download->block = NULL;
        download->size = 0;
        bool read = db_call_rows(db, "api.chunk_read", arguments, 4, chunk_keep, download, &problem);
        if (!read || download->size == 0) {
                log_event(LOG_LEVEL_ERROR, "download-broken", "reason", read ? "chunk missing" : problem.detail, NULL);
                free(download->block);
                return false;
        }
        download->next++;
        download->left -= download->size;
        *block = download->block;
        *size = download->size;
        return true;
}

/* Which bytes: all, or what Range and If-Range ask for. */
static enum byte_range part_choose(struct request *request, const struct content_place *place, uint64_t *first, uint64_t *last)
{
        char tag[64];
        snprintf(tag, sizeof(tag), "\"%s-%" PRId64 "\"", place->day, place->content);
        http_answer_header(request, "ETag", tag);
        http_answer_header(request, "Accept-Ranges", "bytes");
        if (strcmp(request->method, "GET") != 0)
                return RANGE_WHOLE; /* RFC 9110 14.2: Range is for GET alone */
        return byte_range_choose(http_header(request, "Range"), http_header(request, "If-Range"), tag, place->size, first, last);
}

static enum answer part_refuse(struct request *request, uint64_t size)
{
        struct problem problem = {0};
        char field[64];
        snprintf(field, sizeof(field), "bytes */%" PRIu64, size);
        http_answer_header(request, "Content-Range", field);
        problem_set(&problem, "range-unsatisfiable", "it has %" PRIu64 " bytes", size);
        return http_answer_problem(request, &problem);
}

enum answer download_answer(struct request *request, const struct content_place *place, const char *media_type, const char *name)
{
        uint64_t first = 0, last = place->size - 1;
        assert(place->chunk > 0);
        enum byte_range range = part_choose(request, place, &first, &last);
        if (range == RANGE_UNSATISFIABLE)
                return part_refuse(request, place->size);
        struct download *download = calloc(1, sizeof(*download));
        if (download == NULL)
                return http_answer_none(request, 500);
        snprintf(download->day, sizeof(download->day), "%s", place->day);
        download->content = place->content;
        download->next = (int64_t)(first / place->chunk);
        download->skip = first % place->chunk;
        download->left = place->size == 0 ? 0 : last - first + 1;
        const struct http_stream stream = {.context = download, .next = download_next, .close = free};
        enum answer answer = http_answer_stream(request, media_type, name, (int64_t)download->left, stream);
        if (range == RANGE_PART) {
                char field[80];
                snprintf(field, sizeof(field), "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, first, last, place->size);
                http_answer_part(request, field);
        }
        return answer;
}

enum answer download_opened(struct request *request, const json_t *opened)
{
        const char *day = json_string_value(json_object_get(opened, "day"));
        const char *media_type = json_string_value(json_object_get(opened, "mediaType"));
        const struct content_place place = {.day = day != NULL ? day : "",
                                            .content = json_integer_value(json_object_get(opened, "content")),
                                            .size = (uint64_t)json_integer_value(json_object_get(opened, "size")),
                                            .chunk = SIGNING_CHUNK};
        return download_answer(request, &place, media_type != NULL ? media_type : "application/octet-stream",
                               json_string_value(json_object_get(opened, "name")));
}
