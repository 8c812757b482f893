/* openapi.c - one operation a row of routes[]. */
#include "gateway/front/openapi.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "gateway/core/config.h"
#include "gateway/front/role.h"
#include "gateway/front/route.h"

static const struct {
        const char *name, *json;
} schemas[] = {
#define SCHEMA(name, ...) {#name, #__VA_ARGS__},
#define SHAPE(method, path, request, answer)
#define QUERY(path, name, text)
#include "gateway/front/schema_table.h"
#undef SCHEMA
#undef SHAPE
#undef QUERY
};

/* The shapes of a route's body and answer; "" where it is any object. */
static const struct {
        const char *method, *path, *request, *answer;
} shapes[] = {
#define SCHEMA(name, ...)
#define SHAPE(method, path, request, answer) {method, path, request, answer},
#define QUERY(path, name, text)
#include "gateway/front/schema_table.h"
#undef SCHEMA
#undef SHAPE
#undef QUERY
};

static const struct {
        const char *path, *name, *text;
} queries[] = {
#define SCHEMA(name, ...)
#define SHAPE(method, path, request, answer)
#define QUERY(path, name, text) {path, name, text},
#include "gateway/front/schema_table.h"
#undef SCHEMA
#undef SHAPE
#undef QUERY
};

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static json_t *reference(const char *name)
{
        char path[96];
        snprintf(path, sizeof(path), "#/components/schemas/%s", name);
        return *name != '\0' ? json_pack("{s:s}", "$ref", path) : json_pack("{s:s}", "type", "object");
}

/* "get" of "/api/v1/consultations/{consultation}/publish" is getConsultationsPublish with its variables' names. */
static void operation_name(const struct route *route, char out[128])
{
        size_t used = 0;
        for (const char *at = route->method; *at != '\0' && used < 16; at++)
                out[used++] = (char)tolower((unsigned char)*at);
        bool upper = true;
        const char *path = strncmp(route->path, "/api/v1/", 8) == 0 ? route->path + 8 : route->path;
        for (; *path != '\0' && used < 126; path++) {
                if (isalnum((unsigned char)*path)) {
                        out[used++] = upper ? (char)toupper((unsigned char)*path) : *path;
                        upper = false;
                } else {
                        upper = true;
                }
        }
        out[used] = '\0';
}

static const char *tag_of(const char *path, char out[64])
{
        const char *from = strncmp(path, "/api/v1/", 8) == 0 ? path + 8 : path + 1;
        size_t length = strcspn(from, "/?{.");
        snprintf(out, 64, "%.*s", length > 0 ? (int)length : 4, length > 0 ? from : "page");
        return out;
}

/* Every {variable} of the path, and the query's. '*' stands for the rest of a path. */
static json_t *parameters_of(const struct route *route)
{
        json_t *list = json_array();
        for (const char *at = route->path; (at = strchr(at, '{')) != NULL; at++) {
                char name[40];
                snprintf(name, sizeof(name), "%.*s", (int)strcspn(at + 1, "}"), at + 1);
                json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:{s:s}}", "name", name, "in", "path", "required", 1,
                                                      "schema", "type", "string"));
        }
        if (strchr(route->path, '*') != NULL)
                json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:{s:s}}", "name", "rest", "in", "path", "required", 1,
                                                      "schema", "type", "string"));
        for (size_t i = 0; i < COUNT(queries); i++)
                if (strcmp(queries[i].path, route->path) == 0 && strcmp(route->method, "GET") == 0)
                        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:{s:s}}", "name", queries[i].name, "in", "query",
                                                              "description", queries[i].text, "schema", "type", "string"));
        return list;
}

static json_t *body_of(const struct route *route, const char *shape)
{
        if (route->body == BODY_MEMORY)
                return json_pack("{s:b, s:{s:{s:o}}}", "required", *shape != '\0', "content", "application/json", "schema",
                                 reference(shape));
        return json_pack("{s:b, s:{s:{s:{s:s, s:s}}}}", "required", 1, "content", "application/octet-stream", "schema", "type",
                         "string", "format", "binary");
}

static json_t *answers_of(const struct route *route, const char *shape)
{
        json_t *answers = json_object(), *good = json_pack("{s:s}", "description", route->summary);
        if (*shape != '\0')
                json_object_set_new(good, "content", json_pack("{s:{s:o}}", "application/json", "schema", reference(shape)));
        json_object_set_new(answers, "2XX", good);
        json_object_set_new(answers, "default",
                            json_pack("{s:s, s:{s:{s:o}}}", "description", "A problem (RFC 9457)", "content",
                                      "application/problem+json", "schema", reference("Problem")));
        return answers;
}

static json_t *operation_of(const struct route *route)
{
        char name[128], tag[64];
        const char *request = "", *answer = "";
        for (size_t i = 0; i < COUNT(shapes); i++) {
                if (strcmp(shapes[i].method, route->method) == 0 && strcmp(shapes[i].path, route->path) == 0) {
                        request = shapes[i].request;
                        answer = shapes[i].answer;
                }
        }
        operation_name(route, name);
        json_t *operation =
                json_pack("{s:s, s:s, s:[s], s:o, s:o}", "operationId", name, "summary", route->summary, "tags",
                          tag_of(route->path, tag), "parameters", parameters_of(route), "responses", answers_of(route, answer));
        if (route->body != BODY_NONE) {
                json_object_set_new(operation, "requestBody", body_of(route, request));
                json_object_set_new(operation, "x-limit", json_integer((json_int_t)route->limit));
        }
        json_object_set_new(operation, "security", route->roles == ANYONE ? json_array() : json_pack("[{s:[]}]", "certificate"));
        json_object_set_new(operation, "x-roles", role_names(route->roles));
        return operation;
}

static json_t *paths_make(void)
{
        json_t *paths = json_object();
        for (size_t i = 0; i < route_count; i++) {
                char path[160], method[8] = "";
                size_t length = strcspn(routes[i].path, "*");
                snprintf(path, sizeof(path), "%.*s%s", (int)length, routes[i].path, routes[i].path[length] == '*' ? "{rest}" : "");
                for (size_t k = 0; routes[i].method[k] != '\0' && k + 1 < sizeof(method); k++)
                        method[k] = (char)tolower((unsigned char)routes[i].method[k]);
                json_t *item = json_object_get(paths, path);
                if (item == NULL) {
                        item = json_object();
                        json_object_set_new(paths, path, item);
                }
                json_object_set_new(item, method, operation_of(&routes[i]));
        }
        return paths;
}

json_t *openapi_make(const char *url)
{
        json_t *components = json_object();
        for (size_t i = 0; i < COUNT(schemas); i++) {
                json_t *schema = json_loads(schemas[i].json, 0, NULL);
                assert(schema != NULL); /* a row of schema_table.h is no JSON */
                json_object_set_new(components, schemas[i].name, schema);
        }
        return json_pack("{s:s, s:{s:s, s:s, s:s}, s:[{s:s}], s:o, s:{s:o, s:{s:{s:s, s:s}}}}", "openapi", "3.1.0", "info", "title",
                         "Pli", "version", PLI_VERSION, "summary", "Secure exchange and procurement gateway", "servers", "url", url,
                         "paths", paths_make(), "components", "schemas", components, "securitySchemes", "certificate", "type",
                         "mutualTLS", "description", "A client certificate that is enrolled, on the certificate's server name");
}

enum answer openapi_show(struct request *request)
{
        http_answer_header(request, "Cache-Control", "public, max-age=300");
        http_answer_header(request, "Access-Control-Allow-Origin", "*");
        return http_answer_json(request, 200, openapi_make(request->config->public_url));
}
