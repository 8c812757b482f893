/*
 * connection.h - one client: handshake, then waiting for the front to take it,
 * then bytes both ways (pump.h), then a lingering end, so that an answer given
 * before the whole request was read reaches the client.
 */
#ifndef PLI_EDGE_CONNECTION_H
#define PLI_EDGE_CONNECTION_H

#include <event2/bufferevent.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <time.h>

#include "gateway/edge/address.h"

struct edge;

enum phase { PHASE_HANDSHAKE, PHASE_OFFERED, PHASE_PUMPING, PHASE_LINGERING };

struct connection {
        struct edge *edge;
        struct connection *next, **link; /* among the edge's connections */
        struct connection *offered_next; /* among those the front has still to take */
        struct bufferevent *outer;       /* the client, TLS */
        struct bufferevent *inner;       /* the front, a socketpair; NULL before PHASE_PUMPING */
        struct event *deadline;
        enum phase phase;
        time_t active;   /* last byte, monotonic seconds */
        size_t received; /* from the client, bytes */
        struct address_key key;
        char address[64];
        int front_end;    /* the descriptor to hand over; -1 once handed over */
        char *message;    /* what the front is told about it */
        bool outer_ended; /* the client sends no more */
        bool inner_deaf;  /* the front takes no more, but may still answer */
};

/* Takes the descriptor on success; the address must have been claimed, and is released at the end. */
bool connection_open(struct edge *edge, int fd, const struct sockaddr *address) __attribute__((warn_unused_result));
void connection_close(struct connection *connection);
/* The front has it. */
void connection_taken(struct connection *connection);
/* The next limit in time for this phase. */
void connection_deadline(struct connection *connection, int seconds);
time_t connection_clock(void);

#endif
