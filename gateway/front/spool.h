/*
 * spool.h - a document on its way from a fast judge to a slow reader: a file
 * without a name, encrypted (AES-256-CTR) under a key that lives in memory only,
 * so that neither a judge nor memory is held by a slow client, and nothing
 * readable is ever on the disk.
 *
 * Written once from start to end, then read once from start to end.
 */
#ifndef PLI_FRONT_SPOOL_H
#define PLI_FRONT_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/core/problem.h"

struct spool;

bool spool_open(const char *folder, struct spool **out, struct problem *problem) __attribute__((warn_unused_result));
void spool_close(struct spool *spool);
bool spool_write(struct spool *spool, const void *data, size_t size) __attribute__((warn_unused_result));
uint64_t spool_size(const struct spool *spool);
/* The next block, malloc'ed; *size 0 and NULL at the end. The first read ends the writing. */
bool spool_read(struct spool *spool, uint8_t **block, size_t *size) __attribute__((warn_unused_result));

#endif
