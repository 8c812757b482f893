/*
 * http_head.c - the head of a request, as the library parsed it and as it lies
 * in the library's memory: method, URI, version and headers one behind the other,
 * with NULs where the blanks and line ends stood.
 */
#include "gateway/front/http_head.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateway/front/gate.h"
#include "gateway/front/http_exchange.h"

static const char *language_of(const char *accepted)
{
        if (accepted == NULL)
                return "fr";
        const char *french = strstr(accepted, "fr"), *english = strstr(accepted, "en");
        return english != NULL && (french == NULL || english < french) ? "en" : "fr";
}

struct headers {
        struct gate_header rows[GATE_HEADERS];
        size_t count;
        bool many, plain;
        const char *end; /* where the next line must start */
};

/* A line that does not start right behind the last one had a NUL in it, was folded (RFC 9112 5.2), or ended without CR (2.2). */
static enum MHD_Result header_take(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
        struct headers *headers = context;
        (void)kind;
        if (headers->count == GATE_HEADERS) {
                headers->many = true;
                return MHD_NO;
        }
        if (headers->end != NULL && name != headers->end + 2)
                headers->plain = false;
        if (value == NULL)
                value = "";
        headers->end = value + strlen(value);
        headers->rows[headers->count++] = (struct gate_header){.name = name, .value = value};
        return MHD_YES;
}

static bool head_check(struct exchange *exchange, const char *version, struct problem *problem)
{
        struct headers headers = {.plain = version == exchange->uri_end + 1};
        struct MHD_Connection *connection = exchange->connection;
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
        MHD_get_connection_values(connection, MHD_HEADER_KIND, header_take, &headers);
        if (headers.many || info->header_size > GATE_HEADER_BYTES)
                return problem_set(problem, "header-too-large", "at most %d headers in %d bytes", GATE_HEADERS, GATE_HEADER_BYTES);
        const char *end = exchange->request.method + info->header_size;
        if (!headers.plain || (headers.end != NULL && headers.end + 4 != end))
                return problem_set(problem, "request-malformed",
                                   "a line has a NUL, is folded or ends without CR LF (RFC 9112 2.2, 5.2)");
        return gate_check(headers.rows, headers.count, exchange->caller->peer.name, problem);
}

static bool route_choose(struct exchange *exchange, struct problem *problem)
{
        struct request *request = &exchange->request;
        char allow[128];
        const char *method = strcmp(request->method, "HEAD") == 0 ? "GET" : request->method;
        exchange->route = route_find(method, request->path, request->variables, allow);
        if (exchange->route != NULL)
                return true;
        if (allow[0] == '\0')
                return problem_set(problem, "not-found", "nothing is served at this address");
        http_answer_header(request, "Allow", allow);
        return problem_set(problem, "method-not-allowed", "%s is served here", allow);
}

/* All that can be refused before a byte of the body is read. */
static bool head_allow(struct exchange *exchange, struct problem *problem)
{
        const struct route *route = exchange->route;
        const struct peer *peer = &exchange->caller->peer;
        const char *length = http_header(&exchange->request, "Content-Length");
        if (route->roles != ANYONE && !peer->certified)
                return problem_set(problem, "certificate-required", "no client certificate was shown");
        if (route->body != BODY_NONE && length != NULL && strtoull(length, NULL, 10) > route->limit)
                return problem_set(problem, "body-too-large", "at most %llu bytes", (unsigned long long)route->limit);
        if (work_full(exchange->server->work, route->urgent, exchange->caller->line) || atomic_load(&exchange->server->ending))
                return problem_set(problem, "busy", "more requests are waiting than can be served soon");
        return true;
}

/* RFC 9112 3.2.2: the absolute form is taken too, where it names the host that Host names. */
static bool path_choose(struct exchange *exchange, struct problem *problem)
{
        const char *host = http_header(&exchange->request, "Host");
        const char *scheme = strstr(exchange->uri, "://");
        if (exchange->uri[0] == '/')
                return true;
        const char *authority = scheme != NULL ? scheme + 3 : "";
        size_t size = strcspn(authority, "/");
        if (strncasecmp(exchange->uri, "http", 4) != 0 || strlen(host) != size || strncasecmp(host, authority, size) != 0)
                return problem_set(problem, "request-malformed", "the target is no path, nor a URL of this host (RFC 9112 3.2)");
        exchange->request.path = authority[size] == '/' ? authority + size : "/";
        return true;
}

bool head_read(struct exchange *exchange, const char *version, struct problem *problem)
{
        exchange->request.language = language_of(http_header(&exchange->request, "Accept-Language"));
        return head_check(exchange, version, problem) && path_choose(exchange, problem) && route_choose(exchange, problem) &&
               head_allow(exchange, problem);
}
