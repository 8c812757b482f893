/* metric_socket.c - a thread that answers a monitor, one connection after the other. */
#include "gateway/front/metric_socket.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/core/config.h"
#include "gateway/core/db.h"
#include "gateway/core/owner.h"
#include "gateway/front/http_server.h"
#include "gateway/front/metric.h"
#include "gateway/front/tally.h"

enum {
        BACKLOG = 8,
        TICK = 250 /* milliseconds */,
        PATIENCE = 2 /* seconds for a monitor to say or take something */,
        HEAD_MAX = 4096
};

static struct {
        pthread_t thread;
        int fd;
        bool running;
        atomic_bool ending;
        const char *path;
        struct db *db;
} post;

/* A database that does not answer is told by what is missing: the front's own counters are there anyway. */
static void answer_write(FILE *out)
{
        struct problem problem = {0};
        json_t *metrics = NULL;
        bool there = db_call_json(post.db, "api.metrics_local", NULL, 0, &metrics, &problem);
        fprintf(out,
                "# HELP pli_database_up Does the database answer this front?\n# TYPE pli_database_up gauge\npli_database_up %d\n",
                there ? 1 : 0);
        if (there)
                metric_write(metrics, out);
        json_decref(metrics);
        tally_write(out);
}

static void head_skip(int fd)
{
        char head[HEAD_MAX + 1];
        size_t size = 0;
        for (ssize_t got; size < HEAD_MAX && (got = recv(fd, head + size, HEAD_MAX - size, 0)) > 0;) {
                size += (size_t)got;
                head[size] = '\0';
                if (strstr(head, "\r\n\r\n") != NULL || strstr(head, "\n\n") != NULL)
                        return;
        }
}

static void all_send(int fd, const char *data, size_t size)
{
        for (ssize_t sent; size > 0 && (sent = send(fd, data, size, MSG_NOSIGNAL)) > 0; data += sent)
                size -= (size_t)sent;
}

static void monitor_serve(int fd)
{
        const struct timeval patience = {.tv_sec = PATIENCE};
        char *text = NULL, head[160];
        size_t size = 0;
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        head_skip(fd);
        FILE *out = open_memstream(&text, &size);
        if (out == NULL)
                abort();
        answer_write(out);
        fclose(out);
        int length = snprintf(head, sizeof head,
                              "HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: %zu\r\n"
                              "Connection: close\r\n\r\n",
                              size);
        all_send(fd, head, (size_t)length);
        all_send(fd, text, size);
        free(text);
        close(fd);
}

static void *post_run(void *context)
{
        (void)context;
        struct pollfd listening = {.fd = post.fd, .events = POLLIN};
        while (!atomic_load(&post.ending)) {
                int fd = poll(&listening, 1, TICK) > 0 ? accept4(post.fd, NULL, NULL, SOCK_CLOEXEC) : -1;
                if (fd >= 0)
                        monitor_serve(fd);
        }
        return NULL;
}

/* What a front that was killed left behind is taken away first. */
static bool socket_open(const char *path, struct problem *problem)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        if (strlen(path) >= sizeof address.sun_path)
                return problem_set(problem, "config-invalid", "metrics_socket is too long a path: %s", path);
        snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
        post.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        (void)unlink(path);
        if (post.fd < 0 || bind(post.fd, (struct sockaddr *)&address, sizeof address) != 0 || chmod(path, 0660) != 0 ||
            listen(post.fd, BACKLOG) != 0)
                return problem_set(problem, "config-invalid", "metrics_socket: %s: %s", path, strerror(errno));
        return true;
}

bool metric_socket_start(const struct server *server, struct problem *problem)
{
        post.path = server->config->metrics_socket;
        if (post.path[0] == '\0')
                return true;
        if (!socket_open(post.path, problem))
                return false;
        post.db = db_open(server->conninfo, "plid");
        post.running = pthread_create(&post.thread, NULL, post_run, NULL) == 0;
        return post.running || problem_set(problem, "internal", "The metrics' thread could not be started.");
}

void metric_socket_stop(void)
{
        if (!post.running)
                return;
        atomic_store(&post.ending, true);
        pthread_join(post.thread, NULL);
        close(post.fd);
        (void)unlink(post.path);
        db_close(post.db);
        post.running = false;
}
