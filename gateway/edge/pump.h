/*
 * pump.h - bytes between the client and the front, with watermarks: a side that
 * does not take its bytes stops the other from being read.
 */
#ifndef PLI_EDGE_PUMP_H
#define PLI_EDGE_PUMP_H

#include <stdbool.h>

struct connection;

/* Makes the inner side of fd, not moving yet; false: no memory, and the fd is still the caller's. */
bool pump_open(struct connection *connection, int fd) __attribute__((warn_unused_result));
void pump_start(struct connection *connection);
/* The client's end of file or reset. */
void pump_outer_ended(struct connection *connection, bool broken);

#endif
