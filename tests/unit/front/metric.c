/* The text that Prometheus reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/front/metric.h"

static void names_are_told_once_and_labels_are_escaped(void **state)
{
        (void)state;
        char *text = NULL;
        size_t size = 0;
        json_t *metrics = json_loads(
                "[{\"name\":\"a\",\"kind\":\"gauge\",\"help\":\"An a\",\"value\":3,\"labels\":{}},"
                "{\"name\":\"b\",\"kind\":\"counter\",\"help\":\"A b\",\"value\":1.5,\"labels\":{\"x\":\"q\\\"\\\\\\n\"}},"
                "{\"name\":\"b\",\"kind\":\"counter\",\"help\":\"A b\",\"value\":12345678901,\"labels\":{\"x\":\"2\",\"y\":\"3\"}}]",
                0, NULL);
        assert_non_null(metrics);
        FILE *out = open_memstream(&text, &size);
        assert_non_null(out);
        metric_write(metrics, out);
        fclose(out);
        json_decref(metrics);
        assert_string_equal(text, "# HELP a An a\n# TYPE a gauge\na 3\n# HELP b A b\n# TYPE b counter\nb{x=\"q\\\"\\\\\\n\"} 1.5\n"
                                  "b{x=\"2\",y=\"3\"} 12345678901\n");
        free(text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(names_are_told_once_and_labels_are_escaped)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
