/* nonce.h - RFC 3161 2.4.1: a number that no answer made before can carry. */
#ifndef PLI_NOTARY_NONCE_H
#define PLI_NOTARY_NONCE_H

#include <assert.h>
#include <openssl/rand.h>
#include <stdint.h>

/* 63 bits, as ASN.1 integers are signed. */
static inline uint64_t nonce_new(void)
{
        uint64_t nonce = 0;
        int good = RAND_bytes((unsigned char *)&nonce, sizeof nonce);
        assert(good == 1);
        return (nonce >> 1) | 1;
}

#endif
