/*
 * http_job.h - what workers do for an exchange while its connection is
 * suspended. Each call queues one job; the exchange is the worker's until then.
 */
#ifndef PLI_FRONT_HTTP_JOB_H
#define PLI_FRONT_HTTP_JOB_H

struct db;
struct exchange;

/* The admission of an upload: identity, right, and where its chunks go. */
void exchange_admit(struct exchange *exchange);
/* The handler, once the body is in place; again after each wait. */
void exchange_run(struct exchange *exchange);
/* The evidence of an upload that broke off; frees the exchange. */
void exchange_record(struct exchange *exchange);
/* Tells the route how the body ended, once. On a worker. */
void exchange_tell(struct exchange *exchange, struct db *db, const char *outcome);
/* http_wait.c: after a handler that answered WAITING. */
void wait_begin(struct exchange *exchange);

#endif
