/* Connections counted by address. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/edge/address.h"

static struct address_key key_of(int family, const char *text)
{
        struct sockaddr_storage address = {.ss_family = (sa_family_t)family};
        void *place = family == AF_INET ? (void *)&((struct sockaddr_in *)&address)->sin_addr
                                        : (void *)&((struct sockaddr_in6 *)&address)->sin6_addr;
        assert_int_equal(inet_pton(family, text, place), 1);
        return address_key_of((const struct sockaddr *)&address);
}

static void an_address_has_its_limit_and_gets_it_back(void **state)
{
        struct address_counts *counts = address_counts_new(3);
        struct address_key one = key_of(AF_INET, "192.0.2.1"), other = key_of(AF_INET, "192.0.2.2");
        (void)state;
        for (size_t i = 0; i < 3; i++)
                assert_true(address_claim(counts, &one));
        assert_false(address_claim(counts, &one));
        assert_true(address_claim(counts, &other));
        address_release(counts, &one);
        assert_true(address_claim(counts, &one));
        assert_false(address_claim(counts, &one));
        for (size_t i = 0; i < 3; i++)
                address_release(counts, &one);
        address_release(counts, &other);
        assert_true(address_claim(counts, &one));
        address_counts_free(counts);
}

static void an_ipv6_subscriber_counts_as_one(void **state)
{
        struct address_counts *counts = address_counts_new(2);
        struct address_key a = key_of(AF_INET6, "2001:db8:1:2::1"), b = key_of(AF_INET6, "2001:db8:1:2:ffff::9"),
                           c = key_of(AF_INET6, "2001:db8:1:3::1");
        (void)state;
        assert_true(address_claim(counts, &a));
        assert_true(address_claim(counts, &b));
        assert_false(address_claim(counts, &a));
        assert_true(address_claim(counts, &c));
        address_counts_free(counts);
}

static void ten_thousand_addresses_are_kept_apart(void **state)
{
        struct address_counts *counts = address_counts_new(1);
        (void)state;
        for (int round = 0; round < 2; round++) {
                for (uint32_t i = 0; i < 10000; i++) {
                        struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(0x0a000000u + i)}};
                        struct address_key key = address_key_of((const struct sockaddr *)&in);
                        assert_int_equal(address_claim(counts, &key), round == 0);
                }
        }
        address_counts_free(counts);
}

static void addresses_are_shown_with_their_port(void **state)
{
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(443), .sin_addr = {htonl(0xc0000201u)}};
        struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(443), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
        char text[64];
        (void)state;
        address_show((const struct sockaddr *)&in, text, sizeof(text));
        assert_string_equal(text, "192.0.2.1:443");
        address_show((const struct sockaddr *)&in6, text, sizeof(text));
        assert_string_equal(text, "[::1]:443");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_address_has_its_limit_and_gets_it_back),
                cmocka_unit_test(an_ipv6_subscriber_counts_as_one),
                cmocka_unit_test(ten_thousand_addresses_are_kept_apart),
                cmocka_unit_test(addresses_are_shown_with_their_port),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
