/*
 * listener.c - accepts, within limits. A spare descriptor lets us accept and
 * close when there are none left, instead of turning in a full circle.
 */
#include "gateway/edge/listener.h"

#include <errno.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/core/log.h"
#include "gateway/edge/address.h"
#include "gateway/edge/connection.h"
#include "gateway/edge/edge.h"
#include "gateway/edge/preface.h"

enum { BACKLOG = 4096 };

struct listener {
        struct evconnlistener *socket;
        int spare;
        bool full;
};

void listener_client(struct edge *edge, int fd, const struct sockaddr *address)
{
        struct address_key key = address_key_of(address);
        if (!address_claim(edge->addresses, &key)) {
                char text[64];
                address_show(address, text, sizeof(text));
                log_event(LOG_LEVEL_DEBUG, "connection-refused", "address", text, "reason", "too many from one address", NULL);
                close(fd);
                return;
        }
        if (!connection_open(edge, fd, address)) {
                address_release(edge->addresses, &key);
                close(fd);
                return;
        }
        if (edge->connection_count >= edge->config->connections) {
                edge->listener->full = true;
                evconnlistener_disable(edge->listener->socket);
                log_event(LOG_LEVEL_WARNING, "connections-full", NULL);
        }
}

static void connection_came(struct evconnlistener *socket, evutil_socket_t fd, struct sockaddr *address, int size, void *context)
{
        struct edge *edge = context;
        (void)socket;
        (void)size;
        if (preface_expected(edge, address))
                preface_open(edge, fd, address);
        else
                listener_client(edge, fd, address);
}

static void accept_failed(struct evconnlistener *socket, void *context)
{
        struct edge *edge = context;
        int error = EVUTIL_SOCKET_ERROR();
        log_event(LOG_LEVEL_WARNING, "accept-failed", "reason", strerror(error), NULL);
        if (error != EMFILE && error != ENFILE)
                return;
        close(edge->listener->spare);
        int fd = accept4(evconnlistener_get_fd(socket), NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
                close(fd);
        edge->listener->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Written whole under another name first: a reader never sees half a port. */
static bool address_write(const char *path, evutil_socket_t fd, struct problem *problem)
{
        struct sockaddr_storage address;
        socklen_t size = sizeof(address);
        char text[64], fresh[4096];
        if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
                return problem_set(problem, "internal", "the listening socket has no name: %s", strerror(errno));
        address_show((const struct sockaddr *)&address, text, sizeof(text));
        log_event(LOG_LEVEL_INFO, "listening", "address", text, NULL);
        if (path[0] == '\0')
                return true;
        snprintf(fresh, sizeof(fresh), "%s.new", path);
        FILE *file = fopen(fresh, "we");
        if (file == NULL)
                return problem_set(problem, "usage", "listen_file = %s: %s", path, strerror(errno));
        bool written = fprintf(file, "%s\n", text) > 0;
        written = fclose(file) == 0 && written;
        if (!written || rename(fresh, path) != 0)
                return problem_set(problem, "usage", "listen_file = %s: %s", path, strerror(errno));
        return true;
}

/* "192.0.2.1:443", "[::]:443", ":443". libevent's own reader refuses port 0. */
static struct addrinfo *address_parse(const char *text)
{
        char host[128];
        const char *colon = strrchr(text, ':');
        if (colon == NULL || (size_t)(colon - text) >= sizeof(host))
                return NULL;
        bool bracketed = text[0] == '[' && colon > text + 1 && colon[-1] == ']';
        int size = (int)(colon - text) - (bracketed ? 2 : 0);
        snprintf(host, sizeof(host), "%.*s", size, text + (bracketed ? 1 : 0));
        struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM};
        struct addrinfo *found = NULL;
        return getaddrinfo(size > 0 ? host : NULL, colon + 1, &hints, &found) == 0 ? found : NULL;
}

bool listener_open(struct edge *edge, struct problem *problem)
{
        struct listener *listener = calloc(1, sizeof(*listener));
        if (listener == NULL)
                return problem_set(problem, "internal", "no memory");
        edge->listener = listener;
        listener->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
        struct addrinfo *address = address_parse(edge->config->listen);
        if (address == NULL)
                return problem_set(problem, "usage", "listen = %s: not an address and a port", edge->config->listen);
        listener->socket = evconnlistener_new_bind(edge->base, connection_came, edge,
                                                   LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, BACKLOG,
                                                   address->ai_addr, (int)address->ai_addrlen);
        freeaddrinfo(address);
        if (listener->socket == NULL)
                return problem_set(problem, "usage", "listen = %s: %s", edge->config->listen, strerror(errno));
        evconnlistener_set_error_cb(listener->socket, accept_failed);
        return address_write(edge->config->listen_file, evconnlistener_get_fd(listener->socket), problem);
}

void listener_close(struct edge *edge)
{
        struct listener *listener = edge->listener;
        if (listener == NULL)
                return;
        if (listener->socket != NULL)
                evconnlistener_free(listener->socket);
        if (listener->spare >= 0)
                close(listener->spare);
        free(listener);
        edge->listener = NULL;
}

void listener_room(struct edge *edge)
{
        if (edge->listener == NULL || !edge->listener->full || edge->connection_count >= edge->config->connections)
                return;
        edge->listener->full = false;
        evconnlistener_enable(edge->listener->socket);
}
