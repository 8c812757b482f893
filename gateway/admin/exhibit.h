/*
 * exhibit.h - the files of an export of evidence, in memory, each with its
 * digest; and the container they are written to.
 */
#ifndef PLI_ADMIN_EXHIBIT_H
#define PLI_ADMIN_EXHIBIT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "gateway/core/problem.h"

struct exhibits;

struct exhibits *exhibits_new(void);
void exhibits_free(struct exhibits *exhibits);
/* The text is copied. */
void exhibits_add(struct exhibits *exhibits, const char *name, const char *media_type, const void *data, size_t size);
/* SHA256SUMS over all that was added, for sha256sum -c; added itself. */
void exhibits_sum(struct exhibits *exhibits);
/* [{"name","mediaType","size","sha256"}]; the caller owns it. */
json_t *exhibits_json(const struct exhibits *exhibits);
/* An ASiC-E container without a signature, there whole or not at all. */
bool exhibits_write(const struct exhibits *exhibits, const char *path, struct problem *problem) __attribute__((warn_unused_result));

#endif
