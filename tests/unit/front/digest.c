/* Content-Digest (RFC 9530). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/front/digest.h"

/* SHA-256 of {"hello": "world"} and a line feed: the example of RFC 9530, appendix D. */
#define EXAMPLE "RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg="
static const char EXAMPLE_HEX[] = "44aff4ab2d7c3250525675a08f0cfa9591168cffe51791c5f5bbc417c15a6c38";

static void the_sha_256_of_a_field_is_found(void **state)
{
        static const char *const fields[] = {
                "sha-256=:" EXAMPLE ":",
                "  sha-256=:" EXAMPLE ":",
                "sha-512=:AAAA:, sha-256=:" EXAMPLE ":",
                "sha-512=:AA,sha-256=AA:,\tsha-256=:" EXAMPLE ":;x=1, md5=:AA:",
                "a=\"sha-256=\", sha-256=:" EXAMPLE ":",
        };
        (void)state;
        for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
                uint8_t found[32];
                char hex[65];
                if (!digest_parse(fields[i], found))
                        fail_msg("not found in %s", fields[i]);
                digest_hex(found, hex);
                assert_string_equal(hex, EXAMPLE_HEX);
        }
}

static void what_is_no_sha_256_is_refused(void **state)
{
        static const char *const fields[] = {
                "",
                "sha-256",
                "sha-256=",
                "sha-256=:",
                "sha-256=::",
                "sha-256=" EXAMPLE,
                "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabD==:",
                "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP:",
                "sha-256=:!!/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
                "sha-512=:" EXAMPLE ":",
                "xsha-256=:" EXAMPLE ":",
                ",,,",
                "a=\"sha-256=:" EXAMPLE ":",
        };
        (void)state;
        for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
                uint8_t found[32];
                if (digest_parse(fields[i], found))
                        fail_msg("taken: %s", fields[i]);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_sha_256_of_a_field_is_found),
                cmocka_unit_test(what_is_no_sha_256_is_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
