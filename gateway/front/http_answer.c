/*
 * http_answer.c - answers: kept by the handler's thread, sent by the library's.
 */
#include <assert.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateway/front/http_exchange.h"

static struct reply *reply_of(struct request *request)
{
        struct exchange *exchange = request->http;
        return &exchange->reply;
}

/* Takes the data. */
static enum answer reply_set(struct request *request, int status, const char *media_type, void *data, size_t size)
{
        struct reply *reply = reply_of(request);
        assert(reply->status == 0);
        reply->status = status;
        reply->media_type = media_type != NULL ? strdup(media_type) : NULL;
        reply->data = data;
        reply->size = size;
        return ANSWERED;
}

enum answer http_answer_json(struct request *request, int status, json_t *taken)
{
        char *text = taken != NULL ? json_dumps(taken, JSON_COMPACT) : NULL;
        json_decref(taken);
        if (text == NULL) {
                struct problem problem = {0};
                problem_set(&problem, "internal", "the answer could not be written");
                return http_answer_problem(request, &problem);
        }
        return reply_set(request, status, "application/json", text, strlen(text));
}

enum answer http_answer_bytes(struct request *request, int status, const char *media_type, const void *data, size_t size)
{
        void *copy = malloc(size > 0 ? size : 1);
        if (copy == NULL)
                return http_answer_none(request, 500);
        if (size > 0)
                memcpy(copy, data, size);
        return reply_set(request, status, media_type, copy, size);
}

enum answer http_answer_none(struct request *request, int status)
{
        return reply_set(request, status, NULL, NULL, 0);
}

enum answer http_answer_problem(struct request *request, const struct problem *problem)
{
        char instance[64];
        assert(problem->row != NULL);
        snprintf(instance, sizeof(instance), "urn:pli:request:%s", request->id);
        json_t *object = problem_json(problem, request->language, instance);
        char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
        json_decref(object);
        if (problem->row->status == 503)
                http_answer_header(request, "Retry-After", "3");
        if (problem->row->status == 401) /* RFC 9110 11.6.1 wants one; TLS has no registered scheme */
                http_answer_header(request, "WWW-Authenticate", "ClientCertificate");
        return reply_set(request, problem->row->status, "application/problem+json", text, text != NULL ? strlen(text) : 0);
}

void http_answer_header(struct request *request, const char *name, const char *value)
{
        struct reply *reply = reply_of(request);
        assert(reply->header_count < REPLY_HEADERS);
        if (strpbrk(value, "\r\n") != NULL || strpbrk(name, "\r\n") != NULL)
                return;
        reply->headers[reply->header_count].name = strdup(name);
        reply->headers[reply->header_count].value = strdup(value);
        reply->header_count++;
}

void reply_free(struct reply *reply)
{
        for (size_t i = 0; i < reply->header_count; i++) {
                free(reply->headers[i].name);
                free(reply->headers[i].value);
        }
        free(reply->media_type);
        free(reply->data);
        free(reply->block);
        if (reply->source.close != NULL)
                reply->source.close(reply->source.context);
        *reply = (struct reply){0};
}

/* ---- sending ---- */

static bool header_said(const struct reply *reply, const char *name)
{
        for (size_t i = 0; i < reply->header_count; i++) {
                if (strcasecmp(reply->headers[i].name, name) == 0)
                        return true;
        }
        return false;
}

static void headers_add(struct exchange *exchange, struct MHD_Response *response)
{
        static const struct {
                const char *name, *value;
        } usual[] = {
                {"Cache-Control", "no-store"},
                {"Strict-Transport-Security", "max-age=31536000"},
                {"X-Content-Type-Options", "nosniff"},
                {"Referrer-Policy", "no-referrer"},
                {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
        };
        const struct reply *reply = &exchange->reply;
        MHD_add_response_header(response, "Request-Id", exchange->id);
        if (reply->media_type != NULL)
                MHD_add_response_header(response, "Content-Type", reply->media_type);
        for (size_t i = 0; i < reply->header_count; i++)
                MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
        for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
                if (!header_said(reply, usual[i].name))
                        MHD_add_response_header(response, usual[i].name, usual[i].value);
        }
        if (reply->closing || atomic_load(&exchange->server->ending))
                MHD_add_response_header(response, "Connection", "close");
}

bool reply_send(struct exchange *exchange)
{
        struct reply *reply = &exchange->reply;
        struct MHD_Response *response;
        if (reply->source.next != NULL) {
                response = stream_response(exchange);
        } else {
                response = MHD_create_response_from_buffer(reply->size, reply->data, MHD_RESPMEM_MUST_FREE);
                if (response != NULL)
                        reply->data = NULL;
        }
        if (response == NULL)
                return false;
        headers_add(exchange, response);
        bool sent = MHD_queue_response(exchange->connection, (unsigned)reply->status, response) == MHD_YES;
        MHD_destroy_response(response);
        return sent;
}
