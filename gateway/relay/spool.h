/*
 * spool.h - a file without a name, in which an archive waits while it is sent:
 * gone with the process, whatever happens. Its SHA-256 is taken on the way in.
 */
#ifndef PLI_RELAY_SPOOL_H
#define PLI_RELAY_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/core/problem.h"

struct spool;

/* `folder` must take O_TMPFILE (any local file system of Linux does). */
bool spool_open(const char *folder, struct spool **out, struct problem *problem) __attribute__((warn_unused_result));
void spool_close(struct spool *spool);
/* A signing_sink's write(): appends. `context` is the spool. False where the disk is full or faulty. */
bool spool_write(void *context, const uint8_t *data, size_t size) __attribute__((warn_unused_result));
/* At most `size` bytes at `offset`; 0 at the end, -1 on a fault. */
long spool_read(const struct spool *spool, uint64_t offset, void *buffer, size_t size) __attribute__((warn_unused_result));
uint64_t spool_size(const struct spool *spool);
/* Hex, of everything written so far. */
void spool_digest(const struct spool *spool, char hex[65]);

#endif
