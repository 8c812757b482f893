/*
 * digest.c - structured field dictionary (RFC 8941 3.2), as far as digests need it.
 */
#include "gateway/front/digest.h"

#include <stdio.h>
#include <string.h>

#include "gateway/core/base64.h"

enum { SHA256_BASE64 = 44 };

static const char *skip_blanks(const char *at)
{
        return at + strspn(at, " \t");
}

/* The end of one member's value, parameters included: the next comma outside of a byte sequence or a string. */
static const char *member_end(const char *at)
{
        char closing = '\0';
        for (; *at != '\0'; at++) {
                if (closing != '\0') {
                        if (*at == closing)
                                closing = '\0';
                } else if (*at == ':' || *at == '"') {
                        closing = *at;
                } else if (*at == ',') {
                        break;
                }
        }
        return at;
}

static bool value_read(const char *at, uint8_t sha256[32])
{
        char text[SHA256_BASE64 + 1];
        const char *end = at[0] == ':' ? strchr(at + 1, ':') : NULL;
        if (end == NULL || end - at - 1 != SHA256_BASE64)
                return false;
        memcpy(text, at + 1, SHA256_BASE64);
        text[SHA256_BASE64] = '\0';
        return base64_read_exactly(text, sha256, 32);
}

bool digest_parse(const char *field, uint8_t sha256[32])
{
        static const char key[] = "sha-256=";
        for (const char *at = skip_blanks(field); *at != '\0';) {
                if (strncmp(at, key, sizeof(key) - 1) == 0)
                        return value_read(at + sizeof(key) - 1, sha256);
                at = member_end(at);
                if (*at == ',')
                        at = skip_blanks(at + 1);
        }
        return false;
}

void digest_hex(const uint8_t sha256[32], char hex[65])
{
        for (size_t i = 0; i < 32; i++)
                snprintf(hex + 2 * i, 3, "%02x", sha256[i]);
}
