/*
 * engine.h - what verifies a sample once: ours, and what ours is measured by.
 *
 * Each engine runs in a process of its own. prepare() takes what a verifier may
 * keep between documents; verify() answers whether the signature is right.
 */
#ifndef PLI_LOAD_ENGINE_H
#define PLI_LOAD_ENGINE_H

#include "tests/load/verify/ground.h"

struct engine {
        const char *name;
        bool (*prepare)(const struct sample *sample);
        bool (*verify)(const struct sample *sample);
};

extern const struct engine engine_ours;    /* signing_verify(): the whole judgement, its report included */
extern const struct engine engine_bare;    /* libxml2's parser and canonicalisation into EVP, nothing else */
extern const struct engine engine_xmlsec;  /* xmlSecDSigCtxVerify() with the key given */
extern const struct engine engine_openssl; /* what no engine can avoid: one public key operation, the bytes digested once */
extern const struct engine engine_sha256;  /* the bytes digested once */
extern const struct engine engine_archive; /* digested once and held against a ZIP's CRC-32: what a container costs at least */

#endif
