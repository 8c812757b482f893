/*
 * rows.h - rows of one API function, page by page, in the order of one integer
 * member: api.NAME([level,] after, limit).
 */
#ifndef PLI_ADMIN_ROWS_H
#define PLI_ADMIN_ROWS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/core/db.h"

struct rows {
        const char *function, *key;
        int64_t level; /* -1: the function takes none */
        int64_t page_size;
        json_t *page; /* NULL before the first */
        size_t at;
        int64_t last; /* the key of the row read last; rows after it are read. -1: from the first on */
};

/* The next row, NULL at the end; borrowed until the next call. False where the database fails. */
bool rows_read(struct db *db, struct rows *rows, const json_t **out, struct problem *problem) __attribute__((warn_unused_result));
void rows_end(struct rows *rows);

/* Hex of exactly `size` bytes. */
bool rows_hex(const json_t *row, const char *name, uint8_t *out, size_t size) __attribute__((warn_unused_result));
int64_t rows_integer(const json_t *row, const char *name);

#endif
