/*
 * http_server.h - the HTTP side of plid as main starts and stops it, and what
 * the http_*.c files share.
 */
#ifndef PLI_FRONT_HTTP_SERVER_H
#define PLI_FRONT_HTTP_SERVER_H

#include <pthread.h>
#include <stdatomic.h>

#include "gateway/core/problem.h"
#include "gateway/front/http_caller.h"

struct MHD_Daemon;
struct budget;
struct config;
struct exchange;
struct store;
struct verdict_pool;
struct work_pool;

struct server {
        const struct config *config;
        const char *conninfo; /* with the role */
        struct verdict_pool *judges;
        struct MHD_Daemon *daemon;
        struct work_pool *work;
        struct store *store;
        struct budget *budget;
        struct callers callers;
        pthread_mutex_t lock; /* the two lists below */
        struct exchange_list {
                struct exchange *first, **last;
        } short_of_memory, waiting;
        atomic_uint notified;  /* counts notifications */
        atomic_uint exchanges; /* alive */
        atomic_bool ending;
        int control; /* listening SEQPACKET socket */
        pthread_t receiver, sweeper, listener;
        unsigned threads; /* how many of the three run */
};

/* Listens on config->control_socket. The pool and the configuration are borrowed until server_stop(). */
bool server_start(struct server *server, struct problem *problem) __attribute__((warn_unused_result));
/* Takes no more connections, answers what is in hand (within half a minute), then ends. */
void server_stop(struct server *server);

/* http_control.c: connections from the edge, until the ending. */
bool control_listen(struct server *server, struct problem *problem) __attribute__((warn_unused_result));
void *control_receive(void *server);
/* http_wait.c: LISTEN, and the clock. */
void *wait_listen(void *server);

#endif
