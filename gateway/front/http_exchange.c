/*
 * http_exchange.c - the life of a request.
 */
#include "gateway/front/http_exchange.h"

#include <assert.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "gateway/core/log.h"
#include "gateway/front/http_job.h"
#include "gateway/front/instant.h"
#include "gateway/front/keeper.h"
#include "gateway/front/path.h"
#include "gateway/front/tally.h"

static void id_make(char id[17])
{
        uint64_t number = 0;
        if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
                number = (uint64_t)instant_here();
        snprintf(id, 17, "%016" PRIx64, number);
}

struct exchange *exchange_new(struct server *server, const char *uri)
{
        struct exchange *exchange = calloc(1, sizeof(*exchange));
        if (exchange == NULL)
                return NULL;
        exchange->uri = strdup(uri);
        if (exchange->uri == NULL) {
                free(exchange);
                return NULL;
        }
        exchange->uri_end = uri + strlen(uri);
        exchange->uri[strcspn(exchange->uri, "?")] = '\0';
        pthread_mutex_init(&exchange->lock, NULL);
        id_make(exchange->id);
        exchange->server = server;
        exchange->began = instant_ticks();
        exchange->body.first_byte = instant_here();
        exchange->request.id = exchange->id;
        exchange->request.path = exchange->uri;
        exchange->request.method = "";
        exchange->request.language = "fr";
        exchange->request.judges = server->judges;
        exchange->request.config = server->config;
        exchange->request.http = exchange;
        atomic_fetch_add(&server->exchanges, 1);
        return exchange;
}

void exchange_free(struct exchange *exchange)
{
        atomic_fetch_sub(&exchange->server->exchanges, 1);
        body_close(exchange);
        reply_free(&exchange->reply);
        path_variables_free(exchange->request.variables);
        caller_free(exchange->caller);
        pthread_mutex_destroy(&exchange->lock);
        free(exchange->uri);
        free(exchange);
}

void exchange_suspend_locked(struct exchange *exchange)
{
        assert(!exchange->suspended);
        exchange->suspended = true;
        MHD_suspend_connection(exchange->connection);
}

void exchange_suspend(struct exchange *exchange)
{
        pthread_mutex_lock(&exchange->lock);
        exchange_suspend_locked(exchange);
        pthread_mutex_unlock(&exchange->lock);
}

void exchange_resume(struct exchange *exchange)
{
        pthread_mutex_lock(&exchange->lock);
        if (exchange->suspended && exchange->connection != NULL) {
                exchange->suspended = false;
                MHD_resume_connection(exchange->connection);
        }
        pthread_mutex_unlock(&exchange->lock);
}

/* Behind all that wait already. */
void exchange_list(struct exchange_list *list, struct exchange *exchange)
{
        if (list->last == NULL)
                list->last = &list->first;
        exchange->next = NULL;
        exchange->link = list->last;
        *list->last = exchange;
        list->last = &exchange->next;
}

void exchange_unlist(struct exchange_list *list, struct exchange *exchange)
{
        if (exchange->link == NULL)
                return;
        *exchange->link = exchange->next;
        if (exchange->next != NULL)
                exchange->next->link = exchange->link;
        else
                list->last = exchange->link;
        exchange->link = NULL;
}

/* ---- the end ---- */

static void exchange_log(const struct exchange *exchange, const char *ended)
{
        const struct request *request = &exchange->request;
        char status[16], milliseconds[24], bytes[24];
        snprintf(status, sizeof(status), "%d", exchange->reply.status);
        snprintf(milliseconds, sizeof(milliseconds), "%" PRId64, instant_ticks() - exchange->began);
        snprintf(bytes, sizeof(bytes), "%" PRIu64, exchange->body.bytes);
        log_request(exchange->id);
        log_event(LOG_LEVEL_INFO, "request", "method", request->method, "path", request->path, "status", status, "milliseconds",
                  milliseconds, "bytes", bytes, "peer", exchange->caller->peer.address, "party", request->party.id, "ended", ended,
                  NULL);
        log_request(NULL);
}

void exchange_close(struct exchange *exchange, const char *ended)
{
        if (exchange->caller != NULL) {
                exchange_log(exchange, ended);
                keeper_note(exchange->route, exchange->reply.status, instant_ticks() - exchange->began);
                tally_note(exchange->route, exchange->reply.status, instant_ticks() - exchange->began);
        }
        pthread_mutex_lock(&exchange->lock);
        exchange->connection = NULL;
        bool evidence = exchange->admitted && exchange->stage != STAGE_ANSWERED;
        exchange->orphan = evidence && exchange->body.in_flight > 0;
        bool orphan = exchange->orphan;
        pthread_mutex_unlock(&exchange->lock);
        if (orphan)
                return; /* the storer of its last chunk goes on with it */
        if (evidence)
                exchange_record(exchange);
        else
                exchange_free(exchange);
}
