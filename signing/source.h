/*
 * source.h - sources and sinks made of memory, and reading a source in order.
 */
#ifndef PLI_SIGNING_SOURCE_H
#define PLI_SIGNING_SOURCE_H

#include "signing/signing.h"

/* Reads out of `memory`, which must outlive the source. */
struct signing_source source_memory(const struct signing_bytes *memory);
/* Hands the whole source to `sink` in blocks of 64 KiB. */
bool source_copy(const struct signing_source *source, const struct signing_sink *sink, struct signing_refusal *why)
        __attribute__((warn_unused_result));
/* The whole source in memory; malloc'ed. Refused above `limit`. */
bool source_read(const struct signing_source *source, size_t limit, uint8_t **out, struct signing_refusal *why)
        __attribute__((warn_unused_result));

/* A growing buffer as a sink; it refuses to grow past `limit`. free(data) when done. */
struct sink_memory {
        uint8_t *data;
        size_t size, room, limit;
};
struct signing_sink sink_memory(struct sink_memory *memory);

#endif
