/* The edge's message about a connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/front/digest.h"
#include "gateway/front/peer.h"

#define WHO "\"address\":\"192.0.2.1:5000\",\"tls\":\"TLSv1.3\",\"cipher\":\"X\",\"name\":\"cert.localhost\",\"session\":\"ab\""

static void a_message_without_certificate_is_nobody(void **state)
{
        static const char message[] = "{" WHO ",\"certificate\":null,\"verified\":true}";
        struct peer peer;
        (void)state;
        assert_true(peer_parse(message, strlen(message), &peer));
        assert_string_equal(peer.address, "192.0.2.1:5000");
        assert_string_equal(peer.name, "cert.localhost");
        assert_false(peer.certified);
        assert_false(peer.verified);
        assert_string_equal(peer.evidence,
                            "{\"address\":\"192.0.2.1:5000\",\"tls\":\"TLSv1.3\",\"cipher\":\"X\",\"session\":\"ab\"}");
}

static void a_certificate_is_known_by_its_digest(void **state)
{
        static const char message[] = "{" WHO ",\"certificate\":\"YWJj\",\"verified\":true}";
        struct peer peer;
        char hex[65];
        (void)state;
        assert_true(peer_parse(message, strlen(message), &peer));
        assert_true(peer.certified && peer.verified);
        digest_hex(peer.certificate_sha256, hex);
        assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"); /* of "abc" */
}

static void an_unverified_certificate_is_said_so(void **state)
{
        static const char *const messages[] = {
                "{" WHO ",\"certificate\":\"YWJj\",\"verified\":false}",
                "{" WHO ",\"certificate\":\"YWJj\"}",
                "{" WHO ",\"certificate\":\"YWJj\",\"verified\":1}",
        };
        (void)state;
        for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
                struct peer peer;
                assert_true(peer_parse(messages[i], strlen(messages[i]), &peer));
                assert_true(peer.certified);
                assert_false(peer.verified);
        }
}

static void what_is_not_the_edges_is_refused_and_changes_nothing(void **state)
{
        static const char *const messages[] = {
                "",
                "null",
                "[]",
                "{}",
                "{" WHO "}",
                "{" WHO ",\"certificate\":\"!\",\"verified\":true}",
                "{" WHO ",\"certificate\":5}",
                "{" WHO ",\"name\":\"a\",\"certificate\":null}",
        };
        (void)state;
        for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
                struct peer peer = {.address = "untouched"};
                if (peer_parse(messages[i], strlen(messages[i]), &peer))
                        fail_msg("taken: %s", messages[i]);
                assert_string_equal(peer.address, "untouched");
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_message_without_certificate_is_nobody),
                cmocka_unit_test(a_certificate_is_known_by_its_digest),
                cmocka_unit_test(an_unverified_certificate_is_said_so),
                cmocka_unit_test(what_is_not_the_edges_is_refused_and_changes_nothing),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
