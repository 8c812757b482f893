/*
 * text.h - the few shapes of text that the State's forms are made of. Pure.
 */
#ifndef PLI_FORMATS_TEXT_H
#define PLI_FORMATS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Only characters of `allowed` ("0-9A-Z_" style: a-b is a range), between least and most of them. */
bool text_matches(const char *text, const char *allowed, size_t least, size_t most) __attribute__((warn_unused_result));
/* A day that exists, written YYYY-MM-DD (xsd:date without time zone). */
bool text_is_date(const char *text) __attribute__((warn_unused_result));
/* Characters of a UTF-8 text. */
size_t text_length(const char *text) __attribute__((warn_unused_result));
/* Only characters that XML 1.0 (production 2) can carry. */
bool text_is_xml(const char *text) __attribute__((warn_unused_result));
bool text_is_utf8(const char *text) __attribute__((warn_unused_result));
/* Copies all of it, or answers false and leaves `out` alone. */
bool text_copy(char *out, size_t room, const char *text) __attribute__((warn_unused_result));

#endif
