/*
 * http_body.h - the body of a request on its way in: into memory up to the
 * route's limit, or chunk by chunk into the store.
 */
#ifndef PLI_FRONT_HTTP_BODY_H
#define PLI_FRONT_HTTP_BODY_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/core/problem.h"
#include "gateway/front/budget.h"
#include "gateway/front/http.h"

struct exchange;
struct server;

struct intake {
        struct buffer buffer; /* all of it, or the chunk being filled */
        EVP_MD_CTX *digest;   /* over all of it */
        uint64_t bytes;       /* received */
        int64_t first_byte;   /* instant_here() */
        int64_t chunk_began;  /* ticks */
        bool eager;           /* the last chunk came fast: the next may have its memory at once */
        bool over;            /* more than the limit: the rest is thrown away */
        /* under the exchange's lock, as storers write here */
        struct stored_chunk *chunks;
        size_t chunk_count, chunk_room;
        unsigned in_flight;
        bool ended;             /* all of it came */
        struct problem problem; /* the first chunk that could not be stored */
};

enum body_progress { BODY_MORE, BODY_SUSPENDED, BODY_BROKEN };

bool body_open(struct exchange *exchange) __attribute__((warn_unused_result));
/* Takes what it can of the bytes; the connection is suspended where it cannot take all now. */
enum body_progress body_take(struct exchange *exchange, const char *data, size_t *left);
/* The last byte has come. BODY_MORE: all is in place; BODY_SUSPENDED: the last storer goes on with the exchange. */
enum body_progress body_end(struct exchange *exchange);
/* Holds a Content-Digest against the bytes (RFC 9530). */
bool body_check(struct exchange *exchange, struct problem *problem) __attribute__((warn_unused_result));
/* The client has gone: what came whole stays, to be resumed from; of a body past its limit nothing does. */
void body_abandon(struct exchange *exchange, const char *outcome);
void body_close(struct exchange *exchange);

/* Lets some of those that wait for memory try again; `all` of them on a tick. */
void memory_wake(struct server *server, bool all);

#endif
