/*
 * sequence.h - an element's children, taken in the order a schema gives them.
 *
 * Each taker answers NULL where the next child is another one; sequence_done()
 * tells in the end whether all were taken and nothing else stood there.
 */
#ifndef PLI_SIGNING_SEQUENCE_H
#define PLI_SIGNING_SEQUENCE_H

#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sequence {
        const xmlNode *next;
        bool broken;
};

struct sequence sequence_of(const xmlNode *parent);
/* The next child, where it is that one. */
const xmlNode *sequence_take(struct sequence *sequence, const char *space, const char *name);
/* The same for a child that may be absent. */
const xmlNode *sequence_maybe(struct sequence *sequence, const char *space, const char *name);
/* Its text, into room for `size` bytes; false and broken where it is longer. May be empty. */
bool sequence_text(struct sequence *sequence, const char *space, const char *name, char *out, size_t size);
/* The Algorithm attribute of that child is `uri`. */
bool sequence_algorithm(struct sequence *sequence, const char *space, const char *name, const char *uri);
/* Its text is base64 of exactly or at most so many bytes. */
bool sequence_base64_exactly(struct sequence *sequence, const char *space, const char *name, uint8_t *out, size_t size);
bool sequence_base64(struct sequence *sequence, const char *space, const char *name, uint8_t *out, size_t most, size_t *size);
bool sequence_done(const struct sequence *sequence);

/* A decimal attribute without sign or leading zeros, at most `most`. */
bool attribute_number(const xmlNode *node, const char *name, uint64_t most, uint64_t *out);

#endif
