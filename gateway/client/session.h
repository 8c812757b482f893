/*
 * session.h - HTTPS to one gateway, with one identity. Only this room's
 * session.c, dialogue.c and upload.c know libcurl.
 *
 * HTTP/1.1 over TLS 1.2 or 1.3, mutual where a certificate is given. A call cut
 * or answered 503 is repeated with growing pauses until the session's patience
 * is over, if repeating is safe (every call but a POST without a key).
 */
#ifndef PLI_CLIENT_SESSION_H
#define PLI_CLIENT_SESSION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/client/call.h"
#include "gateway/core/problem.h"

struct invocation;
struct session;

/* --gateway and the identity of the command line. Asks for a passphrase where the key needs one. */
bool session_open(const struct invocation *invocation, struct session **out, struct problem *problem)
        __attribute__((warn_unused_result));
void session_close(struct session *session); /* NULL is allowed */
/* Seconds to go on trying; --give-up wins over it. */
void session_patience(struct session *session, unsigned seconds);
unsigned session_patience_left(const struct session *session, int64_t since);

/* True for a 2xx answer, which answer_free() frees; anything else is a problem, said as the gateway says it. */
bool session_call(struct session *session, const struct call *call, struct answer *out, struct problem *problem)
        __attribute__((warn_unused_result));
/* The same where the answer is a JSON value; an empty one is NULL. */
bool session_json(struct session *session, const struct call *call, json_t **out, struct problem *problem)
        __attribute__((warn_unused_result));
/* The gateway's clock minus ours, in seconds. */
bool session_clock(struct session *session, int64_t *ahead, struct problem *problem) __attribute__((warn_unused_result));
/* "/api/v1/x/%s/y": each %s percent-encoded. The caller frees it. */
char *session_path(const char *format, ...) __attribute__((format(printf, 1, 2), warn_unused_result));
/* A new random key for Idempotency-Key. */
void session_key(char key[33]);

#endif
