/*
 * proxy.h - the PROXY protocol header, version 2, with which a load balancer
 * says whose connection it passes on (haproxy.org, proxy-protocol.txt 2.2).
 */
#ifndef PLI_EDGE_PROXY_H
#define PLI_EDGE_PROXY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* PROXY_HEAD bytes say how long the header is; a header longer than PROXY_LARGEST is none of a balancer's we know. */
enum { PROXY_HEAD = 16, PROXY_LARGEST = 536 };

/* The whole header's size from its first PROXY_HEAD bytes; 0 where it is none, or too long. */
size_t proxy_size(const uint8_t head[PROXY_HEAD]);

enum proxy_origin {
        PROXY_INVALID, /* nothing is written */
        PROXY_CLIENT,  /* *out is the client's address, TCP over IPv4 or IPv6 */
        PROXY_SELF     /* the balancer speaks for itself: a health check; nothing is written */
};
/* `size` as proxy_size() said. Additions (TLV) are passed over. */
enum proxy_origin proxy_read(const uint8_t *header, size_t size, struct sockaddr_storage *out);

#endif
