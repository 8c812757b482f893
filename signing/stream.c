/* stream.c - seals and opens single chunks. */
#include "signing/stream.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

struct stream {
        EVP_CIPHER *cipher;
        EVP_CIPHER_CTX *context;
        uint8_t key[STREAM_KEY];
};

void stream_free(struct stream *stream)
{
        if (stream == NULL)
                return;
        EVP_CIPHER_CTX_free(stream->context);
        EVP_CIPHER_free(stream->cipher);
        OPENSSL_cleanse(stream->key, sizeof stream->key);
        free(stream);
}

struct stream *stream_new(const uint8_t key[STREAM_KEY])
{
        struct stream *stream = calloc(1, sizeof *stream);
        if (stream == NULL)
                return NULL;
        memcpy(stream->key, key, STREAM_KEY);
        stream->cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
        stream->context = EVP_CIPHER_CTX_new();
        if (stream->cipher != NULL && stream->context != NULL)
                return stream;
        stream_free(stream);
        return NULL;
}

uint32_t stream_chunks(uint64_t plaintext_size)
{
        if (plaintext_size == 0)
                return 1;
        uint64_t chunks = (plaintext_size - 1) / SIGNING_CHUNK + 1;
        return chunks <= UINT32_MAX ? (uint32_t)chunks : 0;
}

size_t stream_chunk_size(uint64_t plaintext_size, uint32_t n)
{
        uint64_t left = plaintext_size - (uint64_t)n * SIGNING_CHUNK;
        return left < SIGNING_CHUNK ? (size_t)left : SIGNING_CHUNK;
}

uint64_t stream_sealed_size(uint64_t plaintext_size)
{
        return plaintext_size + (uint64_t)stream_chunks(plaintext_size) * STREAM_OVERHEAD;
}

static void place_write(struct stream_place place, uint8_t iv[STREAM_IV])
{
        memset(iv, 0, STREAM_IV);
        for (int i = 0; i < 4; i++)
                iv[7 + i] = (uint8_t)(place.n >> 8 * (3 - i));
        iv[STREAM_IV - 1] = place.last;
}

bool stream_seal(struct stream *stream, struct stream_place place, struct signing_bytes in, uint8_t *out)
{
        uint8_t *text = out + STREAM_IV;
        int size = 0, rest = 0;
        place_write(place, out);
        return EVP_EncryptInit_ex2(stream->context, stream->cipher, stream->key, out, NULL) == 1 &&
               EVP_EncryptUpdate(stream->context, text, &size, in.data, (int)in.size) == 1 &&
               EVP_EncryptFinal_ex(stream->context, text + size, &rest) == 1 &&
               EVP_CIPHER_CTX_ctrl(stream->context, EVP_CTRL_AEAD_GET_TAG, STREAM_TAG, text + in.size) == 1;
}

/* The IV that stands before the chunk must be the one its place demands; it is then not believed but made again. */
bool stream_open(struct stream *stream, struct stream_place place, struct signing_bytes in, uint8_t *out)
{
        if (in.size < STREAM_OVERHEAD || in.size > SIGNING_SEALED_CHUNK)
                return false;
        uint8_t iv[STREAM_IV], tag[STREAM_TAG];
        size_t length = in.size - STREAM_OVERHEAD;
        int size = 0, rest = 0;
        place_write(place, iv);
        memcpy(tag, in.data + in.size - STREAM_TAG, STREAM_TAG);
        return memcmp(iv, in.data, STREAM_IV) == 0 &&
               EVP_DecryptInit_ex2(stream->context, stream->cipher, stream->key, iv, NULL) == 1 &&
               EVP_DecryptUpdate(stream->context, out, &size, in.data + STREAM_IV, (int)length) == 1 &&
               EVP_CIPHER_CTX_ctrl(stream->context, EVP_CTRL_AEAD_SET_TAG, STREAM_TAG, tag) == 1 &&
               EVP_DecryptFinal_ex(stream->context, out + size, &rest) == 1;
}
