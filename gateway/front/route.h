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

enum body { BODY_NONE, BODY_MEMORY, BODY_STORED };

struct route {
        const char *method, *path;      /* "/api/v1/deposits/{deposit}/commit" */
        unsigned roles;                 /* any of these; ANYONE = no certificate needed */
        enum body body;
        uint64_t limit;                 /* bytes of body */
        enum answer (*handle)(struct request *request);
        /* BODY_STORED only: runs before the first byte; fills store_*, or answers a problem. */
        bool (*admit)(struct request *request, struct problem *problem);
        const char *summary;            /* one sentence: README, OpenAPI */
};

extern const struct route routes[];
extern const size_t route_count;

#endif
