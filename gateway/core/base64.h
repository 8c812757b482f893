/*
 * base64.h - RFC 4648 section 4, strictly: padding as it must be, unused bits
 * zero; line feeds are skipped, as PostgreSQL's encode() breaks lines. Pure.
 */
#ifndef PLI_CORE_BASE64_H
#define PLI_CORE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* *out is malloc'ed, also for no bytes at all. NULL text is refused. */
bool base64_read(const char *text, uint8_t **out, size_t *size) __attribute__((warn_unused_result));
/* Exactly `size` bytes into `out`, or false. */
bool base64_read_exactly(const char *text, uint8_t *out, size_t size) __attribute__((warn_unused_result));
/* One line, malloc'ed. */
char *base64_write(const void *data, size_t size) __attribute__((warn_unused_result));

#endif
