/*
 * http_control.c - takes connections from the edge: one SEQPACKET message, one
 * descriptor each. Whoever may write to the socket is believed about who speaks,
 * so its folder and mode are the edge's alone.
 */
#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/core/config.h"
#include "gateway/core/log.h"
#include "gateway/front/http_server.h"

enum { EDGES = 16, MESSAGE_MOST = 32768, BACKLOG = 16, TICK = 500 };

bool control_listen(struct server *server, struct problem *problem)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        const char *path = server->config->control_socket;
        if (strlen(path) >= sizeof(address.sun_path))
                return problem_set(problem, "usage", "control_socket = %s: longer than a socket's name may be", path);
        memcpy(address.sun_path, path, strlen(path) + 1);
        server->control = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        unlink(path);
        mode_t mask = umask(0117);
        bool bound = bind(server->control, (const struct sockaddr *)&address, sizeof(address)) == 0;
        umask(mask);
        if (!bound || listen(server->control, BACKLOG) != 0)
                return problem_set(problem, "usage", "control_socket = %s: %s", path, strerror(errno));
        return true;
}

/* The library copies an address as it is given: ours carries the caller. */
static void connection_add(struct server *server, int fd, const char *message, size_t size)
{
        struct peer peer;
        struct caller *caller = peer_parse(message, size, &peer) ? caller_new(&peer) : NULL;
        if (caller == NULL) {
                log_event(LOG_LEVEL_WARNING, "edge-message-refused", NULL);
                close(fd);
                return;
        }
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        memcpy(address.sun_path, &caller, sizeof(caller));
        if (MHD_add_connection(server->daemon, fd, (const struct sockaddr *)&address, sizeof(address)) != MHD_YES) {
                log_event(LOG_LEVEL_WARNING, "connection-refused", "address", peer.address, NULL);
                caller_free(caller);
        }
}

static int descriptor_of(struct msghdr *message)
{
        const struct cmsghdr *rights = CMSG_FIRSTHDR(message);
        int fd = -1;
        if (rights != NULL && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS &&
            rights->cmsg_len == CMSG_LEN(sizeof(int)))
                memcpy(&fd, CMSG_DATA(rights), sizeof(fd));
        return fd;
}

/* One message; false at the edge's end. */
static bool message_take(struct server *server, int edge)
{
        static char text[MESSAGE_MOST]; /* one thread receives */
        union {
                struct cmsghdr header;
                char room[CMSG_SPACE(sizeof(int))];
        } ancillary;
        struct iovec part = {.iov_base = text, .iov_len = sizeof(text)};
        struct msghdr message = {
                .msg_iov = &part, .msg_iovlen = 1, .msg_control = ancillary.room, .msg_controllen = sizeof(ancillary.room)};
        ssize_t size = recvmsg(edge, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
        if (size < 0)
                return errno == EAGAIN || errno == EINTR;
        int fd = descriptor_of(&message);
        if (size == 0 && fd < 0)
                return false;
        if (fd >= 0)
                connection_add(server, fd, text, message.msg_flags & MSG_TRUNC ? 0 : (size_t)size);
        return true;
}

static void edge_accept(const struct server *server, struct pollfd *edges, nfds_t *count)
{
        int fd = accept4(server->control, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
                return;
        if (*count > EDGES) {
                close(fd);
                return;
        }
        edges[(*count)++] = (struct pollfd){.fd = fd, .events = POLLIN};
        log_event(LOG_LEVEL_INFO, "edge-connected", NULL);
}

void *control_receive(void *context)
{
        struct server *server = context;
        struct pollfd edges[EDGES + 1] = {{.fd = server->control, .events = POLLIN}};
        nfds_t count = 1;
        while (!atomic_load(&server->ending)) {
                if (poll(edges, count, TICK) <= 0)
                        continue;
                for (nfds_t i = count - 1; i > 0; i--) {
                        if (edges[i].revents == 0 || message_take(server, edges[i].fd))
                                continue;
                        close(edges[i].fd);
                        edges[i] = edges[--count];
                        log_event(LOG_LEVEL_WARNING, "edge-lost", NULL);
                }
                if (edges[0].revents != 0)
                        edge_accept(server, edges, &count);
        }
        for (nfds_t i = 0; i < count; i++)
                close(edges[i].fd);
        return NULL;
}
