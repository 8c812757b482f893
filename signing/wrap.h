/*
 * wrap.h - a secret of 32 bytes, wrapped for the holder of a certificate
 * (XML Encryption 1.1 5.5.2 RSA-OAEP with SHA-256 and MGF1-SHA-256; 5.6.4 ECDH-ES
 * with ConcatKDF and 5.7 AES-256 key wrap).
 */
#ifndef PLI_SIGNING_WRAP_H
#define PLI_SIGNING_WRAP_H

#include <openssl/evp.h>

#include "signing/signing.h"

enum {
        WRAP_SECRET = 32,
        WRAP_DATA_MAX = 1024, /* RSA-8192 */
        WRAP_POINT_MAX = 133, /* uncompressed P-521 */
        WRAP_INFO_MAX = 256,  /* ConcatKDF's AlgorithmID ‖ PartyUInfo ‖ PartyVInfo */
        WRAP_KEK = 32
};

enum wrap_algorithm { WRAP_RSA_OAEP, WRAP_ECDH_ES };

struct wrapped {
        enum wrap_algorithm algorithm;
        uint8_t data[WRAP_DATA_MAX];
        size_t size;
        /* ECDH_ES only */
        const char *curve; /* OpenSSL's group name: "prime256v1", "secp384r1" or "secp521r1" */
        uint8_t point[WRAP_POINT_MAX];
        size_t point_size;
        uint8_t info[WRAP_INFO_MAX];
        size_t info_size;
};

/* The curves that can be named, with their identifiers in XML (RFC 4050). NULL: not one of them. */
const char *wrap_curve_uri(const char *curve);
const char *wrap_curve_by_uri(const char *uri);

/* For ECDH_ES, `out->info` and `info_size` are set by the caller before. */
bool wrap_make(EVP_PKEY *recipient, const uint8_t secret[WRAP_SECRET], struct wrapped *out, struct signing_refusal *why)
        __attribute__((warn_unused_result));
bool wrap_open(EVP_PKEY *key, const struct wrapped *wrapped, uint8_t secret[WRAP_SECRET], struct signing_refusal *why)
        __attribute__((warn_unused_result));

#endif
