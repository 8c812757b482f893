/*
 * handover.h - what the front is told about a connection: who speaks, over which
 * TLS session. The certificate travels beside the bytes, so that no request
 * header can forge it.
 */
#ifndef PLI_EDGE_HANDOVER_H
#define PLI_EDGE_HANDOVER_H

#include <openssl/ssl.h>

/* {"address","tls","cipher","name","session","certificate","verified"} as JSON text, malloc'ed; NULL: no memory.
 * "session": 16 bytes exported from the TLS session (RFC 5705, label EXPORTER-pli-session), so that both ends can
 * name the same one; "certificate": base64 of the DER, or null. */
char *handover_message(const SSL *ssl, const char *address);

#endif
