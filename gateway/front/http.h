/*
 * http.h - requests and answers, as handlers see them. The HTTP library lives
 * in http.c alone (GNU libmicrohttpd on connections handed over by pli-edge).
 *
 * A handler runs on a worker thread, may block on the database and reads from
 * top to bottom. No worker is ever held by a slow client: bodies arrive before
 * the handler runs (in memory up to the route's limit, or chunk by chunk into
 * the store), answers are sent after it returns.
 */
#ifndef PLI_FRONT_HTTP_H
#define PLI_FRONT_HTTP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/core/problem.h"

struct db;
struct verdict_pool;
struct config;

/* Who speaks: from the client certificate that the edge handed over, looked up by api.identify(). */
struct party {
        char id[37]; /* uuid, "" for anyone */
        char name[256];
        char body[20];  /* the body it belongs to, "" for none */
        unsigned roles; /* set of enum role */
};
enum role { ANYONE = 0, COMPANY = 1, BUYER = 2, MEMBER = 4, FILER = 8, STATE = 16, OPERATOR = 32, AUDITOR = 64, VENDOR = 128 };

/* What the body of a PUT became where the route stores it (BODY_STORED). */
struct stored_chunk {
        int64_t number;
        uint8_t sha256[32];
        uint32_t size;
};

struct request {
        const char *id; /* request id, in every log line and problem */
        const char *method, *path;
        const char *language; /* "fr" or "en", from Accept-Language */
        struct party party;
        const char *peer;   /* address and TLS session, for transfer evidence: {"address","tls","cipher"} as JSON text */
        char *variables[4]; /* {…} of the route, in order, percent-decoded */
        const uint8_t *body;
        size_t body_size; /* BODY_MEMORY */
        const struct stored_chunk *chunks;
        size_t chunk_count;
        uint64_t stored_size; /* BODY_STORED */
        struct db *db;        /* this worker's connection */
        struct verdict_pool *judges;
        const struct config *config;
        void *http;         /* http.c's own */
        char store_day[11]; /* BODY_STORED: where admit() said the chunks go: partition day, content id */
        int64_t store_content;
        int64_t store_first;       /* number of the first chunk */
        uint32_t store_chunk;      /* bytes per chunk: SIGNING_SEALED_CHUNK, or 262144 for plain files */
        uint8_t stored_sha256[32]; /* BODY_STORED: over the whole body; a Content-Digest has been held against it already */
};

const char *http_header(const struct request *request, const char *name); /* NULL where absent */
const char *http_query(const struct request *request, const char *name);  /* NULL where absent */
int64_t http_query_integer(const struct request *request, const char *name, int64_t fallback, int64_t least, int64_t most);
/* The body as JSON; anything but one object is refused ("json-malformed"). The caller owns it. */
json_t *http_json(const struct request *request, struct problem *problem);
bool http_instant(const struct request *request,
                  char at[40]); /* when the body's first byte came: RFC 3339, database's clock corrected */

/* Answers: exactly one per handler. Each copies or takes what it is given and returns. */
enum answer { ANSWERED, WAITING };
enum answer http_answer_json(struct request *request, int status, json_t *taken);
enum answer http_answer_bytes(struct request *request, int status, const char *media_type, const void *data, size_t size);
enum answer http_answer_none(struct request *request, int status);
enum answer http_answer_problem(struct request *request, const struct problem *problem);
void http_answer_header(struct request *request, const char *name, const char *value); /* before the answer; CR/LF refused */

/* A long answer: next() runs on a worker each time the client has taken the last
 * block; it mallocs the next one (*size 0 = end). close() always runs once. With
 * total >= 0 a Content-Length is sent. `file_name`: Content-Disposition, RFC 6266. */
struct http_stream {
        void *context;
        bool (*next)(void *context, struct db *db, uint8_t **block, size_t *size);
        void (*close)(void *context);
};
enum answer http_answer_stream(struct request *request, const char *media_type, const char *file_name, int64_t total,
                               struct http_stream stream);
/* Behind it: what is sent is a part, and which (RFC 9110 14.4: "bytes 0-499/10000"). */
void http_answer_part(struct request *request, const char *content_range);

/* A long poll: the handler is run again when `channel` is notified or `seconds`
 * are over (http_waited() then answers true), without holding a worker. */
enum answer http_wait(struct request *request, const char *channel, unsigned seconds);
bool http_waited(const struct request *request);

#endif
