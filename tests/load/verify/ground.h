/*
 * ground.h - what the bench judges: documents signed by keys made for the run.
 */
#ifndef PLI_LOAD_GROUND_H
#define PLI_LOAD_GROUND_H

#include <openssl/evp.h>

#include "signing/signing.h"

enum { CONTAINER_CONTENT = 100 << 20 };

/* A signed document as three engines need it; files of a temporary folder, read back whole. */
struct sample {
        struct signing_bytes document;
        struct signing_bytes root, signer; /* certificates, DER */
        EVP_PKEY *key;                     /* the signer's public key */
};

/* Writes every sample into the folder; in a process of its own, as it starts the library. */
void ground_make(const char *folder);
void sample_open(const char *folder, const char *name, struct sample *out);
void sample_close(struct sample *sample);

#endif
