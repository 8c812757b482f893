/* The OpenAPI document is whole: every route, every reference, every name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/front/openapi.h"
#include "gateway/front/route.h"

static json_t *document;

static int make(void **state)
{
        (void)state;
        document = openapi_make("https://pli.test");
        return document != NULL ? 0 : -1;
}

static int drop(void **state)
{
        (void)state;
        json_decref(document);
        return 0;
}

static void every_route_is_an_operation(void **state)
{
        size_t operations = 0;
        const char *path, *method;
        json_t *item, *operation;
        (void)state;
        json_object_foreach(json_object_get(document, "paths"), path, item)
        {
                json_object_foreach(item, method, operation) operations++;
        }
        assert_int_equal(operations, route_count);
}

static void references_check(const json_t *value)
{
        const char *key, *target = json_string_value(json_object_get(value, "$ref"));
        size_t at;
        json_t *inner;
        if (target != NULL) {
                assert_int_equal(strncmp(target, "#/components/schemas/", 21), 0);
                if (json_object_get(json_object_get(json_object_get(document, "components"), "schemas"), target + 21) == NULL)
                        fail_msg("%s is not there", target);
        }
        json_object_foreach((json_t *)value, key, inner) references_check(inner);
        json_array_foreach(value, at, inner) references_check(inner);
}

static void every_reference_leads_somewhere(void **state)
{
        (void)state;
        references_check(document);
}

static void names_of_operations_are_unique_and_variables_are_declared(void **state)
{
        json_t *seen = json_object(), *item, *operation, *parameter;
        const char *path, *method;
        size_t at;
        (void)state;
        json_object_foreach(json_object_get(document, "paths"), path, item)
        {
                json_object_foreach(item, method, operation)
                {
                        const char *name = json_string_value(json_object_get(operation, "operationId"));
                        if (json_object_get(seen, name) != NULL)
                                fail_msg("%s twice", name);
                        json_object_set_new(seen, name, json_true());
                        size_t wanted = 0, declared = 0;
                        for (const char *c = path; *c != '\0'; c++)
                                wanted += *c == '{';
                        json_array_foreach(json_object_get(operation, "parameters"), at, parameter)
                        {
                                declared += strcmp(json_string_value(json_object_get(parameter, "in")), "path") == 0;
                        }
                        if (wanted != declared)
                                fail_msg("%s %s declares %zu of %zu variables", method, path, declared, wanted);
                }
        }
        json_decref(seen);
}

/* A shape or query for a path that no route has says nothing to anyone. */
static void every_shape_and_query_has_its_route(void **state)
{
        static const struct {
                const char *method, *path;
        } rows[] = {
#define SCHEMA(name, ...)
#define SHAPE(method, path, request, answer) {method, path},
#define QUERY(path, name, text) {"GET", path},
#include "gateway/front/schema_table.h"
        };
        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                size_t k = 0;
                while (k < route_count &&
                       (strcmp(routes[k].path, rows[i].path) != 0 || strcmp(routes[k].method, rows[i].method) != 0))
                        k++;
                if (k == route_count)
                        fail_msg("%s %s", rows[i].method, rows[i].path);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_route_is_an_operation),
                cmocka_unit_test(every_reference_leads_somewhere),
                cmocka_unit_test(names_of_operations_are_unique_and_variables_are_declared),
                cmocka_unit_test(every_shape_and_query_has_its_route),
        };
        return cmocka_run_group_tests(tests, make, drop);
}
