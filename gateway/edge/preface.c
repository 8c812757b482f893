/*
 * preface.c - reads exactly the header's bytes: what follows is the client's.
 */
#include "gateway/edge/preface.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/core/log.h"
#include "gateway/edge/address.h"
#include "gateway/edge/edge.h"
#include "gateway/edge/listener.h"
#include "gateway/edge/proxy.h"

/* A balancer sends its header with the first packet. */
enum { PREFACE_SECONDS = 5, LIST_LARGEST = 1024 };

struct preface {
        struct edge *edge;
        struct preface *next, **link; /* among the edge's prefaces */
        struct event *readable;
        int fd;
        struct sockaddr_storage peer; /* the balancer */
        size_t have, wanted;
        uint8_t bytes[PROXY_LARGEST];
};

bool preface_expected(const struct edge *edge, const struct sockaddr *peer)
{
        char list[LIST_LARGEST], text[INET6_ADDRSTRLEN] = "", *rest = NULL;
        if (edge->config->proxy_addresses[0] == '\0')
                return false;
        if (peer->sa_family == AF_INET)
                inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)peer)->sin_addr, text, sizeof(text));
        else if (peer->sa_family == AF_INET6)
                inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr, text, sizeof(text));
        snprintf(list, sizeof(list), "%s", edge->config->proxy_addresses);
        for (char *word = strtok_r(list, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
                if (strcmp(word, text) == 0)
                        return true;
        return false;
}

/* Leaves the descriptor to the caller. */
static int preface_end(struct preface *preface)
{
        int fd = preface->fd;
        *preface->link = preface->next;
        if (preface->next != NULL)
                preface->next->link = preface->link;
        event_free(preface->readable);
        free(preface);
        return fd;
}

static void preface_refuse(struct preface *preface, const char *reason)
{
        char text[64];
        address_show((const struct sockaddr *)&preface->peer, text, sizeof(text));
        log_event(LOG_LEVEL_WARNING, "preface-refused", "address", text, "reason", reason, NULL);
        close(preface_end(preface));
}

static void preface_whole(struct preface *preface)
{
        struct sockaddr_storage client = preface->peer;
        struct edge *edge = preface->edge;
        if (proxy_read(preface->bytes, preface->have, &client) == PROXY_INVALID)
                preface_refuse(preface, "not a PROXY protocol v2 header of a TCP connection");
        else
                listener_client(edge, preface_end(preface), (const struct sockaddr *)&client);
}

static void preface_readable(evutil_socket_t fd, short what, void *context)
{
        struct preface *preface = context;
        if ((what & EV_TIMEOUT) != 0) {
                preface_refuse(preface, "no header in time");
                return;
        }
        ssize_t got = recv(fd, preface->bytes + preface->have, preface->wanted - preface->have, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
                return;
        if (got <= 0) {
                close(preface_end(preface)); /* a balancer that only looks whether the port is open */
                return;
        }
        preface->have += (size_t)got;
        if (preface->have == PROXY_HEAD && preface->wanted == PROXY_HEAD)
                preface->wanted = proxy_size(preface->bytes);
        if (preface->wanted == 0)
                preface_refuse(preface, "not a PROXY protocol v2 header");
        else if (preface->have == preface->wanted)
                preface_whole(preface);
}

void preface_open(struct edge *edge, int fd, const struct sockaddr *peer)
{
        const struct timeval limit = {.tv_sec = PREFACE_SECONDS};
        struct preface *preface = calloc(1, sizeof(*preface));
        struct event *readable =
                preface == NULL ? NULL : event_new(edge->base, fd, EV_READ | EV_PERSIST, preface_readable, preface);
        if (readable == NULL || event_add(readable, &limit) != 0) {
                if (readable != NULL)
                        event_free(readable);
                free(preface);
                close(fd);
                return;
        }
        preface->edge = edge;
        preface->fd = fd;
        preface->readable = readable;
        preface->wanted = PROXY_HEAD;
        memcpy(&preface->peer, peer, peer->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
        preface->link = &edge->prefaces;
        preface->next = edge->prefaces;
        if (preface->next != NULL)
                preface->next->link = &preface->next;
        edge->prefaces = preface;
}

void prefaces_close(struct edge *edge)
{
        while (edge->prefaces != NULL)
                close(preface_end(edge->prefaces));
}
