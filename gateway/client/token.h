/* token.h - a key in a PKCS#11 token, as the command line names it. */
#ifndef PLI_CLIENT_TOKEN_H
#define PLI_CLIENT_TOKEN_H

#include "gateway/client/command.h"
#include "gateway/core/token_key.h"

/* `uri`: RFC 7512. `certificates`: a PEM file of the key's certificate and its chain, or NULL where the token has them. The PIN
 * comes from --passphrase-file. token_key_close() at the end. */
bool token_load(const struct invocation *invocation, const char *uri, const char *certificates, struct token_key **out,
                struct problem *problem) __attribute__((warn_unused_result));

#endif
