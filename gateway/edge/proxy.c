/*
 * proxy.c - sixteen bytes, two addresses, two ports.
 */
#include "gateway/edge/proxy.h"

#include <netinet/in.h>
#include <string.h>

static const uint8_t SIGNATURE[12] = {'\r', '\n', '\r', '\n', '\0', '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};
enum { VERSION_AT = 12, FAMILY_AT = 13, LENGTH_AT = 14 };
enum { VERSION_2 = 0x20, COMMAND_LOCAL = 0, COMMAND_PROXY = 1 };
enum { TCP_OVER_4 = 0x11, TCP_OVER_6 = 0x21 };
/* Source address, destination address, source port, destination port. */
enum { BODY_4 = 12, PORT_4_AT = 8, BODY_6 = 36, PORT_6_AT = 32 };

size_t proxy_size(const uint8_t head[PROXY_HEAD])
{
        size_t body = (size_t)head[LENGTH_AT] << 8 | head[LENGTH_AT + 1];
        if (memcmp(head, SIGNATURE, sizeof(SIGNATURE)) != 0 || (head[VERSION_AT] & 0xf0) != VERSION_2)
                return 0;
        return PROXY_HEAD + body <= PROXY_LARGEST ? PROXY_HEAD + body : 0;
}

static enum proxy_origin address_4(const uint8_t *body, struct sockaddr_storage *out)
{
        struct sockaddr_in address = {.sin_family = AF_INET};
        memcpy(&address.sin_addr, body, sizeof(address.sin_addr));
        memcpy(&address.sin_port, body + PORT_4_AT, sizeof(address.sin_port));
        memcpy(out, &address, sizeof(address));
        return PROXY_CLIENT;
}

static enum proxy_origin address_6(const uint8_t *body, struct sockaddr_storage *out)
{
        struct sockaddr_in6 address = {.sin6_family = AF_INET6};
        memcpy(&address.sin6_addr, body, sizeof(address.sin6_addr));
        memcpy(&address.sin6_port, body + PORT_6_AT, sizeof(address.sin6_port));
        memcpy(out, &address, sizeof(address));
        return PROXY_CLIENT;
}

enum proxy_origin proxy_read(const uint8_t *header, size_t size, struct sockaddr_storage *out)
{
        if (size < PROXY_HEAD || proxy_size(header) != size)
                return PROXY_INVALID;
        unsigned command = header[VERSION_AT] & 0x0fU;
        size_t body = size - PROXY_HEAD;
        if (command == COMMAND_LOCAL)
                return PROXY_SELF;
        if (command == COMMAND_PROXY && header[FAMILY_AT] == TCP_OVER_4 && body >= BODY_4)
                return address_4(header + PROXY_HEAD, out);
        if (command == COMMAND_PROXY && header[FAMILY_AT] == TCP_OVER_6 && body >= BODY_6)
                return address_6(header + PROXY_HEAD, out);
        return PROXY_INVALID;
}
