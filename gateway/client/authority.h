/* authority.h - a time-stamping authority over HTTP (RFC 3161 3.4): carries a request, brings its answer. */
#ifndef PLI_CLIENT_AUTHORITY_H
#define PLI_CLIENT_AUTHORITY_H

#include <stdbool.h>

#include "gateway/core/problem.h"
#include "signing/source.h"

/* Whether the answer is to be believed is the library's to say. Problem: "stamper-unreachable". */
bool authority_ask(const char *url, struct signing_bytes request, struct sink_memory *answer, struct problem *problem)
        __attribute__((warn_unused_result));
/* A nonce that nobody can guess. */
uint64_t authority_nonce(void);

#endif
