/*
 * main.c - pli-edge: ends TLS and hands the bytes on. It holds the TLS key and
 * listens; it parses no HTTP, knows no database and calls nobody but the front.
 */
#include <event2/event.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>

#include "gateway/core/config.h"
#include "gateway/core/jail.h"
#include "gateway/core/log.h"
#include "gateway/edge/address.h"
#include "gateway/edge/connection.h"
#include "gateway/edge/control.h"
#include "gateway/edge/edge.h"
#include "gateway/edge/listener.h"
#include "gateway/edge/preface.h"
#include "gateway/edge/tls.h"

static const char USAGE[] = "pli-edge [--config FILE] [--set name=value]\n"
                            "Ends TLS and hands connections to plid. SIGHUP: read certificate, key and anchors again.\n";
enum { ENDING_SECONDS = 30 }; /* for the connections in hand after SIGTERM */

static int complain(const struct problem *problem)
{
        log_event(LOG_LEVEL_ERROR, "start-failed", "code", problem->row->code, "detail", problem->detail, NULL);
        return problem->row->exit;
}

static void certificates_reload(evutil_socket_t fd, short what, void *context)
{
        struct edge *edge = context;
        struct tls *fresh = NULL;
        struct problem problem = {0};
        (void)fd;
        (void)what;
        if (!tls_load(edge->config, &fresh, &problem)) {
                log_event(LOG_LEVEL_ERROR, "reload-failed", "detail", problem.detail, NULL);
                return;
        }
        tls_free(edge->tls);
        edge->tls = fresh;
        log_event(LOG_LEVEL_INFO, "reloaded", NULL);
}

static void end_asked(evutil_socket_t fd, short what, void *context)
{
        struct edge *edge = context;
        struct timeval limit = {.tv_sec = edge->ending ? 0 : ENDING_SECONDS};
        (void)fd;
        (void)what;
        edge->ending = true;
        listener_close(edge);
        if (edge->connection_count == 0)
                limit.tv_sec = 0;
        event_base_loopexit(edge->base, &limit);
}

/* The folder of a file, behind its symbolic links: a renewed certificate is a new file in it. The caller frees it. */
static char *folder_of(const char *path)
{
        char *real = realpath(path, NULL);
        char *folder = real != NULL ? strdup(dirname(real)) : NULL;
        free(real);
        return folder;
}

/* After the key is read and the port bound: all it may still reach is what SIGHUP reads again. */
static bool jail_close(const struct config *config, struct problem *problem)
{
        char *folders[] = {folder_of(config->tls_certificate), folder_of(config->tls_key), folder_of(config->client_anchors)};
        const char *const readable[] = {"/etc/ssl/openssl.cnf",
                                        "/usr/lib/ssl",
                                        "/usr/lib/x86_64-linux-gnu/ossl-modules",
                                        "/etc/localtime",
                                        "/dev/urandom",
                                        config->tls_certificate,
                                        config->tls_key,
                                        config->client_anchors,
                                        folders[0] != NULL ? folders[0] : "",
                                        folders[1] != NULL ? folders[1] : "",
                                        folders[2] != NULL ? folders[2] : "",
                                        NULL};
        const char *const writable[] = {"/dev/null", NULL};
        const struct jail jail = {.profile = "edge", .readable = readable, .writable = writable};
        enum jail_strength strength = jail_enter(&jail, problem);
        for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
                free(folders[i]);
        if (strength == JAIL_WITHOUT_LANDLOCK)
                log_event(LOG_LEVEL_WARNING, "jail-without-landlock", NULL);
        return strength != JAIL_FAILED;
}

/* Three a connection here and in the front, in flight between the two included. */
static void descriptors_raise(void)
{
        struct rlimit limit;
        if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
                limit.rlim_cur = limit.rlim_max;
                setrlimit(RLIMIT_NOFILE, &limit);
        }
}

static bool edge_open(struct edge *edge, struct problem *problem)
{
        edge->base = event_base_new();
        edge->addresses = address_counts_new((unsigned)edge->config->connections_per_address);
        if (edge->base == NULL || edge->addresses == NULL || !control_open(edge))
                return problem_set(problem, "internal", "no memory");
        return tls_load(edge->config, &edge->tls, problem) && listener_open(edge, problem);
}

static void edge_close(struct edge *edge)
{
        listener_close(edge);
        prefaces_close(edge);
        while (edge->connections != NULL)
                connection_close(edge->connections);
        control_close(edge);
        tls_free(edge->tls);
        address_counts_free(edge->addresses);
        if (edge->base != NULL)
                event_base_free(edge->base);
}

static bool edge_run(struct edge *edge)
{
        struct event *signals[] = {
                evsignal_new(edge->base, SIGHUP, certificates_reload, edge),
                evsignal_new(edge->base, SIGTERM, end_asked, edge),
                evsignal_new(edge->base, SIGINT, end_asked, edge),
        };
        size_t count = sizeof(signals) / sizeof(signals[0]);
        bool ready = true;
        for (size_t i = 0; i < count; i++)
                ready = signals[i] != NULL && evsignal_add(signals[i], NULL) == 0 && ready;
        if (ready)
                event_base_dispatch(edge->base);
        for (size_t i = 0; i < count; i++) {
                if (signals[i] != NULL)
                        event_free(signals[i]);
        }
        return ready;
}

int main(int argc, char **argv)
{
        struct config config;
        struct problem problem = {0};
        signal(SIGPIPE, SIG_IGN); /* OpenSSL's socket BIO writes with write(2) */
        if (!config_load(&argc, argv, USAGE, &config, &problem)) {
                fprintf(stderr, "pli-edge: %s\n", problem.detail);
                return problem.row->exit;
        }
        log_open("pli-edge", config.log_level);
        descriptors_raise();
        struct edge edge = {.config = &config};
        int status = EX_OK;
        if (!edge_open(&edge, &problem) || !jail_close(&config, &problem))
                status = complain(&problem);
        else if (!edge_run(&edge))
                status = EX_OSERR;
        edge_close(&edge);
        return status;
}
