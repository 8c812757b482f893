/*
 * writer.h - XML text, written element by element into memory.
 *
 * A failure (memory) is remembered and told once, by writer_finish(); calls in
 * between may be made blindly. Text and attributes are escaped here.
 */
#ifndef PLI_SIGNING_WRITER_H
#define PLI_SIGNING_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "signing/signing.h"

struct writer;

/* NULL where there is no memory; every function takes NULL. The XML declaration is written first. */
struct writer *writer_new(void);
void writer_free(struct writer *writer);

void writer_start(struct writer *writer, const char *name);
void writer_end(struct writer *writer);
void writer_attribute(struct writer *writer, const char *name, const char *value);
void writer_attribute_number(struct writer *writer, const char *name, uint64_t value);
void writer_text(struct writer *writer, const char *text);
void writer_base64(struct writer *writer, struct signing_bytes bytes);
/* <name>text</name>, <name Algorithm="uri"/> */
void writer_leaf(struct writer *writer, const char *name, const char *text);
void writer_leaf_base64(struct writer *writer, const char *name, struct signing_bytes bytes);
void writer_leaf_algorithm(struct writer *writer, const char *name, const char *uri);

/* Ends the document; *out is borrowed from the writer. */
bool writer_finish(struct writer *writer, struct signing_bytes *out, struct signing_refusal *why)
        __attribute__((warn_unused_result));

#endif
