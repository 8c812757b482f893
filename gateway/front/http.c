/*
 * http.c - GNU libmicrohttpd: its daemon, and what it tells us. The library's
 * threads only move bytes and start jobs; everything that can wait is done by
 * workers while the connection is suspended.
 */
#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/core/config.h"
#include "gateway/core/log.h"
#include "gateway/front/http_exchange.h"
#include "gateway/front/http_head.h"
#include "gateway/front/http_job.h"
#include "gateway/front/instant.h"
#include "gateway/front/store.h"

enum {
        LIBRARY_THREADS = 2,
        CONNECTION_MEMORY = 32768, /* all of it is touched once a connection has had an answer */
        IDLE_SECONDS = 120,
        CONNECTIONS_MOST = 200000, /* the edge counts; this only has to be more */
        STORERS = 2,
        QUEUE_LONGEST = 4096,
        TICK = 250,                /* milliseconds */
        SHORT_TICKS = 4,           /* of memory being short before stalled uploads are dropped */
        STALL_MILLISECONDS = 5000, /* without a step forward (http_body.c) while holding memory that others wait for */
        ENDING_MILLISECONDS = 25000
};

/* ---- one request ---- */

/* The request line has come; the rest of the head is parsed by the library. */
static void *line_came(void *context, const char *uri, struct MHD_Connection *connection)
{
        (void)connection;
        return exchange_new(context, uri);
}

static struct caller *caller_of(struct MHD_Connection *connection)
{
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
        return info != NULL ? info->socket_context : NULL;
}

/* An answer before the body was read ends the connection: the library throws the rest away. */
static enum MHD_Result head_refuse(struct exchange *exchange, const struct problem *problem)
{
        const char *length = http_header(&exchange->request, "Content-Length");
        bool body = http_header(&exchange->request, "Transfer-Encoding") != NULL || (length != NULL && strcmp(length, "0") != 0);
        exchange->reply.closing = body || problem->row->status == 400; /* after a doubtful head, where would the next one start? */
        exchange->stage = STAGE_ANSWERED;
        http_answer_problem(&exchange->request, problem);
        return reply_send(exchange) ? MHD_YES : MHD_NO;
}

static enum MHD_Result head_came(struct exchange *exchange, struct MHD_Connection *connection, const char *method,
                                 const char *version)
{
        struct problem problem = {0};
        exchange->connection = connection;
        exchange->caller = caller_of(connection);
        if (exchange->caller == NULL)
                return MHD_NO;
        caller_hold(exchange->caller);
        atomic_store(&exchange->caller->header_until, 0);
        atomic_store(&exchange->caller->busy, true);
        exchange->request.method = method;
        exchange->request.peer = exchange->caller->peer.evidence;
        if (!head_read(exchange, version, &problem))
                return head_refuse(exchange, &problem);
        if (exchange->route->body == BODY_STORED) {
                exchange_suspend(exchange);
                exchange_admit(exchange);
                return MHD_YES;
        }
        exchange->stage = STAGE_RECEIVING;
        return body_open(exchange) ? MHD_YES : MHD_NO;
}

static enum MHD_Result body_came(struct exchange *exchange, const char *data, size_t *size)
{
        if (*size > 0)
                return body_take(exchange, data, size) == BODY_BROKEN ? MHD_NO : MHD_YES;
        switch (body_end(exchange)) {
        case BODY_BROKEN:
                return MHD_NO;
        case BODY_SUSPENDED:
                return MHD_YES;
        case BODY_MORE:
                break;
        }
        exchange_suspend(exchange);
        exchange_run(exchange);
        return MHD_YES;
}

static enum MHD_Result access_came(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                                   const char *version, const char *data, size_t *size, void **state)
{
        struct exchange *exchange = *state;
        (void)context;
        (void)url;
        if (exchange == NULL || (exchange->caller != NULL && atomic_load(&exchange->caller->dropped)))
                return MHD_NO;
        switch (exchange->stage) {
        case STAGE_HEAD:
                return head_came(exchange, connection, method, version);
        case STAGE_ADMITTED:
                exchange->stage = STAGE_RECEIVING;
                return body_open(exchange) ? MHD_YES : MHD_NO;
        case STAGE_RECEIVING:
                return body_came(exchange, data, size);
        case STAGE_ANSWERED:
                break;
        }
        return reply_send(exchange) ? MHD_YES : MHD_NO;
}

static void request_ended(void *context, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode code)
{
        static const char *const ends[] = {"answered", "error", "timeout", "shutdown", "reset", "abort"};
        struct exchange *exchange = *state;
        struct caller *caller = caller_of(connection);
        (void)context;
        if (caller != NULL)
                caller_expect(caller);
        if (exchange != NULL)
                exchange_close(exchange, (size_t)code < sizeof(ends) / sizeof(ends[0]) ? ends[code] : "error");
        *state = NULL;
}

/* ---- one connection ---- */

static void connection_changed(void *context, struct MHD_Connection *connection, void **state,
                               enum MHD_ConnectionNotificationCode code)
{
        struct server *server = context;
        if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
                if (*state == NULL)
                        return;
                callers_remove(&server->callers, *state);
                caller_free(*state);
                *state = NULL;
                return;
        }
        const union MHD_ConnectionInfo *address = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
        const struct sockaddr_un *carrier = (const struct sockaddr_un *)(const void *)address->client_addr;
        struct caller *caller;
        memcpy(&caller, carrier->sun_path, sizeof(caller));
        *state = caller;
        callers_add(&server->callers, caller, MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
}

/* ---- the daemon ---- */

/* It complains of TCP options on our unix sockets, three lines a connection. */
static void library_log(void *context, const char *format, va_list arguments)
{
        char text[512];
        (void)context;
        vsnprintf(text, sizeof(text), format, arguments);
        text[strcspn(text, "\n")] = '\0';
        log_event(LOG_LEVEL_DEBUG, "http-library", "text", text, NULL);
}

static void *sweep(void *context)
{
        struct server *server = context;
        unsigned short_ticks = 0;
        while (!atomic_load(&server->ending)) {
                poll(NULL, 0, TICK);
                callers_sweep(&server->callers);
                pthread_mutex_lock(&server->lock);
                bool waiting = server->short_of_memory.first != NULL;
                pthread_mutex_unlock(&server->lock);
                short_ticks = waiting && budget_spent(server->budget) ? short_ticks + 1 : 0;
                if (short_ticks >= SHORT_TICKS)
                        callers_drop_stalled(&server->callers, STALL_MILLISECONDS);
                memory_wake(server, true);
        }
        return NULL;
}

static bool daemon_start(struct server *server)
{
        const unsigned flags =
                MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG;
        /* clang-format off */
        server->daemon = MHD_start_daemon(flags, 0, NULL, NULL, access_came, server,
                                          MHD_OPTION_EXTERNAL_LOGGER, library_log, NULL, /* first: it has its say on the rest */
                                          MHD_OPTION_THREAD_POOL_SIZE, (unsigned)LIBRARY_THREADS,
                                          MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
                                          MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MOST,
                                          MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
                                          MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
                                          MHD_OPTION_STRICT_FOR_CLIENT, -1, /* the gate is stricter, and says why */
                                          MHD_OPTION_URI_LOG_CALLBACK, line_came, server,
                                          MHD_OPTION_NOTIFY_COMPLETED, request_ended, server,
                                          MHD_OPTION_NOTIFY_CONNECTION, connection_changed, server,
                                          MHD_OPTION_END);
        /* clang-format on */
        return server->daemon != NULL;
}

static bool threads_start(struct server *server)
{
        return pthread_create(&server->listener, NULL, wait_listen, server) == 0 && ++server->threads &&
               pthread_create(&server->sweeper, NULL, sweep, server) == 0 && ++server->threads &&
               pthread_create(&server->receiver, NULL, control_receive, server) == 0 && ++server->threads;
}

bool server_start(struct server *server, struct problem *problem)
{
        const struct config *config = server->config;
        pthread_mutex_init(&server->lock, NULL);
        pthread_mutex_init(&server->callers.lock, NULL);
        server->control = -1;
        server->budget = budget_new((size_t)config->chunk_memory, 262172);
        server->store = store_open(server->conninfo, STORERS);
        server->work = work_open(server->conninfo, (unsigned)config->workers, QUEUE_LONGEST);
        if (server->budget == NULL || server->store == NULL || server->work == NULL || !daemon_start(server))
                return problem_set(problem, "internal", "the HTTP library could not be started");
        if (!control_listen(server, problem))
                return false;
        return threads_start(server) || problem_set(problem, "internal", "no thread could be started");
}

static void exchanges_wait(struct server *server, int64_t milliseconds)
{
        int64_t end = instant_ticks() + milliseconds;
        while (atomic_load(&server->exchanges) > 0 && instant_ticks() < end) {
                memory_wake(server, true);
                poll(NULL, 0, TICK / 10);
        }
}

void server_stop(struct server *server)
{
        atomic_store(&server->ending, true);
        if (server->threads > 2)
                pthread_join(server->receiver, NULL);
        if (server->threads > 1)
                pthread_join(server->sweeper, NULL);
        if (server->threads > 0)
                pthread_join(server->listener, NULL);
        callers_drop(&server->callers, false);
        exchanges_wait(server, ENDING_MILLISECONDS);
        callers_drop(&server->callers, true);
        exchanges_wait(server, ENDING_MILLISECONDS);
        if (server->daemon != NULL)
                MHD_stop_daemon(server->daemon);
        work_close(server->work);
        store_close(server->store);
        budget_free(server->budget);
}
