/*
 * document.h - a filing's document, read from the database's chunks into an
 * archive and held against the digest that was acknowledged to its filer.
 */
#ifndef PLI_RELAY_DOCUMENT_H
#define PLI_RELAY_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>

#include "gateway/core/db.h"
#include "signing/signing.h"

/* One of filing_show's files; texts are borrowed from it. */
struct document {
        struct db *db;
        const char *name, *day, *sha256;
        int64_t content;
        uint64_t size;
        struct problem *problem; /* what went wrong in document_copy */
};

/* False where the file was never finished (no content, no size). */
bool document_read(const json_t *file, struct document *out) __attribute__((warn_unused_result));
/* copy() of an actes_entry; context is the struct document. */
bool document_copy(void *context, const struct signing_sink *to) __attribute__((warn_unused_result));

#endif
