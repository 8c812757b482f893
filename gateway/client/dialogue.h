/*
 * dialogue.h - one request in flight: what session.c runs one by one and
 * upload.c several at once.
 */
#ifndef PLI_CLIENT_DIALOGUE_H
#define PLI_CLIENT_DIALOGUE_H

#include <curl/curl.h>
#include <stdbool.h>

#include "gateway/client/session.h"

struct dialogue;

enum dialogue_outcome {
        DIALOGUE_DONE,    /* 2xx */
        DIALOGUE_REFUSED, /* the gateway said no: *problem */
        DIALOGUE_CUT      /* no answer, or 429/503: worth repeating; *problem says why */
};

/* The call and what it points to must outlive the dialogue. */
struct dialogue *dialogue_new(struct session *session, const struct call *call);
void dialogue_free(struct dialogue *dialogue);
CURL *dialogue_handle(const struct dialogue *dialogue);
struct dialogue *dialogue_of(CURL *handle);
const struct call *dialogue_call(const struct dialogue *dialogue);
/* What came of it, after libcurl is done with the handle. *out is filled on DIALOGUE_DONE; its retry_after always. */
enum dialogue_outcome dialogue_settle(struct dialogue *dialogue, CURLcode code, struct answer *out, struct problem *problem);

/* session.c's side: a handle with the session's address and identity, keeping its connection for the next. */
CURL *session_handle(struct session *session, const char *path);
void session_handle_back(struct session *session, CURL *handle);

#endif
