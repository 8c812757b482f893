/* bytes.h - a growing buffer that is a sink, bounded at birth. */
#ifndef PLI_NOTARY_BYTES_H
#define PLI_NOTARY_BYTES_H

#include "signing/signing.h"

/* Zero-initialise but for `limit`; bytes_free() leaves it empty. */
struct bytes {
        uint8_t *data;
        size_t size, room, limit;
};

struct signing_sink bytes_sink(struct bytes *bytes);
bool bytes_add(struct bytes *bytes, const void *data, size_t size) __attribute__((warn_unused_result));
struct signing_bytes bytes_view(const struct bytes *bytes); /* borrowed */
void bytes_free(struct bytes *bytes);
/* A whole file of at most bytes->limit bytes. */
bool bytes_read_file(struct bytes *bytes, const char *path) __attribute__((warn_unused_result));

#endif
