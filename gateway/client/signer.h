/* signer.h - the key that signs: in a file (--key, --p12) or in a token (--token). */
#ifndef PLI_CLIENT_SIGNER_H
#define PLI_CLIENT_SIGNER_H

#include <stdbool.h>

#include "gateway/core/problem.h"
#include "signing/signing.h"

struct invocation;

struct signer {
        signing_memory_key *memory; /* one of the two */
        struct token_key *token;
};

/* Of a token: --token URI, its PIN in --passphrase-file or the URI's pin-source, its certificate there or in --certificate. */
bool signer_open(const struct invocation *invocation, struct signer *out, struct problem *problem)
        __attribute__((warn_unused_result));
const struct signing_key *signer_use(const struct signer *signer);
void signer_close(struct signer *signer);

#endif
