/*
 * pes_stream.h - XML of the HELIOS protocol read as it passes: elements and texts to
 * a handler, in constant memory whatever the file's size. Pure.
 *
 * No DOCTYPE, no entity but the five predefined, no network; depth, start tags and
 * attributes are bounded. ISO-8859-1, ISO-8859-15, US-ASCII and UTF-8; texts are
 * handed on as UTF-8. Names and values are borrowed until the callback returns.
 */
#ifndef PLI_FORMATS_PES_STREAM_H
#define PLI_FORMATS_PES_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signing/signing.h"

/* Deeper, or a start tag longer or richer, than any PES: libxml2 compares each attribute with each other. */
enum { PES_DEPTH = 64, PES_TAG_BYTES = 64 * 1024, PES_ATTRIBUTES = 64 };

struct pes_stream;
enum pes_encoding { PES_ENCODING_UTF8, PES_ENCODING_ISO_8859_1, PES_ENCODING_ISO_8859_15 };

/* Called inside pes_stream_write(). NULL members are not called. */
struct pes_handler {
        void *context;
        void (*start)(void *context, struct pes_stream *stream, const char *name);
        void (*text)(void *context, struct pes_stream *stream, const char *data, size_t size);
        void (*end)(void *context, struct pes_stream *stream, const char *name);
};

struct pes_stream *pes_stream_new(const struct pes_handler *handler);
void pes_stream_free(struct pes_stream *stream);
/* The next bytes of the file; false once it is refused. Codes: pes-encoding, pes-malformed. */
bool pes_stream_write(struct pes_stream *stream, const uint8_t *data, size_t size) __attribute__((warn_unused_result));
/* After the last byte: was it one whole document? */
bool pes_stream_finish(struct pes_stream *stream, struct signing_refusal *why) __attribute__((warn_unused_result));

/* ---- inside a callback ---- */
size_t pes_stream_depth(const struct pes_stream *stream); /* 1 in the root */
const char *pes_stream_above(const struct pes_stream *stream,
                             size_t n);                        /* the n-th ancestor's name, 1 is the parent; "" above the root */
const char *pes_stream_space(const struct pes_stream *stream); /* namespace of the element that starts, "" for none */
/* An attribute of the element that starts, cut at `size`; false where it has none. Attributes with a prefix are not seen. */
bool pes_stream_attribute(const struct pes_stream *stream, const char *name, char *out, size_t size);
enum pes_encoding pes_stream_encoding(const struct pes_stream *stream);
/* Has a control character of ISO-8859-1's C1 range come by (a sign of windows-1252)? */
bool pes_stream_has_c1(const struct pes_stream *stream);

#endif
