/* spool.c - O_TMPFILE and AES-256-CTR; the counter runs through the file once for writing and once for reading. */
#include "gateway/front/spool.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 262144 };

struct spool {
        int fd;
        uint64_t written, taken; /* bytes */
        bool reading;
        uint8_t key[32];
        EVP_CIPHER_CTX *cipher;
};

/* A key is used for one file only, so the counter starts at zero. */
static bool cipher_start(struct spool *spool)
{
        static const uint8_t counter[16] = {0};
        return EVP_EncryptInit_ex(spool->cipher, EVP_aes_256_ctr(), NULL, spool->key, counter) == 1;
}

bool spool_open(const char *folder, struct spool **out, struct problem *problem)
{
        struct spool *spool = calloc(1, sizeof *spool);
        if (spool == NULL)
                abort();
        spool->cipher = EVP_CIPHER_CTX_new();
        spool->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        bool open_failed = spool->fd < 0;
        int why = errno;
        if (open_failed || spool->cipher == NULL || RAND_bytes(spool->key, sizeof spool->key) != 1 || !cipher_start(spool)) {
                spool_close(spool);
                return problem_set(problem, "internal", "no spool in %s: %s", folder, open_failed ? strerror(why) : "no cipher");
        }
        *out = spool;
        return true;
}

void spool_close(struct spool *spool)
{
        if (spool == NULL)
                return;
        if (spool->fd >= 0)
                close(spool->fd);
        EVP_CIPHER_CTX_free(spool->cipher);
        OPENSSL_cleanse(spool->key, sizeof spool->key);
        free(spool);
}

uint64_t spool_size(const struct spool *spool)
{
        return spool->written;
}

static bool write_all(int fd, const uint8_t *data, size_t size)
{
        while (size > 0) {
                ssize_t n = write(fd, data, size);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return false;
                data += n;
                size -= (size_t)n;
        }
        return true;
}

bool spool_write(struct spool *spool, const void *data, size_t size)
{
        assert(!spool->reading);
        const uint8_t *at = data;
        uint8_t sealed[16384];
        while (size > 0) {
                int piece = (int)(size < sizeof sealed ? size : sizeof sealed), made = 0;
                if (EVP_EncryptUpdate(spool->cipher, sealed, &made, at, piece) != 1 || !write_all(spool->fd, sealed, (size_t)made))
                        return false;
                at += piece;
                size -= (size_t)piece;
                spool->written += (uint64_t)piece;
        }
        return true;
}

static bool read_all(struct spool *spool, uint8_t *data, size_t size)
{
        for (size_t got = 0; got < size;) {
                ssize_t n = pread(spool->fd, data + got, size - got, (off_t)(spool->taken + got));
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return false;
                got += (size_t)n;
        }
        return true;
}

/* In place: CTR deciphers a block over itself. */
static bool decipher(struct spool *spool, uint8_t *data, size_t size)
{
        int made = 0;
        return EVP_EncryptUpdate(spool->cipher, data, &made, data, (int)size) == 1 && (size_t)made == size;
}

bool spool_read(struct spool *spool, uint8_t **block, size_t *size)
{
        if (!spool->reading && !cipher_start(spool))
                return false;
        spool->reading = true;
        uint64_t left = spool->written - spool->taken;
        size_t next = left < BLOCK ? (size_t)left : BLOCK;
        uint8_t *data = next > 0 ? malloc(next) : NULL;
        if (next > 0 && (data == NULL || !read_all(spool, data, next) || !decipher(spool, data, next))) {
                free(data);
                return false;
        }
        spool->taken += next;
        *block = data;
        *size = next;
        return true;
}
