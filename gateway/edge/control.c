/*
 * control.c - hands connections to the front.
 */
#include "gateway/edge/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/core/log.h"
#include "gateway/edge/connection.h"
#include "gateway/edge/edge.h"

/* Often enough that a front started again is found at once, seldom enough to cost nothing. */
static const struct timeval RETRY = {.tv_sec = 0, .tv_usec = 100000};

struct control {
        struct edge *edge;
        int fd;    /* -1: not connected */
        bool lost; /* said so in the log already */
        struct event *readable, *writable, *retry;
        struct connection *first, **last;
};

static void control_hang_up(struct control *control, const char *reason)
{
        if (!control->lost)
                log_event(LOG_LEVEL_WARNING, "front-lost", "reason", reason, NULL);
        control->lost = true;
        if (control->readable != NULL)
                event_free(control->readable);
        if (control->writable != NULL)
                event_free(control->writable);
        control->readable = control->writable = NULL;
        if (control->fd >= 0)
                close(control->fd);
        control->fd = -1;
        if (control->first != NULL)
                event_add(control->retry, &RETRY);
}

static bool message_send(struct control *control, const struct connection *connection)
{
        union {
                struct cmsghdr header;
                char room[CMSG_SPACE(sizeof(int))];
        } ancillary = {0};
        struct iovec text = {.iov_base = connection->message, .iov_len = strlen(connection->message)};
        struct msghdr message = {
                .msg_iov = &text, .msg_iovlen = 1, .msg_control = ancillary.room, .msg_controllen = sizeof(ancillary.room)};
        struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(rights), &connection->front_end, sizeof(int));
        return sendmsg(control->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

static void offers_send(struct control *control)
{
        while (control->first != NULL) {
                struct connection *connection = control->first;
                if (!message_send(control, connection)) {
                        if (errno == EAGAIN || errno == EINTR)
                                event_add(control->writable, NULL);
                        else
                                control_hang_up(control, strerror(errno));
                        return;
                }
                control_forget(connection);
                connection_taken(connection);
        }
}

/* The front says nothing on this socket: what can be read is its end. */
static void front_ended(evutil_socket_t fd, short what, void *context)
{
        char byte;
        (void)what;
        if (recv(fd, &byte, 1, MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EINTR))
                return;
        control_hang_up(context, "closed by the front");
}

static void room_came(evutil_socket_t fd, short what, void *context)
{
        (void)fd;
        (void)what;
        offers_send(context);
}

static bool control_connect(struct control *control)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        snprintf(address.sun_path, sizeof(address.sun_path), "%s", control->edge->config->control_socket);
        int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return false;
        if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
                close(fd);
                return false;
        }
        control->fd = fd;
        control->readable = event_new(control->edge->base, fd, EV_READ | EV_PERSIST, front_ended, control);
        control->writable = event_new(control->edge->base, fd, EV_WRITE, room_came, control);
        if (control->readable == NULL || control->writable == NULL) {
                control_hang_up(control, "no memory");
                return false;
        }
        event_add(control->readable, NULL);
        control->lost = false;
        log_event(LOG_LEVEL_INFO, "front-found", "socket", control->edge->config->control_socket, NULL);
        return true;
}

static void offers_retry(evutil_socket_t fd, short what, void *context)
{
        struct control *control = context;
        (void)fd;
        (void)what;
        if (control->first == NULL)
                return;
        if (control->fd >= 0 || control_connect(control))
                offers_send(control);
        else
                event_add(control->retry, &RETRY);
}

bool control_open(struct edge *edge)
{
        struct control *control = calloc(1, sizeof(*control));
        if (control == NULL)
                return false;
        *control = (struct control){.edge = edge, .fd = -1, .last = &control->first};
        control->retry = evtimer_new(edge->base, offers_retry, control);
        edge->control = control;
        return control->retry != NULL;
}

void control_close(struct edge *edge)
{
        struct control *control = edge->control;
        if (control == NULL)
                return;
        control->lost = true; /* our own end is nothing to warn about */
        control_hang_up(control, "");
        if (control->retry != NULL)
                event_free(control->retry);
        free(control);
        edge->control = NULL;
}

void control_offer(struct connection *connection)
{
        struct control *control = connection->edge->control;
        bool alone = control->first == NULL;
        connection->offered_next = NULL;
        *control->last = connection;
        control->last = &connection->offered_next;
        if (alone)
                offers_retry(-1, 0, control);
}

void control_forget(struct connection *connection)
{
        struct control *control = connection->edge->control;
        for (struct connection **link = &control->first; *link != NULL; link = &(*link)->offered_next) {
                if (*link != connection)
                        continue;
                *link = connection->offered_next;
                if (control->last == &connection->offered_next)
                        control->last = link;
                return;
        }
}
