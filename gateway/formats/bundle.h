/*
 * bundle.h - a ZIP archive that is made while it is sent: entries in order, each
 * byte given once, nothing held but one block (libarchive; deflated; zip64 where
 * sizes ask for it). Pure: bytes in, bytes out through the sink.
 */
#ifndef PLI_FORMATS_BUNDLE_H
#define PLI_FORMATS_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signing/signing.h"

struct bundle;

/* `out` is copied; its context must outlive the bundle. NULL where there is no memory. */
struct bundle *bundle_new(const struct signing_sink *out);
void bundle_free(struct bundle *bundle); /* NULL is allowed; what was not ended stays cut */

/* The next entry: a path with '/', UTF-8; `at` in seconds since 1970. All its `size` bytes are then given by bundle_data(). */
bool bundle_entry(struct bundle *bundle, const char *name, uint64_t size, int64_t at) __attribute__((warn_unused_result));
bool bundle_data(struct bundle *bundle, const void *data, size_t size) __attribute__((warn_unused_result));
/* The central directory. False where an entry has not had all its bytes, or the sink said no. */
bool bundle_end(struct bundle *bundle) __attribute__((warn_unused_result));

/* One entry from memory, whole. */
bool bundle_bytes(struct bundle *bundle, const char *name, struct signing_bytes bytes, int64_t at)
        __attribute__((warn_unused_result));

#endif
