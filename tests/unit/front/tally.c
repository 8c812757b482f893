/* What the front counts of its own answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/front/tally.h"

static void routes_are_counted_by_class_and_their_times_add_up(void **state)
{
        (void)state;
        char *text = NULL;
        size_t size = 0;
        tally_note(&routes[0], 200, 3);
        tally_note(&routes[0], 204, 5);
        tally_note(&routes[0], 503, 20000);
        tally_note(NULL, 0, 1);
        FILE *out = open_memstream(&text, &size);
        assert_non_null(out);
        tally_write(out);
        fclose(out);
        char name[256], line[512];
        snprintf(name, sizeof name, "{method=\"%s\",route=\"%s\"", routes[0].method, routes[0].path);
        static const struct {
                const char *head, *tail;
        } lines[] = {{"requests_total", ",status=\"2xx\"} 2\n"},
                     {"requests_total", ",status=\"5xx\"} 1\n"},
                     {"request_seconds_bucket", ",le=\"0.005\"} 2\n"},
                     {"request_seconds_bucket", ",le=\"10\"} 2\n"},
                     {"request_seconds_bucket", ",le=\"+Inf\"} 3\n"},
                     {"request_seconds_sum", "} 20.008\n"},
                     {"request_seconds_count", "} 3\n"}};
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
                snprintf(line, sizeof line, "pli_http_%s%s%s", lines[i].head, name, lines[i].tail);
                assert_non_null(strstr(text, line));
        }
        assert_non_null(strstr(text, "pli_http_requests_total{method=\"\",route=\"\",status=\"none\"} 1\n"));
        assert_null(strstr(text, routes[1].path));
        free(text);
}

static void every_route_has_its_own_row(void **state)
{
        (void)state;
        assert_true(route_count <= 512);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(routes_are_counted_by_class_and_their_times_add_up),
                cmocka_unit_test(every_route_has_its_own_row),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
