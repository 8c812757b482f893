/* The hygiene gate: each row is a head that two parsers would read differently. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/front/gate.h"

static void heads_are_let_in_or_refused_by_code(void **state)
{
        static const struct {
                const char *what;
                struct gate_header headers[3];
                const char *code;
        } rows[] = {
                {"plain", {{"Host", "localhost"}}, NULL},
                {"a port", {{"host", "LocalHost:8443"}}, NULL},
                {"blanks behind", {{"Host", "localhost \t"}}, NULL},
                {"length", {{"Host", "localhost"}, {"Content-Length", "5"}}, NULL},
                {"chunked", {{"Host", "localhost"}, {"Transfer-Encoding", "Chunked"}}, NULL},
                {"no host", {{"Accept", "x"}}, "request-malformed"},
                {"two hosts", {{"Host", "localhost"}, {"Host", "localhost"}}, "request-malformed"},
                {"another host", {{"Host", "cert.localhost"}}, "host-mismatch"},
                {"a longer host", {{"Host", "localhost.example"}}, "host-mismatch"},
                {"a shorter host", {{"Host", "local"}}, "host-mismatch"},
                {"length and chunked",
                 {{"Host", "localhost"}, {"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}},
                 "request-malformed"},
                {"two lengths", {{"Host", "localhost"}, {"Content-Length", "5"}, {"Content-Length", "6"}}, "request-malformed"},
                {"the same length twice",
                 {{"Host", "localhost"}, {"Content-Length", "5"}, {"Content-Length", "5"}},
                 "request-malformed"},
                {"a list of lengths", {{"Host", "localhost"}, {"Content-Length", "5, 5"}}, "request-malformed"},
                {"a negative length", {{"Host", "localhost"}, {"Content-Length", "-5"}}, "request-malformed"},
                {"a signed length", {{"Host", "localhost"}, {"Content-Length", "+5"}}, "request-malformed"},
                {"an empty length", {{"Host", "localhost"}, {"Content-Length", ""}}, "request-malformed"},
                {"a length past 64 bits", {{"Host", "localhost"}, {"Content-Length", "99999999999999999999"}}, "request-malformed"},
                {"a blank before the colon", {{"Host", "localhost"}, {"Content-Length ", "5"}}, "request-malformed"},
                {"an unknown coding", {{"Host", "localhost"}, {"Transfer-Encoding", "xchunked"}}, "request-malformed"},
                {"two codings", {{"Host", "localhost"}, {"Transfer-Encoding", "gzip, chunked"}}, "request-malformed"},
                {"a control character", {{"Host", "localhost"}, {"X", "a\x01"}}, "request-malformed"},
                {"a carriage return", {{"Host", "localhost"}, {"X", "a\rb"}}, "request-malformed"},
                {"no name", {{"Host", "localhost"}, {"", "a"}}, "request-malformed"},
        };
        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                size_t count = 0;
                struct problem problem = {0};
                while (count < 3 && rows[i].headers[count].name != NULL)
                        count++;
                bool in = gate_check(rows[i].headers, count, "localhost", &problem);
                if (in != (rows[i].code == NULL))
                        fail_msg("%s: %s", rows[i].what, in ? "let in" : problem.detail);
                if (!in)
                        assert_string_equal(problem.row->code, rows[i].code);
        }
}

static void without_a_tls_name_any_one_host_is_let_in(void **state)
{
        const struct gate_header headers[] = {{"Host", "192.0.2.1"}};
        struct problem problem = {0};
        (void)state;
        assert_true(gate_check(headers, 1, "", &problem));
        assert_false(gate_check(headers, 0, "", &problem));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(heads_are_let_in_or_refused_by_code),
                cmocka_unit_test(without_a_tls_name_any_one_host_is_let_in),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
