/*
 * parcel_file.h - a file without a name, in which an archive waits while it is sent:
 * gone with the process, whatever happens. Its SHA-256 is taken on the way in.
 */
#ifndef PLI_RELAY_PARCEL_FILE_H
#define PLI_RELAY_PARCEL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/core/problem.h"

struct parcel_file;

/* `folder` must take O_TMPFILE (any local file system of Linux does). */
bool parcel_file_open(const char *folder, struct parcel_file **out, struct problem *problem) __attribute__((warn_unused_result));
void parcel_file_close(struct parcel_file *file);
/* A signing_sink's write(): appends. `context` is the file. False where the disk is full or faulty. */
bool parcel_file_write(void *context, const uint8_t *data, size_t size) __attribute__((warn_unused_result));
/* At most `size` bytes at `offset`; 0 at the end, -1 on a fault. */
long parcel_file_read(const struct parcel_file *file, uint64_t offset, void *buffer, size_t size)
        __attribute__((warn_unused_result));
uint64_t parcel_file_size(const struct parcel_file *file);
/* Hex, of everything written so far. */
void parcel_file_digest(const struct parcel_file *file, char hex[65]);

#endif
