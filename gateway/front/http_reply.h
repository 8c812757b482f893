/*
 * http_reply.h - the answer a handler gave, kept until the library's thread can
 * send it.
 */
#ifndef PLI_FRONT_HTTP_REPLY_H
#define PLI_FRONT_HTTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/front/http.h"

struct exchange;
struct MHD_Response;

enum { REPLY_HEADERS = 16 };

struct reply {
        int status; /* 0: none yet */
        char *media_type;
        uint8_t *data;
        size_t size;
        struct {
                char *name, *value;
        } headers[REPLY_HEADERS];
        size_t header_count;
        bool closing; /* the connection ends with it */
        /* a stream */
        struct http_stream source; /* next NULL: none */
        int64_t total;
        uint8_t *block;
        size_t block_size, block_sent;
        bool ended, broken;
};

/* Hands the reply to the library; on its thread only. False: close the connection. */
bool reply_send(struct exchange *exchange) __attribute__((warn_unused_result));
void reply_free(struct reply *reply);
/* The response of a stream. */
struct MHD_Response *stream_response(struct exchange *exchange);

#endif
