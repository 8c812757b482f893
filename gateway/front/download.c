/*
 * download.c - chunk after chunk, each by one call on whatever worker is free.
 */
#include "gateway/front/download.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/log.h"
#include "signing/signing.h"

struct download {
        char day[11];
        int64_t content, next;
        uint64_t left;
        uint8_t *block;
        size_t size;
};

static bool chunk_keep(void *context, int64_t number, const uint8_t *data, size_t size)
{
        struct download *download = context;
        if (number != download->next || size > download->left || download->block != NULL)
                return false;
        download->block = malloc(size);
        if (download->block == NULL)
                return false;
        memcpy(download->block, data, size);
        download->size = size;
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

enum answer download_answer(struct request *request, const struct content_place *place, const char *media_type, const char *name)
{
        struct download *download = calloc(1, sizeof(*download));
        if (download == NULL)
                return http_answer_none(request, 500);
        snprintf(download->day, sizeof(download->day), "%s", place->day);
        download->content = place->content;
        download->left = place->size;
        const struct http_stream stream = {.context = download, .next = download_next, .close = free};
        return http_answer_stream(request, media_type, name, (int64_t)place->size, stream);
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
