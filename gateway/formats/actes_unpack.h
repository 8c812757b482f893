/*
 * actes_unpack.h - the files of a tar.gz that the State sent: S2LOW's kind of
 * return, where envelope, message and documents come as one attachment.
 *
 * Plain files with plain names only; a hostile archive is refused before it costs
 * more than the bounds.
 */
#ifndef PLI_FORMATS_ACTES_UNPACK_H
#define PLI_FORMATS_ACTES_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signing/signing.h"

enum { ACTES_UNPACK_FILES = 64, ACTES_UNPACK_MAX = 64 * 1024 * 1024 };

/* take() is given each file in order and answers false to stop, which refuses. Name and bytes are lent for the call.
 * Codes: ARCHIVE_UNREADABLE, ARCHIVE_ENTRY (a folder, a link, a name with a path), ARCHIVE_SIZE. */
struct actes_taker {
        void *context;
        bool (*take)(void *context, const char *name, struct signing_bytes file);
};
bool actes_unpack(struct signing_bytes archive, const struct actes_taker *taker, struct signing_refusal *why)
        __attribute__((warn_unused_result));

#endif
