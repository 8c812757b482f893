/*
 * tally.h - how many requests each route answered, how, and how long they took: of
 * this process, since its start. Any thread may note.
 */
#ifndef PLI_FRONT_TALLY_H
#define PLI_FRONT_TALLY_H

#include <stdint.h>
#include <stdio.h>

#include "gateway/front/route.h"

/* `route` NULL: none was found. A status of 0: the client left before it was answered. */
void tally_note(const struct route *route, int status, int64_t milliseconds);
/* Prometheus' text format 0.0.4: a counter by route and class of status, a histogram by route; nothing of routes never asked for.
 */
void tally_write(FILE *out);

#endif
