/* hash.c - SHA-256 by OpenSSL; its failures are our own faults. */
#include "gateway/relay/hash.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/core/owner.h"

struct hash {
        EVP_MD_CTX *state;
};

DEFINE_OWNER(EVP_MD_CTX, EVP_MD_CTX_free)

static void must(int done)
{
        if (done != 1)
                abort();
}

struct hash *hash_new(void)
{
        struct hash *hash = calloc(1, sizeof *hash);
        if (hash == NULL)
                abort();
        hash->state = EVP_MD_CTX_new();
        must(hash->state != NULL);
        must(EVP_DigestInit_ex(hash->state, EVP_sha256(), NULL));
        return hash;
}

void hash_free(struct hash *hash)
{
        if (hash == NULL)
                return;
        EVP_MD_CTX_free(hash->state);
        free(hash);
}

void hash_add(struct hash *hash, const void *data, size_t size)
{
        must(EVP_DigestUpdate(hash->state, data, size));
}

void hash_show(const struct hash *hash, char hex[65])
{
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        OWN(EVP_MD_CTX) copy = EVP_MD_CTX_new();
        must(copy != NULL);
        must(EVP_MD_CTX_copy_ex(copy, hash->state));
        must(EVP_DigestFinal_ex(copy, digest, &size));
        for (unsigned i = 0; i < size && i < 32; i++)
                snprintf(hex + (size_t)2 * i, 3, "%02x", digest[i]);
}
