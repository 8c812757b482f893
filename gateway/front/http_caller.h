/*
 * http_caller.h - one connection from the edge: who is at its other end, and the
 * limits in time that the HTTP library does not keep (its own counts idle time
 * only, so that a header dribbled byte by byte would stay for ever).
 */
#ifndef PLI_FRONT_HTTP_CALLER_H
#define PLI_FRONT_HTTP_CALLER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/front/peer.h"

struct caller {
        struct caller *next, **link; /* among the callers, under their lock */
        int fd;                      /* the library's; ours to shut down only while listed */
        atomic_uint references;      /* the connection's, and one an exchange */
        struct peer peer;
        uint32_t line;                    /* of the work queue */
        atomic_int_fast64_t header_until; /* ticks; 0: a header is there */
        atomic_int_fast64_t held_since;   /* ticks of the last step forward; 0: holds no budget, or waits for us */
        atomic_bool dropped;              /* shut down by us */
        atomic_bool busy;                 /* a request is in hand */
};

struct callers {
        pthread_mutex_t lock;
        struct caller *first;
};

struct caller *caller_new(const struct peer *peer);
void caller_hold(struct caller *caller);
void caller_free(struct caller *caller); /* gives one reference back */

void callers_add(struct callers *callers, struct caller *caller, int fd);
void callers_remove(struct callers *callers, struct caller *caller);
/* A header is expected from now on. */
void caller_expect(struct caller *caller);
/* Shuts down those whose header is overdue. */
void callers_sweep(struct callers *callers);
/* Shuts down some of those that hold budget and have not moved on for `milliseconds`. */
void callers_drop_stalled(struct callers *callers, int64_t milliseconds);
/* Shuts down those without a request in hand, or all. */
void callers_drop(struct callers *callers, bool busy_too);

#endif
