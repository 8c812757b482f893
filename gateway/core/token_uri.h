/*
 * token_uri.h - which key in which token: "pkcs11:token=…;object=…?module-path=…&pin-source=…"
 * (RFC 7512). A PIN itself ("pin-value") is refused: others read command lines and
 * configurations.
 */
#ifndef PLI_CORE_TOKEN_URI_H
#define PLI_CORE_TOKEN_URI_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/core/problem.h"

enum { TOKEN_TEXT = 256, TOKEN_ID = 64 };

/* Texts are percent-decoded; "" where the URI does not say. */
struct token_uri {
        char token[TOKEN_TEXT], serial[TOKEN_TEXT], object[TOKEN_TEXT];
        uint8_t id[TOKEN_ID];
        size_t id_size;
        char module[TOKEN_TEXT]; /* path of the PKCS#11 library */
        char pin_file[TOKEN_TEXT];
};

/* Problem: "token-unusable". Attributes that would narrow the choice and are not known here are refused, never ignored. */
bool token_uri_parse(const char *text, struct token_uri *out, struct problem *problem) __attribute__((warn_unused_result));

#endif
