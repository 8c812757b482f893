/*
 * preface.h - a connection that a load balancer passes on, before its header
 * (proxy.h) has told whose it is. Only addresses named by proxy_addresses are
 * believed: from anybody else the same bytes are a broken handshake.
 */
#ifndef PLI_EDGE_PREFACE_H
#define PLI_EDGE_PREFACE_H

#include <stdbool.h>
#include <sys/socket.h>

struct edge;

/* Is this one of the balancers? */
bool preface_expected(const struct edge *edge, const struct sockaddr *peer);
/* Takes the descriptor: reads the header, then hands both to listener_client(). */
void preface_open(struct edge *edge, int fd, const struct sockaddr *peer);
/* All that still wait, at the end. */
void prefaces_close(struct edge *edge);

#endif
