/*
 * content.h - a stored content (sealed chunks of an envelope, plain chunks of a
 * file) read at any offset, through a small cache that reads ahead.
 *
 * Memory: at most CONTENT_CHUNKS chunks, whatever the size of the content.
 * One content is used by one thread, with that thread's connection.
 */
#ifndef PLI_FRONT_CONTENT_H
#define PLI_FRONT_CONTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/core/db.h"
#include "gateway/core/problem.h"
#include "gateway/core/verdict.h"

enum { CONTENT_CHUNKS = 12, CONTENT_AHEAD = 8 };

struct content_place {
        const char *day; /* partition, "2026-03-31" */
        int64_t content;
        uint64_t size;
        uint32_t chunk; /* bytes of a full chunk: SIGNING_SEALED_CHUNK or SIGNING_CHUNK */
};

struct content;

/* `place` is copied; `db` borrowed until content_close(). */
struct content *content_open(struct db *db, const struct content_place *place);
void content_close(struct content *content);
/* Its context is the content. A read that fails leaves why in content_problem(). */
struct verdict_source content_source(struct content *content);
const struct problem *content_problem(const struct content *content);
/* Whole content, in order, to write(); false where a read failed or write() answered false. */
bool content_copy(struct content *content, bool (*write)(void *context, const uint8_t *data, size_t size), void *context)
        __attribute__((warn_unused_result));
/* SHA-256 of all of it. */
bool content_digest(struct content *content, uint8_t sha256[32], struct problem *problem) __attribute__((warn_unused_result));

#endif
