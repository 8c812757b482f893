/*
 * http_exchange.c - the life of a request, and its jobs on worker threads.
 */
#include "gateway/front/http_exchange.h"

#include <assert.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "gateway/core/log.h"
#include "gateway/front/dispatch.h"
#include "gateway/front/instant.h"
#include "gateway/front/path.h"

static void id_make(char id[17])
{
        uint64_t number = 0;
        if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
                number = (uint64_t)instant_here();
        snprintf(id, 17, "%016" PRIx64, number);
}

struct exchange *exchange_new(struct server *server, const char *uri)
{
        struct exchange *exchange = calloc(1, sizeof(*exchange));
        if (exchange == NULL)
                return NULL;
        exchange->uri = strdup(uri);
        if (exchange->uri == NULL) {
                free(exchange);
                return NULL;
        }
        exchange->uri_end = uri + strlen(uri);
        exchange->uri[strcspn(exchange->uri, "?")] = '\0';
        pthread_mutex_init(&exchange->lock, NULL);
        id_make(exchange->id);
        exchange->server = server;
        exchange->began = instant_ticks();
        exchange->body.first_byte = instant_here();
        exchange->request.id = exchange->id;
        exchange->request.path = exchange->uri;
        exchange->request.method = "";
        exchange->request.language = "fr";
        exchange->request.judges = server->judges;
        exchange->request.config = server->config;
        exchange->request.http = exchange;
        atomic_fetch_add(&server->exchanges, 1);
        return exchange;
}

void exchange_free(struct exchange *exchange)
{
        atomic_fetch_sub(&exchange->server->exchanges, 1);
        body_close(exchange);
        reply_free(&exchange->reply);
        path_variables_free(exchange->request.variables);
        caller_free(exchange->caller);
        pthread_mutex_destroy(&exchange->lock);
        free(exchange->uri);
        free(exchange);
}

void exchange_suspend_locked(struct exchange *exchange)
{
        assert(!exchange->suspended);
        exchange->suspended = true;
        MHD_suspend_connection(exchange->connection);
}

void exchange_suspend(struct exchange *exchange)
{
        pthread_mutex_lock(&exchange->lock);
        exchange_suspend_locked(exchange);
        pthread_mutex_unlock(&exchange->lock);
}

void exchange_resume(struct exchange *exchange)
{
        pthread_mutex_lock(&exchange->lock);
        if (exchange->suspended && exchange->connection != NULL) {
                exchange->suspended = false;
                MHD_resume_connection(exchange->connection);
        }
        pthread_mutex_unlock(&exchange->lock);
}

/* Behind all that wait already. */
void exchange_list(struct exchange_list *list, struct exchange *exchange)
{
        if (list->last == NULL)
                list->last = &list->first;
        exchange->next = NULL;
        exchange->link = list->last;
        *list->last = exchange;
        list->last = &exchange->next;
}

void exchange_unlist(struct exchange_list *list, struct exchange *exchange)
{
        if (exchange->link == NULL)
                return;
        *exchange->link = exchange->next;
        if (exchange->next != NULL)
                exchange->next->link = exchange->link;
        else
                list->last = exchange->link;
        exchange->link = NULL;
}

/* ---- jobs ---- */

static struct exchange *exchange_of(struct job *job)
{
        return (struct exchange *)(void *)((char *)job - offsetof(struct exchange, job));
}

static void exchange_push(struct exchange *exchange, void (*run)(struct job *, struct db *))
{
        bool urgent = exchange->route != NULL && exchange->route->urgent;
        exchange->job.run = run;
        work_push(exchange->server->work, &exchange->job, urgent, exchange->caller->line);
}

static bool identify(struct exchange *exchange, struct problem *problem)
{
        const struct peer *peer = &exchange->caller->peer;
        if (!exchange->identified && !dispatch_identify(&exchange->request, peer, problem))
                return false;
        exchange->identified = true;
        return dispatch_allow(&exchange->request, peer, exchange->route, problem);
}

static void job_begin(struct exchange *exchange, struct db *db)
{
        exchange->request.db = db;
        log_request(exchange->id);
}

static void job_end(struct exchange *exchange)
{
        exchange->request.db = NULL;
        log_request(NULL);
}

void exchange_tell(struct exchange *exchange, struct db *db, const char *outcome)
{
        char started[40];
        if (!exchange->admitted || exchange->route->record == NULL)
                return;
        exchange->admitted = false; /* once */
        instant_text(exchange->body.first_byte, started);
        const struct transfer transfer = {.outcome = outcome,
                                          .started = started,
                                          .milliseconds = (instant_here() - exchange->body.first_byte) / 1000,
                                          .bytes = exchange->body.bytes,
                                          .chunks = exchange->body.chunk_count};
        exchange->request.db = db;
        exchange->route->record(&exchange->request, &transfer);
}

static void admit_run(struct job *job, struct db *db)
{
        struct exchange *exchange = exchange_of(job);
        struct problem problem = {0};
        job_begin(exchange, db);
        exchange->stage = STAGE_ADMITTED;
        if (!identify(exchange, &problem) || !exchange->route->admit(&exchange->request, &problem)) {
                http_answer_problem(&exchange->request, &problem);
                exchange->stage = STAGE_ANSWERED;
        } else {
                exchange->admitted = true;
        }
        job_end(exchange);
        exchange_resume(exchange);
}

void exchange_admit(struct exchange *exchange)
{
        exchange_push(exchange, admit_run);
}

/* What the handler is given; a body that is not what was announced never reaches it. */
static bool handler_ready(struct exchange *exchange, struct problem *problem)
{
        struct request *request = &exchange->request;
        if (!identify(exchange, problem))
                return false;
        if (exchange->route->body == BODY_MEMORY) {
                request->body = exchange->body.buffer.data;
                request->body_size = exchange->body.buffer.size;
        }
        if (!body_check(exchange, problem))
                return false;
        if (exchange->route->body == BODY_STORED) {
                request->chunks = exchange->body.chunks;
                request->chunk_count = exchange->body.chunk_count;
                request->stored_size = exchange->body.bytes;
                exchange_tell(exchange, request->db, "stored");
        }
        return true;
}

static void handler_run(struct job *job, struct db *db)
{
        struct exchange *exchange = exchange_of(job);
        struct problem problem = {0};
        job_begin(exchange, db);
        exchange->notified = atomic_load(&exchange->server->notified);
        enum answer answer = ANSWERED;
        if (handler_ready(exchange, &problem))
                answer = exchange->route->handle(&exchange->request);
        else
                http_answer_problem(&exchange->request, &problem);
        job_end(exchange);
        if (answer == WAITING) {
                wait_begin(exchange);
                return;
        }
        assert(exchange->reply.status != 0);
        exchange->stage = STAGE_ANSWERED;
        exchange_resume(exchange);
}

void exchange_run(struct exchange *exchange)
{
        exchange_push(exchange, handler_run);
}

static void record_run(struct job *job, struct db *db)
{
        struct exchange *exchange = exchange_of(job);
        job_begin(exchange, db);
        body_abandon(exchange, atomic_load(&exchange->caller->dropped) ? "shed" : "reset");
        job_end(exchange);
        exchange_free(exchange);
}

void exchange_record(struct exchange *exchange)
{
        exchange_push(exchange, record_run);
}

/* ---- the end ---- */

static void exchange_log(const struct exchange *exchange, const char *ended)
{
        const struct request *request = &exchange->request;
        char status[16], milliseconds[24], bytes[24];
        snprintf(status, sizeof(status), "%d", exchange->reply.status);
        snprintf(milliseconds, sizeof(milliseconds), "%" PRId64, instant_ticks() - exchange->began);
        snprintf(bytes, sizeof(bytes), "%" PRIu64, exchange->body.bytes);
        log_request(exchange->id);
        log_event(LOG_LEVEL_INFO, "request", "method", request->method, "path", request->path, "status", status, "milliseconds",
                  milliseconds, "bytes", bytes, "peer", exchange->caller->peer.address, "party", request->party.id, "ended", ended,
                  NULL);
        log_request(NULL);
}

void exchange_close(struct exchange *exchange, const char *ended)
{
        if (exchange->caller != NULL)
                exchange_log(exchange, ended);
        pthread_mutex_lock(&exchange->lock);
        exchange->connection = NULL;
        bool evidence = exchange->admitted && exchange->stage != STAGE_ANSWERED;
        exchange->orphan = evidence && exchange->body.in_flight > 0;
        bool orphan = exchange->orphan;
        pthread_mutex_unlock(&exchange->lock);
        if (orphan)
                return; /* the storer of its last chunk goes on with it */
        if (evidence)
                exchange_record(exchange);
        else
                exchange_free(exchange);
}
