/* Registers for spreadsheets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/formats/csv.h"

static void writes(const char *columns, const char *rows, const char *expected)
{
        json_t *head = json_loads(columns, 0, NULL), *body = json_loads(rows, 0, NULL);
        size_t size = 0;
        char *text = csv_write(head, body, &size);
        if (expected == NULL) {
                assert_null(text);
        } else {
                assert_non_null(text);
                assert_memory_equal(text, "\xef\xbb\xbf", 3);
                assert_string_equal(text + 3, expected);
                assert_int_equal(size, strlen(text));
        }
        free(text);
        json_decref(head);
        json_decref(body);
}

static void cells_are_quoted_and_lines_end_with_cr_lf(void **state)
{
        (void)state;
        writes("[\"a\",\"b\"]", "[[\"x\",\"y \\\"z\\\", t\"]]", "\"a\",\"b\"\r\n\"x\",\"y \"\"z\"\", t\"\r\n");
        writes("[\"a\"]", "[]", "\"a\"\r\n");
        writes("[\"a\",\"b\",\"c\"]", "[[null,-12,true]]", "\"a\",\"b\",\"c\"\r\n,-12,true\r\n");
}

static void what_a_spreadsheet_would_run_is_text(void **state)
{
        (void)state;
        writes("[\"a\"]", "[[\"=HYPERLINK(\\\"http://x\\\")\"]]", "\"a\"\r\n\"'=HYPERLINK(\"\"http://x\"\")\"\r\n");
        writes("[\"a\"]", "[[\"+33 1\"],[\"-2+3\"],[\"@SUM(A1)\"],[\"\\tx\"],[\"\\r=1\"]]",
               "\"a\"\r\n\"'+33 1\"\r\n\"'-2+3\"\r\n\"'@SUM(A1)\"\r\n\"'\tx\"\r\n\"'\r=1\"\r\n");
        writes("[\"a\"]", "[[{\"b\":1}]]", "\"a\"\r\n\"{\"\"b\"\":1}\"\r\n");
}

static void rows_of_another_width_are_refused(void **state)
{
        (void)state;
        writes("[\"a\"]", "[[1,2]]", NULL);
        writes("[\"a\"]", "[1]", NULL);
        writes("{}", "[]", NULL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(cells_are_quoted_and_lines_end_with_cr_lf),
                cmocka_unit_test(what_a_spreadsheet_would_run_is_text),
                cmocka_unit_test(rows_of_another_width_are_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
