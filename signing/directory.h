/*
 * directory.h - a ZIP archive's own table of contents, read a second time.
 *
 * libzip reads archives generously (it turns a NUL in a name into a space, and
 * allocates whatever a directory asks for). This walk comes first: it bounds the
 * work and refuses what two readers could understand differently
 * (APPNOTE.TXT 4.3.6, 4.3.12, 4.3.16).
 */
#ifndef PLI_SIGNING_DIRECTORY_H
#define PLI_SIGNING_DIRECTORY_H

#include "signing/signing.h"

enum {
        DIRECTORY_ENTRIES_MAX = 1000,         /* real containers hold tens; each entry costs two reads */
        DIRECTORY_BYTES_MAX = 4 * 1024 * 1024 /* 4 KiB an entry: name, extra fields and comment */
};

/* Walks the central directory; *count is its number of entries. */
bool directory_check(const struct signing_source *source, uint64_t *count, struct signing_refusal *why)
        __attribute__((warn_unused_result));

#endif
