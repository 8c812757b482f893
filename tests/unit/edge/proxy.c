/* The header a load balancer puts before a connection. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/edge/proxy.h"

#define SIGNATURE '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'

static const uint8_t over_4[] = {SIGNATURE, 0x21, 0x11, 0, 12, 192, 0, 2, 7, 198, 51, 100, 1, 0x13, 0x88, 0x01, 0xbb};
static const uint8_t self[] = {SIGNATURE, 0x20, 0x00, 0, 0};

static void the_client_behind_a_balancer_is_told_over_ipv4(void **state)
{
        struct sockaddr_storage out;
        const struct sockaddr_in *address = (const struct sockaddr_in *)&out;
        (void)state;
        assert_int_equal(proxy_size(over_4), sizeof(over_4));
        assert_int_equal(proxy_read(over_4, sizeof(over_4), &out), PROXY_CLIENT);
        assert_int_equal(address->sin_family, AF_INET);
        assert_int_equal(ntohl(address->sin_addr.s_addr), 0xc0000207);
        assert_int_equal(ntohs(address->sin_port), 5000);
}

static void the_client_behind_a_balancer_is_told_over_ipv6(void **state)
{
        uint8_t header[PROXY_HEAD + 36 + 5] = {SIGNATURE, 0x21, 0x21, 0, 36 + 5, 0x20, 0x01, 0x0d, 0xb8};
        struct sockaddr_storage out;
        const struct sockaddr_in6 *address = (const struct sockaddr_in6 *)&out;
        (void)state;
        header[PROXY_HEAD + 15] = 9;
        header[PROXY_HEAD + 33] = 80;
        assert_int_equal(proxy_read(header, sizeof(header), &out), PROXY_CLIENT);
        assert_int_equal(address->sin6_family, AF_INET6);
        assert_int_equal(address->sin6_addr.s6_addr[1], 1);
        assert_int_equal(address->sin6_addr.s6_addr[15], 9);
        assert_int_equal(ntohs(address->sin6_port), 80);
}

static void a_health_check_speaks_for_the_balancer_itself(void **state)
{
        struct sockaddr_storage out;
        (void)state;
        memset(&out, 0x5a, sizeof(out));
        assert_int_equal(proxy_read(self, sizeof(self), &out), PROXY_SELF);
        assert_int_equal(((const uint8_t *)&out)[0], 0x5a);
}

static void what_is_no_such_header_is_refused_and_writes_nothing(void **state)
{
        struct sockaddr_storage out, before;
        (void)state;
        memset(&before, 0x5a, sizeof(before));
        out = before;
        for (size_t i = 0; i < PROXY_HEAD; i++) {
                uint8_t header[sizeof(over_4)];
                memcpy(header, over_4, sizeof(over_4));
                header[i] ^= i == 12 ? 0x10 : 0x40; /* every byte of the head says something */
                assert_int_equal(proxy_read(header, sizeof(header), &out), PROXY_INVALID);
        }
        assert_int_equal(proxy_read(over_4, sizeof(over_4) - 1, &out), PROXY_INVALID);
        assert_memory_equal(&out, &before, sizeof(out));
}

static void a_header_longer_than_any_balancer_sends_is_none(void **state)
{
        uint8_t head[PROXY_HEAD] = {SIGNATURE, 0x21, 0x11, 0xff, 0xff};
        (void)state;
        assert_int_equal(proxy_size(head), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_client_behind_a_balancer_is_told_over_ipv4),
                cmocka_unit_test(the_client_behind_a_balancer_is_told_over_ipv6),
                cmocka_unit_test(a_health_check_speaks_for_the_balancer_itself),
                cmocka_unit_test(what_is_no_such_header_is_refused_and_writes_nothing),
                cmocka_unit_test(a_header_longer_than_any_balancer_sends_is_none),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
