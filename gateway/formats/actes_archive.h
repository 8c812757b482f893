/*
 * actes_archive.h - the tar.gz that carries an envelope, its message and the
 * documents to @CTES, in that order; owner 0, at most 150 MiB.
 *
 * Streamed: nothing but a block is held in memory. The same entries and time give
 * the same bytes, so that a resend is the same file.
 */
#ifndef PLI_FORMATS_ACTES_ARCHIVE_H
#define PLI_FORMATS_ACTES_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signing/signing.h"

enum { ACTES_ARCHIVE_MAX = 150 * 1024 * 1024 };

/* A file to put in: copy() gives all its `size` bytes to the sink, or answers false. */
struct actes_entry {
        const char *name;
        uint64_t size;
        void *context;
        bool (*copy)(void *context, const struct signing_sink *to);
};

/* Codes: ARCHIVE_SIZE (too large, for ever), ARCHIVE_SOURCE (a copy() failed or gave another size), ARCHIVE_SINK (the sink said
 * no). */
bool actes_archive_write(const struct actes_entry *entries, size_t count, int64_t at, const struct signing_sink *sink,
                         struct signing_refusal *why) __attribute__((warn_unused_result));
/* copy() of an entry whose content is in memory: context is a struct signing_bytes. */
bool actes_entry_copy_bytes(void *context, const struct signing_sink *to) __attribute__((warn_unused_result));

#endif
