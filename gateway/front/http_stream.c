/*
 * http_stream.c - long answers: a worker makes a block each time the client has
 * taken the last one, so that a slow client holds one block and no worker.
 */
#include <assert.h>
#include <microhttpd.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/log.h"
#include "gateway/front/http_exchange.h"

enum { READ_SIZE = 65536, NAME_ROOM = 1024 };

/* RFC 6266 4.3, RFC 8187: an ASCII fallback, and the name itself percent-encoded in UTF-8. */
static void disposition_write(struct request *request, const char *file_name)
{
        static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._ ";
        char fallback[NAME_ROOM], encoded[3 * NAME_ROOM], field[4 * NAME_ROOM + 64];
        size_t length = 0, size = 0;
        for (const char *at = file_name; *at != '\0' && length + 1 < sizeof(fallback) && size + 4 < sizeof(encoded); at++) {
                bool kept = strchr(plain, *at) != NULL;
                fallback[length++] = kept ? *at : '_';
                size += (size_t)snprintf(encoded + size, 4, kept && *at != ' ' ? "%c" : "%%%02X", (unsigned char)*at);
        }
        fallback[length] = encoded[size] = '\0';
        snprintf(field, sizeof(field), "attachment; filename=\"%s\"; filename*=UTF-8''%s", fallback, encoded);
        http_answer_header(request, "Content-Disposition", field);
}

enum answer http_answer_stream(struct request *request, const char *media_type, const char *file_name, int64_t total,
                               struct http_stream stream)
{
        struct exchange *exchange = request->http;
        struct reply *reply = &exchange->reply;
        assert(reply->status == 0 && stream.next != NULL);
        if (file_name != NULL)
                disposition_write(request, file_name);
        reply->status = 200;
        reply->media_type = strdup(media_type);
        reply->source = stream;
        reply->total = total;
        return ANSWERED;
}

void http_answer_part(struct request *request, const char *content_range)
{
        struct exchange *exchange = request->http;
        assert(exchange->reply.status == 200);
        http_answer_header(request, "Content-Range", content_range);
        exchange->reply.status = 206;
}

static void next_run(struct job *job, struct db *db)
{
        struct exchange *exchange = (struct exchange *)(void *)((char *)job - offsetof(struct exchange, job));
        struct reply *reply = &exchange->reply;
        uint8_t *block = NULL;
        size_t size = 0;
        log_request(exchange->id);
        bool made = reply->source.next(reply->source.context, db, &block, &size);
        log_request(NULL);
        reply->broken = !made;
        reply->ended = made && size == 0;
        reply->block = block;
        reply->block_size = made ? size : 0;
        reply->block_sent = 0;
        exchange_resume(exchange);
}

static ssize_t block_read(void *context, uint64_t position, char *out, size_t room)
{
        struct exchange *exchange = context;
        struct reply *reply = &exchange->reply;
        (void)position;
        if (reply->broken || atomic_load(&exchange->caller->dropped))
                return MHD_CONTENT_READER_END_WITH_ERROR;
        if (reply->ended)
                return MHD_CONTENT_READER_END_OF_STREAM;
        if (reply->block_sent == reply->block_size) {
                free(reply->block);
                reply->block = NULL;
                reply->block_size = reply->block_sent = 0;
                exchange_suspend(exchange);
                exchange->job.run = next_run;
                work_push(exchange->server->work, &exchange->job, false, exchange->caller->line);
                return 0;
        }
        size_t left = reply->block_size - reply->block_sent, taken = left < room ? left : room;
        memcpy(out, reply->block + reply->block_sent, taken);
        reply->block_sent += taken;
        return (ssize_t)taken;
}

struct MHD_Response *stream_response(struct exchange *exchange)
{
        int64_t total = exchange->reply.total;
        return MHD_create_response_from_callback(total >= 0 ? (uint64_t)total : MHD_SIZE_UNKNOWN, READ_SIZE, block_read, exchange,
                                                 NULL);
}
