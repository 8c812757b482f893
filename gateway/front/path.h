/*
 * path.h - a request's path held against a route's pattern, and percent-decoding
 * (RFC 3986 2.1). Variables are decoded after the path has been cut, so that an
 * encoded slash stays inside its variable.
 */
#ifndef PLI_FRONT_PATH_H
#define PLI_FRONT_PATH_H

#include <stdbool.h>
#include <stddef.h>

enum { PATH_VARIABLES = 4, PATH_VARIABLE_BYTES = 1024 };

/* "/a/{b}/c": {b} takes one whole, not empty segment; a last "*" takes any rest. On true the
 * variables are malloc'ed, in order, NULL after the last. Pure. */
bool path_match(const char *pattern, const char *path, char *variables[PATH_VARIABLES]) __attribute__((warn_unused_result));
void path_variables_free(char *variables[PATH_VARIABLES]);
/* Refuses a bad escape, a control character and what is not UTF-8. */
bool path_decode(const char *text, size_t size, char *out, size_t room) __attribute__((warn_unused_result));

#endif
