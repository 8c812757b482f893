/*
 * route.h - who may do what, how much they may send, and which function does it.
 *
 * routes[] in route.c is the only place where a path is named; the rights are a
 * column, so that they cannot be forgotten. Each handler is named by its noun
 * and lives in the file of that noun.
 */
#ifndef PLI_FRONT_ROUTE_H
#define PLI_FRONT_ROUTE_H

#include "gateway/front/http.h"

enum body { BODY_NONE, BODY_MEMORY, BODY_STORED, BODY_MEASURED }; /* measured: counted (stored_size) and thrown away */

/* How the body of a BODY_STORED route ended: evidence of the transfer (Conseil d'Etat 449250). */
struct transfer {
        const char *outcome; /* "stored", "digest", "reset", "shed", "failed" */
        const char *started; /* RFC 3339: when the first byte came */
        int64_t milliseconds;
        uint64_t bytes; /* received, stored or not */
        size_t chunks;  /* durable */
};

struct route {
        const char *method, *path; /* "/api/v1/deposits/{deposit}/commit" */
        unsigned roles;            /* any of these; ANYONE = no certificate needed */
        enum body body;
        uint64_t limit; /* bytes of body */
        enum answer (*handle)(struct request *request);
        /* BODY_STORED only: runs before the first byte; fills store_*, or answers a problem. */
        bool (*admit)(struct request *request, struct problem *problem);
        const char *summary; /* one sentence: README, OpenAPI */
        bool urgent;         /* goes before new uploads where workers are short: a commit */
        /* BODY_STORED only: runs once after an admission, however the body ended; headers are gone by then. */
        void (*record)(struct request *request, const struct transfer *transfer);
};

extern const struct route routes[];
extern const size_t route_count;

/* The route of a raw path (still percent-encoded), its variables decoded and the caller's to free. NULL where
 * none has that path and method; `allow` (128 bytes) then names the path's other methods, "" for no such path. */
const struct route *route_find(const char *method, const char *path, char *variables[4], char *allow);

#endif
