/*
 * webhook_message.h - what makes a delivery believable: the headers of Standard
 * Webhooks 1.0. Pure.
 *
 *   webhook-id         the same at each attempt
 *   webhook-timestamp  seconds since 1970
 *   webhook-signature  "v1," ‖ base64(HMAC-SHA256(secret, id ‖ "." ‖ timestamp ‖ "." ‖ body))
 */
#ifndef PLI_RELAY_WEBHOOK_MESSAGE_H
#define PLI_RELAY_WEBHOOK_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { WEBHOOK_SIGNATURE_MAX = 64 };

struct webhook_message {
        const char *id;
        int64_t at;
        const char *body;
};

void webhook_sign(const struct webhook_message *message, const void *secret, size_t size, char out[WEBHOOK_SIGNATURE_MAX]);

/* May a receiver have this address? Whoever subscribes names the host: our own network must not be reached through us.
 * Private, link-local, multicast and reserved addresses are refused (RFC 6890); this machine's own unless `loopback`. */
bool webhook_address_allowed(const struct sockaddr *address, bool loopback) __attribute__((warn_unused_result));

#endif
