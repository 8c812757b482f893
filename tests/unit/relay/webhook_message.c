/* What is signed, and who is not called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>

#include "gateway/relay/webhook_message.h"

/* Computed apart: printf '%s' 'id.1700000000.{}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:00…17 -binary | base64 */
static void the_signature_is_that_of_standard_webhooks(void **state)
{
        (void)state;
        uint8_t secret[24];
        char signature[WEBHOOK_SIGNATURE_MAX];
        for (size_t i = 0; i < sizeof secret; i++)
                secret[i] = (uint8_t)i;
        webhook_sign(&(struct webhook_message){"id", 1700000000, "{}"}, secret, sizeof secret, signature);
        assert_string_equal(signature, "v1,eMDS3hEMiC6aoJ+osyLHnCRUz8jMCzqaNAYgP2uSVo4=");
}

static bool allowed(const char *text, bool loopback)
{
        struct sockaddr_in v4 = {.sin_family = AF_INET};
        struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
        if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
                return webhook_address_allowed((const struct sockaddr *)&v4, loopback);
        assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
        return webhook_address_allowed((const struct sockaddr *)&v6, loopback);
}

static void a_receiver_is_on_the_internet(void **state)
{
        (void)state;
        static const char *const public[] = {"1.1.1.1",     "9.255.255.255",   "11.0.0.0",     "172.15.255.255", "172.32.0.0",
                                             "192.169.0.1", "223.255.255.255", "2a00:1450::1", "::ffff:1.1.1.1"};
        static const char *const closed[] = {
                "0.0.0.0",    "10.1.2.3",    "100.64.0.1",      "169.254.169.254", "172.16.0.1",   "172.31.255.255", "192.168.1.1",
                "198.18.0.1", "203.0.113.5", "224.0.0.1",       "255.255.255.255", "::",           "fe80::1",        "fd00::1",
                "ff02::1",    "2001:db8::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",  "2002:a00:1::", "2001::1",        "::10.0.0.1"};
        for (size_t i = 0; i < sizeof public / sizeof *public; i++)
                assert_true(allowed(public[i], false));
        for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
                if (allowed(closed[i], true))
                        fail_msg("%s would be called", closed[i]);
}

static void this_machine_is_called_only_where_the_operator_says_so(void **state)
{
        (void)state;
        static const char *const own[] = {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"};
        for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
                assert_false(allowed(own[i], false));
                assert_true(allowed(own[i], true));
        }
        assert_false(webhook_address_allowed(&(struct sockaddr){.sa_family = AF_UNIX}, true));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_signature_is_that_of_standard_webhooks),
                cmocka_unit_test(a_receiver_is_on_the_internet),
                cmocka_unit_test(this_machine_is_called_only_where_the_operator_says_so),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
