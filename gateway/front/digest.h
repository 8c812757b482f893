/*
 * digest.h - Content-Digest (RFC 9530 2): a dictionary of digests over the body
 * as sent; Pli reads and writes sha-256.
 */
#ifndef PLI_FRONT_DIGEST_H
#define PLI_FRONT_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

/* "sha-256=:BASE64:", alone or among others. False where there is none or it is not 32 bytes. Pure. */
bool digest_parse(const char *field, uint8_t sha256[32]) __attribute__((warn_unused_result));
void digest_hex(const uint8_t sha256[32], char hex[65]);

#endif
