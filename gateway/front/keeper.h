/*
 * keeper.h - keeps house and keeps watch: once a minute a line on how this front
 * fared, for those who must prove later that the platform worked (Conseil d'Etat
 * n. 449250); once an hour what was left unfinished for too long is swept out.
 */
#ifndef PLI_FRONT_KEEPER_H
#define PLI_FRONT_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/core/problem.h"

struct route;
struct server;

/* The server must outlive it. */
bool keeper_start(struct server *server, struct problem *problem) __attribute__((warn_unused_result));
void keeper_stop(void);
/* An answer was given, after so long. Any thread. `route` may be NULL. */
void keeper_note(const struct route *route, int status, int64_t milliseconds);

#endif
