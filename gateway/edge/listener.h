/*
 * listener.h - the listening socket. At the limit of connections it stops
 * accepting (the backlog waits); an address over its own limit is closed at once.
 */
#ifndef PLI_EDGE_LISTENER_H
#define PLI_EDGE_LISTENER_H

#include <stdbool.h>
#include <sys/socket.h>

#include "gateway/core/problem.h"

struct edge;
struct listener;

/* Binds config->listen and, where listen_file is named, writes "address:port" there (port 0 took a free one). */
bool listener_open(struct edge *edge, struct problem *problem) __attribute__((warn_unused_result));
void listener_close(struct edge *edge);
/* A client has come, directly or through a balancer: takes the descriptor, and refuses him where he has his share. */
void listener_client(struct edge *edge, int fd, const struct sockaddr *address);
/* A connection has gone: there may be room again. */
void listener_room(struct edge *edge);

#endif
