/*
 * unseal.c - shares in, plaintext at any offset out.
 *
 * Nothing is decrypted ahead: a read authenticates the chunks it touches, and
 * the last few stay in memory for the next one.
 */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/manifest.h"
#include "signing/opened.h"
#include "signing/refusal.h"
#include "signing/share.h"
#include "signing/stream.h"

enum { CACHE = 4 }; /* a ZIP reader goes between the directory, a header and the content */

struct chunk {
        uint8_t *data;
        uint32_t n;
        uint64_t used; /* 0: empty */
};

struct signing_opened {
        struct signing_source ciphertext;
        uint64_t size;
        uint32_t chunks;
        struct stream *stream;
        struct chunk cache[CACHE];
        uint8_t *sealed;
        uint64_t uses;
        struct signing_refusal refusal;
};

DEFINE_OWNER(signing_opened, signing_opened_free)

void signing_opened_free(signing_opened *opened)
{
        if (opened == NULL)
                return;
        for (int i = 0; i < CACHE; i++) {
                if (opened->cache[i].data != NULL)
                        OPENSSL_cleanse(opened->cache[i].data, SIGNING_CHUNK);
                free(opened->cache[i].data);
        }
        stream_free(opened->stream);
        free(opened->sealed);
        free(opened);
}

const struct signing_refusal *opened_refusal(const signing_opened *opened)
{
        return opened->refusal.code[0] != '\0' ? &opened->refusal : NULL;
}

/* The first `threshold` different shares; every one given must be right. */
static bool key_combine(const signing_manifest *manifest, const uint8_t (*shares)[SIGNING_SHARE], size_t count,
                        uint8_t key[STREAM_KEY], struct signing_refusal *why)
{
        uint8_t chosen[SIGNING_MEMBERS_MAX][SIGNING_SHARE];
        bool seen[SIGNING_MEMBERS_MAX + 1] = {false};
        size_t chosen_count = 0;
        for (size_t i = 0; i < count; i++) {
                if (!signing_share_check(manifest, shares[i], why))
                        return false;
                if (!seen[shares[i][0]] && chosen_count < manifest->threshold)
                        memcpy(chosen[chosen_count++], shares[i], SIGNING_SHARE);
                seen[shares[i][0]] = true;
        }
        bool combined =
                chosen_count == manifest->threshold && share_combine((const uint8_t(*)[SIGNING_SHARE])chosen, chosen_count, key);
        OPENSSL_cleanse(chosen, sizeof chosen);
        return combined || refuse(why, "SHARES_TOO_FEW", "urn:pli:sealed-envelope:1",
                                  "%zu shares of different members are there, %u are needed", chosen_count, manifest->threshold);
}

static struct chunk *cache_find(signing_opened *opened, uint32_t n)
{
        for (int i = 0; i < CACHE; i++)
                if (opened->cache[i].used != 0 && opened->cache[i].n == n)
                        return &opened->cache[i];
        return NULL;
}

static struct chunk *cache_oldest(signing_opened *opened)
{
        struct chunk *oldest = &opened->cache[0];
        for (int i = 1; i < CACHE; i++)
                if (opened->cache[i].used < oldest->used)
                        oldest = &opened->cache[i];
        return oldest;
}

static bool chunk_open(signing_opened *opened, uint32_t n, struct chunk *into)
{
        size_t size = stream_chunk_size(opened->size, n) + STREAM_OVERHEAD;
        into->used = 0;
        if (!opened->ciphertext.read(opened->ciphertext.context, (uint64_t)n * SIGNING_SEALED_CHUNK, opened->sealed, size))
                return refuse(&opened->refusal, "SOURCE_FAILED", "", "chunk %u of the ciphertext could not be read", n);
        const struct stream_place place = {n, n == opened->chunks - 1};
        if (!stream_open(opened->stream, place, (struct signing_bytes){opened->sealed, size}, into->data)) {
                OPENSSL_cleanse(into->data, SIGNING_CHUNK);
                return refuse(&opened->refusal, "CHUNK_REFUSED", "XML Encryption 1.1 5.2.4, STREAM",
                              "chunk %u was altered, moved, or encrypted under another key", n);
        }
        into->n = n;
        return true;
}

static const struct chunk *chunk_get(signing_opened *opened, uint32_t n)
{
        struct chunk *chunk = cache_find(opened, n);
        if (chunk == NULL) {
                chunk = cache_oldest(opened);
                if (!chunk_open(opened, n, chunk))
                        return NULL;
        }
        chunk->used = ++opened->uses;
        return chunk;
}

static bool opened_read(void *context, uint64_t offset, uint8_t *buffer, size_t size)
{
        signing_opened *opened = context;
        if (offset > opened->size || size > opened->size - offset || opened_refusal(opened) != NULL)
                return false;
        while (size > 0) {
                const struct chunk *chunk = chunk_get(opened, (uint32_t)(offset / SIGNING_CHUNK));
                if (chunk == NULL)
                        return false;
                size_t start = (size_t)(offset % SIGNING_CHUNK);
                size_t part = SIGNING_CHUNK - start < size ? SIGNING_CHUNK - start : size;
                memcpy(buffer, chunk->data + start, part);
                buffer += part;
                offset += part;
                size -= part;
        }
        return true;
}

struct signing_source signing_opened_source(signing_opened *opened)
{
        return (struct signing_source){opened, opened->size, opened_read};
}

static signing_opened *opened_new(const signing_manifest *manifest, struct signing_source ciphertext)
{
        OWN(signing_opened) opened = calloc(1, sizeof *opened);
        if (opened == NULL)
                return NULL;
        opened->ciphertext = ciphertext;
        opened->size = manifest->plaintext_size;
        opened->chunks = manifest->chunks;
        opened->sealed = malloc(SIGNING_SEALED_CHUNK);
        for (int i = 0; i < CACHE; i++)
                if ((opened->cache[i].data = malloc(SIGNING_CHUNK)) == NULL)
                        return NULL;
        return opened->sealed == NULL ? NULL : TAKE(opened);
}

bool signing_unseal(const signing_manifest *manifest, const uint8_t (*shares)[SIGNING_SHARE], size_t share_count,
                    struct signing_source ciphertext, signing_opened **out, struct signing_refusal *why)
{
        if (ciphertext.size != stream_sealed_size(manifest->plaintext_size))
                return refuse(why, "CIPHERTEXT_SIZE", "urn:pli:sealed-envelope:1",
                              "the ciphertext has not the size that the manifest's chunks make: one is missing or too many");
        OWN(signing_opened) opened = opened_new(manifest, ciphertext);
        uint8_t key[STREAM_KEY];
        if (opened == NULL)
                return refuse(why, "MEMORY", "", "no memory to open an envelope");
        if (!key_combine(manifest, shares, share_count, key, why))
                return false;
        opened->stream = stream_new(key);
        OPENSSL_cleanse(key, sizeof key);
        if (opened->stream == NULL)
                return refuse(why, "MEMORY", "", "no memory to open an envelope");
        if (chunk_get(opened, 0) == NULL) {
                if (why != NULL)
                        *why = opened->refusal;
                return false;
        }
        *out = TAKE(opened);
        return true;
}
