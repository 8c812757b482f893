/* The route table: who may do what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/front/path.h"
#include "gateway/front/route.h"

static void every_row_is_whole(void **state)
{
        (void)state;
        for (size_t i = 0; i < route_count; i++) {
                const struct route *route = &routes[i];
                if (route->handle == NULL || route->summary == NULL || route->summary[0] == '\0')
                        fail_msg("%s %s", route->method, route->path);
                if ((route->body == BODY_STORED) != (route->admit != NULL))
                        fail_msg("%s %s: a stored body needs an admission, and nothing else does", route->method, route->path);
                if ((route->body != BODY_NONE) != (route->limit > 0))
                        fail_msg("%s %s: a body has a limit", route->method, route->path);
                /* A token in the path is a capability: who holds it is who may. A verification keeps nothing. */
                if (strcmp(route->method, "GET") != 0 && route->roles == ANYONE && strstr(route->path, "{token}") == NULL &&
                    strcmp(route->path, "/api/v1/verifications") != 0)
                        fail_msg("%s %s: anyone may change something", route->method, route->path);
        }
}

static void no_row_hides_another(void **state)
{
        (void)state;
        for (size_t i = 0; i < route_count; i++) {
                for (size_t k = i + 1; k < route_count; k++) {
                        if (strcmp(routes[i].path, routes[k].path) == 0 && strcmp(routes[i].method, routes[k].method) == 0)
                                fail_msg("%s %s twice", routes[i].method, routes[i].path);
                }
        }
}

static void a_request_finds_its_row(void **state)
{
        char *variables[4] = {NULL}, allow[128];
        (void)state;
        const struct route *route = route_find("PUT", "/api/v1/deposits/d/envelopes/offre/chunks/256", variables, allow);
        assert_non_null(route);
        assert_int_equal(route->roles, COMPANY);
        assert_int_equal(route->limit, 256 * 262172);
        assert_string_equal(variables[2], "256");
        path_variables_free(variables);
        route = route_find("GET", "/tile/0/x001/067", variables, allow);
        assert_non_null(route);
        route = route_find("POST", "/api/v1/deposits/d/commit", variables, allow);
        assert_true(route != NULL && route->urgent);
        path_variables_free(variables);
}

static void a_wrong_method_is_told_the_right_ones(void **state)
{
        char *variables[4] = {NULL}, allow[128];
        (void)state;
        assert_null(route_find("DELETE", "/api/v1/consultations", variables, allow));
        assert_string_equal(allow, "GET, HEAD, POST");
        assert_null(route_find("GET", "/api/v1/nothing", variables, allow));
        assert_string_equal(allow, "");
        assert_null(variables[0]);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_row_is_whole),
                cmocka_unit_test(no_row_hides_another),
                cmocka_unit_test(a_request_finds_its_row),
                cmocka_unit_test(a_wrong_method_is_told_the_right_ones),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
