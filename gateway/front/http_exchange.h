/*
 * http_exchange.h - one request and its answer, from the request line to the
 * last byte sent. It belongs to one thread at a time: the library's while the
 * connection is not suspended, a worker's while it is.
 */
#ifndef PLI_FRONT_HTTP_EXCHANGE_H
#define PLI_FRONT_HTTP_EXCHANGE_H

#include "gateway/front/http.h"
#include "gateway/front/http_body.h"
#include "gateway/front/http_reply.h"
#include "gateway/front/http_server.h"
#include "gateway/front/route.h"
#include "gateway/front/work.h"

struct MHD_Connection;

enum stage { STAGE_HEAD, STAGE_ADMITTED, STAGE_RECEIVING, STAGE_ANSWERED };

struct exchange {
        struct request request;
        struct server *server;
        struct caller *caller;
        struct MHD_Connection *connection; /* NULL once the library has let go of it */
        const struct route *route;
        enum stage stage;
        char id[17];
        const char *uri_end; /* in the library's memory: compared with, never read */
        char *uri;           /* as it came; the path ends at its first NUL */
        int64_t began;       /* ticks */
        struct job job;
        pthread_mutex_t lock;
        bool suspended;        /* under the lock */
        bool waits_for_window; /* under the lock: suspended until a chunk is stored */
        bool orphan;           /* under the lock: the client has gone, chunks are under way */
        bool identified, admitted;
        struct intake body;
        struct reply reply;
        struct exchange *next, **link; /* in one of the server's lists */
        unsigned notified;             /* the server's count when the handler started */
        const char *wait_channel;      /* borrowed from the handler */
        int64_t wait_until;            /* ticks; 0: has not waited */
};

struct exchange *exchange_new(struct server *server, const char *uri);
/* Ends the request: evidence of the transfer and the log line, then the memory. */
void exchange_close(struct exchange *exchange, const char *ended);
void exchange_free(struct exchange *exchange);

/* The library stops reading this connection; on its thread only. The second where the lock is held. */
void exchange_suspend(struct exchange *exchange);
void exchange_suspend_locked(struct exchange *exchange);
void exchange_resume(struct exchange *exchange);

/* Into one of the server's lists and out of it; under the server's lock. */
void exchange_list(struct exchange_list *list, struct exchange *exchange);
void exchange_unlist(struct exchange_list *list, struct exchange *exchange);

#endif
