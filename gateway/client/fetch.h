/*
 * fetch.h - one document of the web, as anybody may have it: no identity, no
 * cookies, bounded in size and time. Only the client and the relay fetch; the
 * library never does.
 */
#ifndef PLI_CLIENT_FETCH_H
#define PLI_CLIENT_FETCH_H

#include <stddef.h>

#include "gateway/client/input.h"

struct fetch_request {
        const char *url; /* http or https, also after redirections: what is fetched is checked by its signature */
        const char *ca;  /* authorities of the servers, PEM; NULL: the system's */
        size_t most;     /* bytes */
};
bool fetch_bytes(const struct fetch_request *request, struct content *out, struct problem *problem)
        __attribute__((warn_unused_result));

/* What a server said of the state of its document (RFC 9110 8.8); "" where it said nothing. */
struct fetch_state {
        char etag[256], modified[64];
};
/* The same, where it is another one than that of `state` (If-None-Match, If-Modified-Since); then state is the new one's. Where it
 * is the same, *out is left empty. */
bool fetch_changed(const struct fetch_request *request, struct fetch_state *state, struct content *out, struct problem *problem)
        __attribute__((warn_unused_result));

#endif
