/*
 * pump.c - moves bytes; never looks at one.
 */
#include "gateway/edge/pump.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "gateway/edge/connection.h"
#include "gateway/edge/edge.h"

enum {
        HIGH = 256 * 1024,  /* bytes waiting for one side above which the other is not read */
        SMALL_READ = 4048,  /* a buffer of libevent's is a power of two, its head of 48 bytes included */
        LARGE_READ = 65488, /* for a connection that has shown it sends much */
        MUCH = 256 * 1024,
        LOW = 64 * 1024,    /* and below which it is read again */
        FLUSH_SECONDS = 30, /* for a client to take the rest of its answer */
        LINGER_SECONDS = 3  /* for what is on its way to us, so that no reset overtakes the answer (RFC 9112 9.6) */
};

static size_t unsent(struct bufferevent *side)
{
        return evbuffer_get_length(bufferevent_get_output(side));
}

static void bytes_move(struct connection *connection, struct bufferevent *from, struct bufferevent *to)
{
        connection->active = connection_clock();
        bufferevent_write_buffer(to, bufferevent_get_input(from));
        if (unsent(to) > HIGH)
                bufferevent_disable(from, EV_READ);
}

/* Each open read holds a buffer of its size: an idle or slow client must not hold a large one. */
static void read_size_choose(struct connection *connection, size_t more)
{
        if (connection->received < MUCH && connection->received + more >= MUCH)
                bufferevent_set_max_single_read(connection->outer, LARGE_READ);
        connection->received += more;
}

static void outer_read(struct bufferevent *outer, void *context)
{
        struct connection *connection = context;
        struct evbuffer *input = bufferevent_get_input(outer);
        read_size_choose(connection, evbuffer_get_length(input));
        if (connection->phase == PHASE_PUMPING && !connection->inner_deaf)
                bytes_move(connection, outer, connection->inner);
        else
                evbuffer_drain(input, evbuffer_get_length(input));
}

/* Our half is said to be over; what the client still sends is thrown away. */
static void outer_shut(struct connection *connection)
{
        SSL *ssl = bufferevent_openssl_get_ssl(connection->outer);
        ERR_clear_error();
        SSL_shutdown(ssl);
        ERR_clear_error();
        shutdown(bufferevent_getfd(connection->outer), SHUT_WR);
        connection_deadline(connection, LINGER_SECONDS);
}

static void outer_written(struct bufferevent *outer, void *context)
{
        struct connection *connection = context;
        connection->active = connection_clock();
        if (connection->phase == PHASE_PUMPING)
                bufferevent_enable(connection->inner, EV_READ);
        else if (connection->phase == PHASE_LINGERING && unsent(outer) == 0)
                outer_shut(connection);
}

static void inner_read(struct bufferevent *inner, void *context)
{
        struct connection *connection = context;
        bytes_move(connection, inner, connection->outer);
}

static void inner_written(struct bufferevent *inner, void *context)
{
        struct connection *connection = context;
        if (connection->phase != PHASE_PUMPING)
                return;
        connection->active = connection_clock();
        if (!connection->outer_ended)
                bufferevent_enable(connection->outer, EV_READ);
        else if (unsent(inner) == 0)
                shutdown(bufferevent_getfd(inner), SHUT_WR);
}

/* The front has closed (or died): the rest of the answer goes out, then the connection ends. */
static void inner_ended(struct connection *connection)
{
        inner_read(connection->inner, connection);
        bufferevent_free(connection->inner);
        connection->inner = NULL;
        connection->phase = PHASE_LINGERING;
        if (connection->outer_ended && unsent(connection->outer) == 0) {
                connection_close(connection);
                return;
        }
        connection_deadline(connection, FLUSH_SECONDS);
        if (!connection->outer_ended)
                bufferevent_enable(connection->outer, EV_READ);
        if (unsent(connection->outer) == 0)
                outer_shut(connection);
}

static void inner_event(struct bufferevent *inner, short what, void *context)
{
        struct connection *connection = context;
        if ((what & BEV_EVENT_WRITING) && !(what & BEV_EVENT_EOF)) {
                /* It takes no more; its answer may still be on the way. */
                struct evbuffer *output = bufferevent_get_output(inner);
                connection->inner_deaf = true;
                evbuffer_drain(output, evbuffer_get_length(output));
                bufferevent_enable(connection->outer, EV_READ);
                bufferevent_enable(inner, EV_READ);
                return;
        }
        inner_ended(connection);
}

bool pump_open(struct connection *connection, int fd)
{
        connection->inner = bufferevent_socket_new(connection->edge->base, fd, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
        if (connection->inner == NULL)
                return false;
        bufferevent_setcb(connection->inner, inner_read, inner_written, inner_event, connection);
        bufferevent_setwatermark(connection->inner, EV_WRITE, LOW, 0);
        bufferevent_event_cb event = NULL;
        bufferevent_getcb(connection->outer, NULL, NULL, &event, NULL);
        bufferevent_setcb(connection->outer, outer_read, outer_written, event, connection);
        bufferevent_setwatermark(connection->outer, EV_WRITE, LOW, 0);
        bufferevent_set_max_single_read(connection->outer, SMALL_READ);
        return true;
}

void pump_start(struct connection *connection)
{
        bufferevent_enable(connection->outer, EV_READ | EV_WRITE);
        bufferevent_enable(connection->inner, EV_READ | EV_WRITE);
        outer_read(connection->outer, connection); /* what came with the end of the handshake */
}

void pump_outer_ended(struct connection *connection, bool broken)
{
        connection->outer_ended = true;
        if (broken || connection->phase == PHASE_LINGERING) {
                connection_close(connection);
                return;
        }
        outer_read(connection->outer, connection);
        if (unsent(connection->inner) == 0)
                shutdown(bufferevent_getfd(connection->inner), SHUT_WR);
}
