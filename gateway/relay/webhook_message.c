/* webhook_message.c - signature by OpenSSL, addresses by the tables of RFC 6890. */
#include "gateway/relay/webhook_message.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void webhook_sign(const struct webhook_message *message, const void *secret, size_t size, char out[WEBHOOK_SIGNATURE_MAX])
{
        unsigned char digest[32], base64[48];
        unsigned length = sizeof digest;
        char *text = NULL;
        int written = asprintf(&text, "%s.%" PRId64 ".%s", message->id, message->at, message->body);
        if (written < 0 ||
            HMAC(EVP_sha256(), secret, (int)size, (const unsigned char *)text, (size_t)written, digest, &length) == NULL)
                abort();
        free(text);
        EVP_EncodeBlock(base64, digest, sizeof digest);
        snprintf(out, WEBHOOK_SIGNATURE_MAX, "v1,%s", (const char *)base64);
}

/* IPv4 blocks that are not globally reachable (RFC 6890 2.2.2), and multicast. */
static bool is_global_ipv4(uint32_t address)
{
        static const struct {
                uint32_t block;
                unsigned bits;
        } closed[] = {{0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},  {0xA9FE0000, 16},
                      {0xAC100000, 12}, {0xC0000000, 24}, {0xC0000200, 24}, {0xC0586300, 24}, {0xC0A80000, 16},
                      {0xC6120000, 15}, {0xC6336400, 24}, {0xCB007100, 24}, {0xE0000000, 3}};
        for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
                if ((address ^ closed[i].block) >> (32 - closed[i].bits) == 0)
                        return false;
        return true;
}

/* Only 2000::/3 is given out (RFC 4291 2.4); of it, documentation, benchmarking and tunnels into IPv4 are not receivers. */
static bool is_global_ipv6(const struct in6_addr *address)
{
        const uint8_t *a = address->s6_addr;
        bool special = (a[0] == 0x20 && a[1] == 0x01 && a[2] <= 0x01) || (a[0] == 0x20 && a[1] == 0x02) ||
                       (a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0d && a[3] == 0xb8);
        return (a[0] & 0xE0) == 0x20 && !special;
}

static bool is_allowed_ipv4(uint32_t address, bool loopback)
{
        return is_global_ipv4(address) || (loopback && address >> 24 == 0x7F);
}

bool webhook_address_allowed(const struct sockaddr *address, bool loopback)
{
        if (address->sa_family == AF_INET)
                return is_allowed_ipv4(ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr), loopback);
        if (address->sa_family != AF_INET6)
                return false;
        const struct in6_addr *v6 = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        uint32_t last;
        memcpy(&last, v6->s6_addr + 12, sizeof last);
        if (IN6_IS_ADDR_V4MAPPED(v6))
                return is_allowed_ipv4(ntohl(last), loopback);
        return is_global_ipv6(v6) || (loopback && IN6_IS_ADDR_LOOPBACK(v6));
}
