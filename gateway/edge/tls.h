/*
 * tls.h - the two server names, their certificate and what each asks for.
 *
 * public_name asks for no client certificate; certificate_name asks for one,
 * optionally, and has it verified against client_anchors. A session of one name
 * is never resumed on the other: each has its own session context.
 */
#ifndef PLI_EDGE_TLS_H
#define PLI_EDGE_TLS_H

#include <openssl/ssl.h>

#include "gateway/core/config.h"
#include "gateway/core/problem.h"

struct tls;

/* Reads certificate, key and anchors as the configuration names them. Fresh ticket keys: older sessions end. */
bool tls_load(const struct config *config, struct tls **out, struct problem *problem) __attribute__((warn_unused_result));
/* Connections made from it live on with what they need of it. */
void tls_free(struct tls *tls);

/* A server's side of one connection; NULL: no memory. */
SSL *tls_accept(struct tls *tls);
/* The server name asked for, "" for none; valid as long as the SSL. */
const char *tls_name(const SSL *ssl);

/* ClientHello extension server_name (RFC 6066 3): the one host_name in it. Pure. */
bool tls_name_parse(const unsigned char *extension, size_t size, char name[256]);

#endif
