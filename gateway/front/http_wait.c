/*
 * http_wait.c - long polls: a request that waits for a notification holds its
 * connection, suspended, and nothing else. One thread listens, for all of them.
 */
#include <string.h>

#include "gateway/core/db.h"
#include "gateway/core/log.h"
#include "gateway/front/http_exchange.h"
#include "gateway/front/http_job.h"
#include "gateway/front/instant.h"

enum {
        TICK = 250,         /* milliseconds: how late a deadline may be seen */
        GATHER = 20,        /* milliseconds in which notifications become one */
        ANYWAY = 5000,      /* run again without one: a notification may have been lost with a connection */
        CLOCK_EVERY = 60000 /* milliseconds between two looks at the database's clock */
};

enum answer http_wait(struct request *request, const char *channel, unsigned seconds)
{
        struct exchange *exchange = request->http;
        exchange->wait_channel = channel;
        if (exchange->wait_until == 0)
                exchange->wait_until = instant_ticks() + (int64_t)seconds * 1000;
        return WAITING;
}

void wait_begin(struct exchange *exchange)
{
        struct server *server = exchange->server;
        pthread_mutex_lock(&server->lock);
        /* One that came while the handler looked would never come again. */
        bool missed = exchange->notified != atomic_load(&server->notified);
        if (!missed)
                exchange_list(&server->waiting, exchange);
        pthread_mutex_unlock(&server->lock);
        if (missed)
                exchange_run(exchange);
}

/* Runs again those whose time is over, or all. */
static void waiting_run(struct server *server, bool all)
{
        int64_t now = instant_ticks();
        pthread_mutex_lock(&server->lock);
        if (all)
                atomic_fetch_add(&server->notified, 1);
        for (struct exchange *exchange = server->waiting.first, *next; exchange != NULL; exchange = next) {
                next = exchange->next;
                if (!all && now < exchange->wait_until)
                        continue;
                exchange_unlist(&server->waiting, exchange);
                exchange_run(exchange);
        }
        pthread_mutex_unlock(&server->lock);
}

static bool channels_listen(struct db *db)
{
        static const char *const channels[] = {"receipt", "opening", "event"};
        struct problem problem = {0};
        for (size_t i = 0; i < sizeof(channels) / sizeof(channels[0]); i++) {
                if (!db_listen(db, channels[i], &problem))
                        return false;
        }
        return true;
}

void *wait_listen(void *context)
{
        struct server *server = context;
        struct db *db = db_open(server->conninfo, "plid");
        bool listening = false;
        int64_t clock_at = 0, run_at = 0;
        char payload[128];
        while (!atomic_load(&server->ending)) {
                int64_t now = instant_ticks();
                listening = listening || channels_listen(db);
                if (now >= clock_at)
                        clock_at = now + (instant_measure(db) ? CLOCK_EVERY : 1000);
                bool came = db_wait(db, TICK, payload);
                while (came && db_wait(db, GATHER, payload))
                        continue;
                came = came || now >= run_at;
                if (came)
                        run_at = now + ANYWAY;
                waiting_run(server, came);
        }
        /* Ending: who waits gets what there is. */
        pthread_mutex_lock(&server->lock);
        for (struct exchange *exchange = server->waiting.first; exchange != NULL; exchange = exchange->next)
                exchange->wait_until = 1;
        pthread_mutex_unlock(&server->lock);
        waiting_run(server, true);
        db_close(db);
        return NULL;
}
