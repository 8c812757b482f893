/* spool.c - the unnamed file. */
#include "gateway/relay/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "gateway/relay/hash.h"

struct spool {
        int fd;
        uint64_t size;
        struct hash *hash;
};

bool spool_open(const char *folder, struct spool **out, struct problem *problem)
{
        int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (fd < 0)
                return problem_set(problem, "file-unwritable", "No archive can be made in %s: %s", folder, strerror(errno));
        struct spool *spool = calloc(1, sizeof *spool);
        if (spool == NULL)
                abort();
        *spool = (struct spool){.fd = fd, .hash = hash_new()};
        *out = spool;
        return true;
}

void spool_close(struct spool *spool)
{
        if (spool == NULL)
                return;
        close(spool->fd);
        hash_free(spool->hash);
        free(spool);
}

bool spool_write(void *context, const uint8_t *data, size_t size)
{
        struct spool *spool = context;
        hash_add(spool->hash, data, size);
        while (size > 0) {
                ssize_t written = pwrite(spool->fd, data, size, (off_t)spool->size);
                if (written < 0 && errno == EINTR)
                        continue;
                if (written <= 0)
                        return false;
                data += written;
                size -= (size_t)written;
                spool->size += (uint64_t)written;
        }
        return true;
}

long spool_read(const struct spool *spool, uint64_t offset, void *buffer, size_t size)
{
        for (;;) {
                ssize_t got = pread(spool->fd, buffer, size, (off_t)offset);
                if (got >= 0 || errno != EINTR)
                        return got;
        }
}

uint64_t spool_size(const struct spool *spool)
{
        return spool->size;
}

void spool_digest(const struct spool *spool, char hex[65])
{
        hash_show(spool->hash, hex);
}
