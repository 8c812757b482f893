/*
 * tree.c - a binary counter of hashes.
 */
#include "gateway/admin/tree.h"

#include <assert.h>
#include <openssl/evp.h>
#include <string.h>

struct part {
        const void *data;
        size_t size;
};

static void hash(const struct part *parts, size_t count, uint8_t out[32])
{
        EVP_MD_CTX *digest = EVP_MD_CTX_new();
        int well = digest != NULL && EVP_DigestInit_ex(digest, EVP_sha256(), NULL);
        for (size_t i = 0; i < count; i++)
                well = well && EVP_DigestUpdate(digest, parts[i].data, parts[i].size);
        well = well && EVP_DigestFinal_ex(digest, out, NULL);
        assert(well);
        EVP_MD_CTX_free(digest);
}

void tree_leaf(const uint8_t *salt, size_t salt_size, const char *text, uint8_t out[32])
{
        hash((struct part[]){{"\x00", 1}, {salt, salt_size}, {text, strlen(text)}}, 3, out);
}

static void join(const uint8_t left[32], const uint8_t right[32], uint8_t out[32])
{
        hash((struct part[]){{"\x01", 1}, {left, 32}, {right, 32}}, 3, out);
}

bool tree_add(struct tree *tree, const uint8_t leaf[32],
              bool (*seen)(void *context, unsigned level, uint64_t index, const uint8_t hash[32]), void *context)
{
        uint8_t carried[32];
        memcpy(carried, leaf, sizeof carried);
        uint64_t index = tree->size;
        unsigned level = 0;
        for (; (tree->size >> level & 1) != 0; level++) {
                join(tree->peaks[level], carried, carried);
                index >>= 1;
                if (!seen(context, level + 1, index, carried))
                        return false;
        }
        memcpy(tree->peaks[level], carried, sizeof carried);
        tree->size++;
        return true;
}

void tree_root(const struct tree *tree, uint8_t out[32])
{
        assert(tree->size > 0);
        bool begun = false;
        for (unsigned level = 0; level < 64; level++) {
                if ((tree->size >> level & 1) == 0)
                        continue;
                if (begun)
                        join(tree->peaks[level], out, out);
                else
                        memcpy(out, tree->peaks[level], 32);
                begun = true;
        }
}
