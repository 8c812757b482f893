/*
 * control.h - the door to the front: a SEQPACKET socket, one message and one
 * descriptor a connection. A front that went away is called again; what it has
 * not taken waits for the next one, within the connection's own deadline.
 */
#ifndef PLI_EDGE_CONTROL_H
#define PLI_EDGE_CONTROL_H

#include <stdbool.h>

struct edge;
struct connection;

bool control_open(struct edge *edge) __attribute__((warn_unused_result));
void control_close(struct edge *edge);
/* Queues the connection's front_end and message; connection_taken() follows. */
void control_offer(struct connection *connection);
/* The connection closes before it was taken. */
void control_forget(struct connection *connection);

#endif
