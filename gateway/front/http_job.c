/*
 * http_job.c - jobs on worker threads; each may block on the database.
 */
#include "gateway/front/http_job.h"

#include <assert.h>
#include <stddef.h>

#include "gateway/core/log.h"
#include "gateway/front/dispatch.h"
#include "gateway/front/http_exchange.h"
#include "gateway/front/instant.h"

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

static void refusal_tell(struct exchange *exchange)
{
        if (exchange->reply.status == 404)
                dispatch_refused(&exchange->request, exchange->route);
}

static void admit_run(struct job *job, struct db *db)
{
        struct exchange *exchange = exchange_of(job);
        struct problem problem = {0};
        job_begin(exchange, db);
        exchange->stage = STAGE_ADMITTED;
        if (!identify(exchange, &problem) || !exchange->route->admit(&exchange->request, &problem)) {
                http_answer_problem(&exchange->request, &problem);
                refusal_tell(exchange);
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
        if (exchange->route->body == BODY_MEASURED)
                request->stored_size = exchange->body.bytes;
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
        refusal_tell(exchange);
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
