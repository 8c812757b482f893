/* identity.h - the private key and certificate of the command line, in memory. */
#ifndef PLI_CLIENT_IDENTITY_H
#define PLI_CLIENT_IDENTITY_H

#include <stdbool.h>

#include "gateway/client/input.h"
#include "gateway/core/problem.h"

struct invocation;

struct identity {
        struct content key;         /* PEM or PKCS#12, as the file has it */
        struct content certificate; /* empty where the PKCS#12 has it */
        char *passphrase;           /* NULL where the key is not locked */
        const char *name;           /* the key's file, for messages */
};

/* From --p12, or --key with --certificate. */
bool identity_load(const struct invocation *invocation, struct identity *out, struct problem *problem)
        __attribute__((warn_unused_result));
void identity_free(struct identity *identity);

#endif
