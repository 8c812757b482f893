/* parcel_file.c - the unnamed file. */
#include "gateway/relay/parcel_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "gateway/relay/hash.h"

struct parcel_file {
        int fd;
        uint64_t size;
        struct hash *hash;
};

bool parcel_file_open(const char *folder, struct parcel_file **out, struct problem *problem)
{
        int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (fd < 0)
                return problem_set(problem, "file-unwritable", "No archive can be made in %s: %s", folder, strerror(errno));
        struct parcel_file *file = calloc(1, sizeof *file);
        if (file == NULL)
                abort();
        *file = (struct parcel_file){.fd = fd, .hash = hash_new()};
        *out = file;
        return true;
}

void parcel_file_close(struct parcel_file *file)
{
        if (file == NULL)
                return;
        close(file->fd);
        hash_free(file->hash);
        free(file);
}

bool parcel_file_write(void *context, const uint8_t *data, size_t size)
{
        struct parcel_file *file = context;
        hash_add(file->hash, data, size);
        while (size > 0) {
                ssize_t written = pwrite(file->fd, data, size, (off_t)file->size);
                if (written < 0 && errno == EINTR)
                        continue;
                if (written <= 0)
                        return false;
                data += written;
                size -= (size_t)written;
                file->size += (uint64_t)written;
        }
        return true;
}

long parcel_file_read(const struct parcel_file *file, uint64_t offset, void *buffer, size_t size)
{
        for (;;) {
                ssize_t got = pread(file->fd, buffer, size, (off_t)offset);
                if (got >= 0 || errno != EINTR)
                        return got;
        }
}

uint64_t parcel_file_size(const struct parcel_file *file)
{
        return file->size;
}

void parcel_file_digest(const struct parcel_file *file, char hex[65])
{
        hash_show(file->hash, hex);
}
