/*
 * peer.h - what the edge says about a connection: address, TLS session, client
 * certificate. It comes beside the descriptor, never out of a request.
 */
#ifndef PLI_FRONT_PEER_H
#define PLI_FRONT_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct peer {
        char name[256]; /* server name asked for, "" for none */
        char address[64];
        uint8_t certificate_sha256[32]; /* of the DER */
        char until[32];                 /* end of the certificate's validity, RFC 3339; "" for none */
        bool certified;                 /* a certificate was shown */
        bool verified;                  /* and leads to one of client_anchors */
        char evidence[512];             /* {"address","tls","cipher","session","until"} as JSON text; until: of the certificate */
};

/* One control message. False where it is not one of the edge's; *out is then untouched. Pure. */
bool peer_parse(const char *message, size_t size, struct peer *out) __attribute__((warn_unused_result));

#endif
