/*
 * keeper.c - one thread, one database connection. A minute that cannot be written
 * is missing, and the next line says how many were: absence is evidence too.
 */
#include "gateway/front/keeper.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/core/db.h"
#include "gateway/core/log.h"
#include "gateway/core/owner.h"
#include "gateway/front/budget.h"
#include "gateway/front/http_server.h"
#include "gateway/front/instant.h"
#include "gateway/front/route.h"
#include "gateway/front/work.h"

DEFINE_OWNER(json_t, json_decref)

enum { MINUTE = 60000, HOUR = 3600000, SWEEPS_MOST = 200 };

/* Since the last line. */
static struct {
        atomic_uint requests, errors, busy, commits, uploads;
        atomic_int_fast64_t commit_longest;
} tally;

static struct {
        pthread_t thread;
        pthread_mutex_t lock;
        pthread_cond_t ends;
        bool running, ending;
        struct server *server;
        char name[128];
        unsigned missed;
} keeper = {.lock = PTHREAD_MUTEX_INITIALIZER, .ends = PTHREAD_COND_INITIALIZER};

static bool is_commit(const struct route *route)
{
        size_t length = strlen(route->path);
        return route->urgent && length > 7 && strcmp(route->path + length - 7, "/commit") == 0;
}

void keeper_note(const struct route *route, int status, int64_t milliseconds)
{
        atomic_fetch_add(&tally.requests, 1);
        atomic_fetch_add(&tally.errors, status >= 500 && status != 503);
        atomic_fetch_add(&tally.busy, status == 503);
        if (route == NULL || status < 200 || status > 299)
                return;
        atomic_fetch_add(&tally.uploads, route->body == BODY_STORED);
        if (!is_commit(route))
                return;
        atomic_fetch_add(&tally.commits, 1);
        int_fast64_t longest = atomic_load(&tally.commit_longest);
        while (milliseconds > longest && !atomic_compare_exchange_weak(&tally.commit_longest, &longest, milliseconds))
                continue;
}

static json_t *sample_take(int64_t seconds)
{
        struct server *server = keeper.server;
        return json_pack("{s:b, s:I, s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:I, s:i, s:i}", "ready", 1, "seconds", (json_int_t)seconds,
                         "requests", (int)atomic_exchange(&tally.requests, 0), "errors", (int)atomic_exchange(&tally.errors, 0),
                         "busy", (int)atomic_exchange(&tally.busy, 0), "uploads", (int)atomic_exchange(&tally.uploads, 0),
                         "commits", (int)atomic_exchange(&tally.commits, 0), "commitLongest",
                         (json_int_t)atomic_exchange(&tally.commit_longest, 0), "queue", (json_int_t)work_length(server->work),
                         "memory", (json_int_t)budget_used(server->budget), "open", (int)atomic_load(&server->exchanges), "missed",
                         (int)keeper.missed);
}

static void sample_put(struct db *db, int64_t seconds)
{
        struct problem problem = {0};
        OWN(json_t) sample = sample_take(seconds);
        char *text = json_dumps(sample, JSON_COMPACT);
        const struct db_argument arguments[] = {db_text(keeper.name), db_text(text)};
        if (db_call(db, "api.health_put", arguments, 2, &problem)) {
                keeper.missed = 0;
        } else {
                keeper.missed++;
                log_event(LOG_LEVEL_WARNING, "health-unrecorded", "reason", problem.detail, NULL);
        }
        free(text);
}

/* Many small transactions: no commit waits long for one of them. */
static void sweep(struct db *db)
{
        struct problem problem = {0};
        bool more = true;
        for (unsigned i = 0; more && i < SWEEPS_MOST; i++) {
                OWN(json_t) swept = NULL;
                if (!db_call_json(db, "api.sweep", NULL, 0, &swept, &problem)) {
                        log_event(LOG_LEVEL_WARNING, "sweep-failed", "reason", problem.detail, NULL);
                        return;
                }
                json_int_t abandoned = json_integer_value(json_object_get(swept, "abandoned"));
                char count[24];
                snprintf(count, sizeof(count), "%" JSON_INTEGER_FORMAT, abandoned);
                if (abandoned > 0)
                        log_event(LOG_LEVEL_INFO, "deposits-abandoned", "count", count, NULL);
                more = json_is_true(json_object_get(swept, "more"));
        }
}

/* Tenders whose time is over: their bytes go. */
static void destroy(struct db *db)
{
        struct problem problem = {0};
        bool more = true;
        for (unsigned i = 0; more && i < SWEEPS_MOST; i++) {
                OWN(json_t) done = NULL;
                if (!db_call_json(db, "api.retention_run", NULL, 0, &done, &problem)) {
                        log_event(LOG_LEVEL_WARNING, "destruction-failed", "reason", problem.detail, NULL);
                        return;
                }
                json_int_t destroyed = json_integer_value(json_object_get(done, "destroyed"));
                char count[24];
                snprintf(count, sizeof(count), "%" JSON_INTEGER_FORMAT, destroyed);
                if (destroyed > 0)
                        log_event(LOG_LEVEL_INFO, "deposits-destroyed", "count", count, NULL);
                more = json_is_true(json_object_get(done, "more"));
        }
}

/* Consultations whose hour has come. */
static void schedule(struct db *db)
{
        struct problem problem = {0};
        bool more = true;
        for (unsigned i = 0; more && i < SWEEPS_MOST; i++) {
                OWN(json_t) done = NULL;
                if (!db_call_json(db, "api.schedule_run", NULL, 0, &done, &problem)) {
                        log_event(LOG_LEVEL_WARNING, "schedule-failed", "reason", problem.detail, NULL);
                        return;
                }
                more = json_is_true(json_object_get(done, "more"));
        }
}

/* Until then, or the end: true. */
static bool keeper_sleep(int64_t milliseconds)
{
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += milliseconds / 1000;
        pthread_mutex_lock(&keeper.lock);
        while (!keeper.ending && pthread_cond_timedwait(&keeper.ends, &keeper.lock, &until) == 0)
                continue;
        bool ending = keeper.ending;
        pthread_mutex_unlock(&keeper.lock);
        return ending;
}

static void *keeper_run(void *context)
{
        struct db *db = db_open(context, "plid");
        int64_t last = instant_ticks(), swept = 0;
        do {
                int64_t now = instant_ticks();
                sample_put(db, (now - last) / 1000);
                last = now;
                schedule(db);
                if (swept == 0 || now - swept >= HOUR) {
                        sweep(db);
                        destroy(db);
                        swept = now;
                }
        } while (!keeper_sleep(MINUTE));
        db_close(db);
        return NULL;
}

bool keeper_start(struct server *server, struct problem *problem)
{
        char host[64] = "";
        (void)gethostname(host, sizeof(host) - 1);
        snprintf(keeper.name, sizeof(keeper.name), "%s/%ld", host, (long)getpid());
        keeper.server = server;
        keeper.running = pthread_create(&keeper.thread, NULL, keeper_run, (void *)(uintptr_t)server->conninfo) == 0;
        return keeper.running || problem_set(problem, "internal", "no thread could be started");
}

void keeper_stop(void)
{
        pthread_mutex_lock(&keeper.lock);
        keeper.ending = true;
        pthread_cond_signal(&keeper.ends);
        pthread_mutex_unlock(&keeper.lock);
        if (keeper.running)
                pthread_join(keeper.thread, NULL);
        keeper.running = false;
}
