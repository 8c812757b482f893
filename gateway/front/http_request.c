/*
 * http_request.c - what a handler asks about its request.
 */
#include <inttypes.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/front/http_exchange.h"
#include "gateway/front/instant.h"

static const char *value_find(const struct request *request, enum MHD_ValueKind kind, const char *name)
{
        struct exchange *exchange = request->http;
        return exchange->connection != NULL ? MHD_lookup_connection_value(exchange->connection, kind, name) : NULL;
}

const char *http_header(const struct request *request, const char *name)
{
        return value_find(request, MHD_HEADER_KIND, name);
}

const char *http_query(const struct request *request, const char *name)
{
        return value_find(request, MHD_GET_ARGUMENT_KIND, name);
}

int64_t http_query_integer(const struct request *request, const char *name, int64_t fallback, int64_t least, int64_t most)
{
        const char *text = http_query(request, name);
        char *end = NULL;
        if (text == NULL || *text == '\0')
                return fallback;
        int64_t value = strtoll(text, &end, 10);
        if (*end != '\0')
                return fallback;
        return value < least ? least : value > most ? most : value;
}

json_t *http_json(const struct request *request, struct problem *problem)
{
        json_error_t error = {.text = "it is empty"};
        json_t *value = NULL;
        if (request->body_size > 0)
                value = json_loadb((const char *)request->body, request->body_size, JSON_REJECT_DUPLICATES, &error);
        if (json_is_object(value))
                return value;
        if (value != NULL)
                problem_set(problem, "json-malformed", "the body is not an object");
        else
                problem_set(problem, "json-malformed", "line %d, column %d: %s", error.line, error.column, error.text);
        json_decref(value);
        return NULL;
}

bool http_instant(const struct request *request, char at[40])
{
        const struct exchange *exchange = request->http;
        instant_text(exchange->body.first_byte, at);
        return instant_known();
}

bool http_waited(const struct request *request)
{
        const struct exchange *exchange = request->http;
        return exchange->wait_until != 0 && instant_ticks() >= exchange->wait_until;
}
