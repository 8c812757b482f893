/*
 * exchange.h - one request in flight: what session.c runs one by one and
 * upload.c several at once.
 */
#ifndef PLI_CLIENT_EXCHANGE_H
#define PLI_CLIENT_EXCHANGE_H

#include <curl/curl.h>
#include <stdbool.h>

#include "gateway/client/session.h"

struct exchange;

enum exchange_outcome {
        EXCHANGE_DONE,    /* 2xx */
        EXCHANGE_REFUSED, /* the gateway said no: *problem */
        EXCHANGE_CUT      /* no answer, or 429/503: worth repeating; *problem says why */
};

/* The call and what it points to must outlive the exchange. */
struct exchange *exchange_new(struct session *session, const struct call *call);
void exchange_free(struct exchange *exchange);
CURL *exchange_handle(const struct exchange *exchange);
struct exchange *exchange_of(CURL *handle);
const struct call *exchange_call(const struct exchange *exchange);
/* What came of it, after libcurl is done with the handle. *out is filled on EXCHANGE_DONE; its retry_after always. */
enum exchange_outcome exchange_settle(struct exchange *exchange, CURLcode code, struct answer *out, struct problem *problem);

/* session.c's side: a handle with the session's address and identity, keeping its connection for the next. */
CURL *session_handle(struct session *session, const char *path);
void session_handle_back(struct session *session, CURL *handle);

#endif
