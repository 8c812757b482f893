/*
 * connection.c - the life of one client's connection.
 */
#include "gateway/edge/connection.h"

#include <errno.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/core/log.h"
#include "gateway/edge/control.h"
#include "gateway/edge/edge.h"
#include "gateway/edge/handover.h"
#include "gateway/edge/listener.h"
#include "gateway/edge/pump.h"
#include "gateway/edge/tls.h"

enum {
        HANDSHAKE_SECONDS = 10, /* whole, not between bytes: a dribbled handshake ends too */
        OFFER_SECONDS = 10,     /* a front that restarts is back by then */
        IDLE_SECONDS = 150,     /* longer than the front's own 120, which knows more */
        PAIR_BUFFER = 425984    /* bytes to the front in the kernel; twice the default carries a tenth more */
};

time_t connection_clock(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
        return now.tv_sec;
}

void connection_deadline(struct connection *connection, int seconds)
{
        struct timeval wait = {.tv_sec = seconds};
        evtimer_add(connection->deadline, &wait);
}

void connection_close(struct connection *connection)
{
        struct edge *edge = connection->edge;
        if (connection->phase == PHASE_OFFERED)
                control_forget(connection);
        if (connection->front_end >= 0)
                close(connection->front_end);
        if (connection->inner != NULL)
                bufferevent_free(connection->inner);
        if (connection->outer != NULL)
                bufferevent_free(connection->outer);
        if (connection->deadline != NULL)
                event_free(connection->deadline);
        *connection->link = connection->next;
        if (connection->next != NULL)
                connection->next->link = connection->link;
        address_release(edge->addresses, &connection->key);
        free(connection->message);
        free(connection);
        edge->connection_count--;
        listener_room(edge);
        if (edge->ending && edge->connection_count == 0)
                event_base_loopexit(edge->base, NULL);
}

static void deadline_passed(evutil_socket_t fd, short what, void *context)
{
        struct connection *connection = context;
        (void)fd;
        (void)what;
        time_t idle = connection_clock() - connection->active;
        if (connection->phase == PHASE_PUMPING && idle < IDLE_SECONDS) {
                connection_deadline(connection, (int)(IDLE_SECONDS - idle));
                return;
        }
        if (connection->phase == PHASE_OFFERED)
                log_event(LOG_LEVEL_WARNING, "connection-untaken", "address", connection->address, NULL);
        connection_close(connection);
}

static void handshake_failed(struct connection *connection)
{
        unsigned long code = bufferevent_get_openssl_error(connection->outer);
        const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;
        log_event(LOG_LEVEL_DEBUG, "handshake-failed", "address", connection->address, "reason", reason != NULL ? reason : "closed",
                  NULL);
        connection_close(connection);
}

/* Handshake done: nothing more is read from the client until the front has the other end. */
static void connection_offer(struct connection *connection)
{
        int pair[2], size = PAIR_BUFFER;
        bufferevent_disable(connection->outer, EV_READ);
        connection->message = handover_message(bufferevent_openssl_get_ssl(connection->outer), connection->address);
        if (connection->message == NULL || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0) {
                log_event(LOG_LEVEL_WARNING, "connection-dropped", "address", connection->address, "reason", strerror(errno), NULL);
                connection_close(connection);
                return;
        }
        setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
        connection->front_end = pair[1];
        if (!pump_open(connection, pair[0])) {
                close(pair[0]);
                connection_close(connection);
                return;
        }
        connection->phase = PHASE_OFFERED;
        connection_deadline(connection, OFFER_SECONDS);
        control_offer(connection);
}

void connection_taken(struct connection *connection)
{
        close(connection->front_end);
        connection->front_end = -1;
        free(connection->message);
        connection->message = NULL;
        connection->phase = PHASE_PUMPING;
        connection->active = connection_clock();
        connection_deadline(connection, IDLE_SECONDS);
        pump_start(connection);
}

static void outer_event(struct bufferevent *outer, short what, void *context)
{
        struct connection *connection = context;
        (void)outer;
        if (what & BEV_EVENT_CONNECTED) {
                connection_offer(connection);
                return;
        }
        if (connection->phase == PHASE_HANDSHAKE)
                handshake_failed(connection);
        else if (connection->phase == PHASE_OFFERED)
                connection_close(connection);
        else
                pump_outer_ended(connection, (what & BEV_EVENT_ERROR) != 0);
}

/* Takes the SSL; the descriptor stays the caller's where it fails. */
static bool outer_open(struct connection *connection, int fd, SSL *ssl)
{
        if (ssl == NULL)
                return false;
        connection->outer = bufferevent_openssl_socket_new(connection->edge->base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING,
                                                           BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
        if (connection->outer == NULL) {
                SSL_free(ssl);
                return false;
        }
        bufferevent_openssl_set_allow_dirty_shutdown(connection->outer, 1);
        bufferevent_setcb(connection->outer, NULL, NULL, outer_event, connection);
        bufferevent_enable(connection->outer, EV_READ | EV_WRITE);
        return true;
}

bool connection_open(struct edge *edge, int fd, const struct sockaddr *address)
{
        struct connection *connection = calloc(1, sizeof(*connection));
        int yes = 1;
        if (connection == NULL)
                return false;
        connection->edge = edge;
        connection->front_end = -1;
        connection->key = address_key_of(address);
        address_show(address, connection->address, sizeof(connection->address));
        connection->deadline = evtimer_new(edge->base, deadline_passed, connection);
        if (connection->deadline == NULL || !outer_open(connection, fd, tls_accept(edge->tls))) {
                if (connection->deadline != NULL)
                        event_free(connection->deadline);
                free(connection);
                return false;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
        connection->link = &edge->connections;
        connection->next = edge->connections;
        if (connection->next != NULL)
                connection->next->link = &connection->next;
        edge->connections = connection;
        edge->connection_count++;
        connection_deadline(connection, HANDSHAKE_SECONDS);
        return true;
}
