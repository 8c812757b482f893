/*
 * main.c - plid: the front. It takes connections from pli-edge, stores, asks
 * judges. It listens on no network, calls nobody, holds no private key.
 */
#include <libgen.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>

#include "gateway/core/config.h"
#include "gateway/core/jail.h"
#include "gateway/core/log.h"
#include "gateway/core/verdict.h"
#include "gateway/front/http_server.h"
#include "gateway/front/keeper.h"
#include "gateway/front/metric_socket.h"
#include "gateway/front/opening_worker.h"
#include "gateway/front/page.h"

static const char USAGE[] = "plid [--config FILE] [--set name=value]\n"
                            "Serves the API and the pages to connections that pli-edge hands over.\n";

/* Each thread's arena would keep what a burst of uploads once took: few arenas, and chunks mapped apart from them. */
enum { ARENAS = 2, MAPPED_FROM = 64 * 1024 };

static int complain(const struct problem *problem)
{
        log_event(LOG_LEVEL_ERROR, "start-failed", "code", problem->row->code, "detail", problem->detail, NULL);
        return problem->row->exit;
}

static void descriptors_raise(void)
{
        struct rlimit limit;
        if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
                limit.rlim_cur = limit.rlim_max;
                setrlimit(RLIMIT_NOFILE, &limit);
        }
}

/* It reads what it serves and what judges need to start; it writes the socket's folder and the spool. */
static bool jail_close(const struct config *config, struct problem *problem)
{
        char socket[4096], metrics[4096];
        snprintf(socket, sizeof(socket), "%s", config->control_socket);
        snprintf(metrics, sizeof(metrics), "%s", config->metrics_socket);
        const char *const readable[] = {"/etc/hosts",
                                        "/etc/host.conf",
                                        "/etc/resolv.conf",
                                        "/etc/nsswitch.conf",
                                        "/etc/gai.conf",
                                        "/etc/services",
                                        "/etc/passwd",
                                        "/etc/ssl/openssl.cnf",
                                        "/etc/ld.so.cache",
                                        "/etc/localtime",
                                        "/usr/share/zoneinfo",
                                        "/run/systemd/resolve",
                                        "/usr/lib",
                                        "/usr/lib64",
                                        "/lib",
                                        "/lib64",
                                        "/dev/urandom",
                                        config->judge,
                                        config->database_files,
                                        config->ui,
                                        config->paper_fonts,
                                        config->schemas,
                                        config->signature_anchors,
                                        config->stamp_anchors,
                                        config->trusted_lists,
                                        NULL};
        const char *const writable[] = {dirname(socket), config->spool, "/dev/null", metrics[0] != '\0' ? dirname(metrics) : NULL,
                                        NULL};
        const struct jail jail = {.profile = "front", .readable = readable, .writable = writable};
        enum jail_strength strength = jail_enter(&jail, problem);
        if (strength == JAIL_WITHOUT_LANDLOCK)
                log_event(LOG_LEVEL_WARNING, "jail-without-landlock", NULL);
        return strength != JAIL_FAILED;
}

/* Blocked in every thread; one waits for them. */
static void end_wait(const sigset_t *ends)
{
        int number = 0;
        sigwait(ends, &number);
        log_event(LOG_LEVEL_INFO, "ending", "signal", sigabbrev_np(number), NULL);
}

static int serve(const struct config *config, const sigset_t *ends)
{
        struct problem problem = {0};
        char conninfo[1024];
        snprintf(conninfo, sizeof(conninfo), "%s user=pli_front", config->database);
        if (!jail_close(config, &problem))
                return complain(&problem);
        struct verdict_limits limits = {.memory = (size_t)config->judge_memory, .seconds = (unsigned)config->judge_seconds};
        struct verdict_pool *judges = verdict_pool_new(config->judge, (unsigned)config->judges, limits);
        struct server server = {.config = config, .conninfo = conninfo, .judges = judges};
        int status = EX_OK;
        if (!page_start(config->ui, &problem) || !opening_worker_start(config, judges, &problem) ||
            !server_start(&server, &problem) || !keeper_start(&server, &problem) || !metric_socket_start(&server, &problem)) {
                status = complain(&problem);
        } else {
                log_event(LOG_LEVEL_INFO, "serving", "socket", config->control_socket, NULL);
                end_wait(ends);
        }
        metric_socket_stop();
        keeper_stop();
        server_stop(&server);
        opening_worker_stop();
        page_stop();
        verdict_pool_free(judges);
        return status;
}

int main(int argc, char **argv)
{
        struct config config;
        struct problem problem = {0};
        sigset_t ends;
        signal(SIGPIPE, SIG_IGN);
        mallopt(M_ARENA_MAX, ARENAS);
        mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
        if (!config_load(&argc, argv, USAGE, &config, &problem)) {
                fprintf(stderr, "plid: %s\n", problem.detail);
                return problem.row->exit;
        }
        log_open("plid", config.log_level);
        descriptors_raise();
        sigemptyset(&ends);
        sigaddset(&ends, SIGTERM);
        sigaddset(&ends, SIGINT);
        pthread_sigmask(SIG_BLOCK, &ends, NULL);
        return serve(&config, &ends);
}
