/*
 * http_caller.c - the list of connections.
 */
#include "gateway/front/http_caller.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/core/log.h"
#include "gateway/front/instant.h"

enum { HEADER_MILLISECONDS = 15000, DROPPED_AT_ONCE = 32 };

struct caller *caller_new(const struct peer *peer)
{
        struct caller *caller = calloc(1, sizeof(*caller));
        if (caller == NULL)
                return NULL;
        caller->fd = -1;
        caller->peer = *peer;
        atomic_init(&caller->references, 1);
        if (peer->certified) {
                memcpy(&caller->line, peer->certificate_sha256, sizeof(caller->line));
                return caller;
        }
        const char *port = strrchr(peer->address, ':');
        for (const char *at = peer->address; *at != '\0' && at != port; at++)
                caller->line = caller->line * 31 + (unsigned char)*at;
        return caller;
}

void caller_hold(struct caller *caller)
{
        atomic_fetch_add(&caller->references, 1);
}

void caller_free(struct caller *caller)
{
        if (caller != NULL && atomic_fetch_sub(&caller->references, 1) == 1)
                free(caller);
}

void callers_add(struct callers *callers, struct caller *caller, int fd)
{
        caller->fd = fd;
        caller_expect(caller);
        pthread_mutex_lock(&callers->lock);
        caller->link = &callers->first;
        caller->next = callers->first;
        if (caller->next != NULL)
                caller->next->link = &caller->next;
        callers->first = caller;
        pthread_mutex_unlock(&callers->lock);
}

void callers_remove(struct callers *callers, struct caller *caller)
{
        pthread_mutex_lock(&callers->lock);
        *caller->link = caller->next;
        if (caller->next != NULL)
                caller->next->link = caller->link;
        caller->fd = -1;
        pthread_mutex_unlock(&callers->lock);
}

void caller_expect(struct caller *caller)
{
        atomic_store(&caller->busy, false);
        atomic_store(&caller->header_until, instant_ticks() + HEADER_MILLISECONDS);
}

static void caller_drop(struct caller *caller, const char *reason)
{
        if (atomic_exchange(&caller->dropped, true))
                return;
        shutdown(caller->fd, SHUT_RDWR);
        log_event(LOG_LEVEL_DEBUG, "connection-dropped", "address", caller->peer.address, "reason", reason, NULL);
}

void callers_sweep(struct callers *callers)
{
        int64_t now = instant_ticks();
        pthread_mutex_lock(&callers->lock);
        for (struct caller *caller = callers->first; caller != NULL; caller = caller->next) {
                int64_t until = atomic_load(&caller->header_until);
                if (until != 0 && now > until)
                        caller_drop(caller, "header overdue");
        }
        pthread_mutex_unlock(&callers->lock);
}

void callers_drop_stalled(struct callers *callers, int64_t milliseconds)
{
        int64_t oldest = instant_ticks() - milliseconds;
        unsigned dropped = 0;
        pthread_mutex_lock(&callers->lock);
        for (struct caller *caller = callers->first; caller != NULL && dropped < DROPPED_AT_ONCE; caller = caller->next) {
                int64_t since = atomic_load(&caller->held_since);
                if (since == 0 || since > oldest || atomic_load(&caller->dropped))
                        continue;
                caller_drop(caller, "stalled while memory is short");
                dropped++;
        }
        pthread_mutex_unlock(&callers->lock);
}

void callers_drop(struct callers *callers, bool busy_too)
{
        pthread_mutex_lock(&callers->lock);
        for (struct caller *caller = callers->first; caller != NULL; caller = caller->next) {
                if (busy_too || !atomic_load(&caller->busy))
                        caller_drop(caller, "ending");
        }
        pthread_mutex_unlock(&callers->lock);
}
