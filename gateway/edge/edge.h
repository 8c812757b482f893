/*
 * edge.h - what one edge process holds: a loop, two server names, the door to
 * the front, and how many connections may be open.
 */
#ifndef PLI_EDGE_EDGE_H
#define PLI_EDGE_EDGE_H

#include <event2/event.h>
#include <stdbool.h>

#include "gateway/core/config.h"

struct tls;
struct control;
struct listener;
struct connection;
struct address_counts;
struct preface;

struct edge {
        struct event_base *base;
        const struct config *config;
        struct tls *tls;
        struct control *control;
        struct listener *listener;
        struct address_counts *addresses;
        struct connection *connections; /* all of them, newest first */
        struct preface *prefaces;       /* passed on by a balancer, not known yet whose */
        int64_t connection_count;
        bool ending; /* no new connections; leave when the last has gone */
};

#endif
