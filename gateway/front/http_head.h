/*
 * http_head.h - what can be decided of a request before a byte of its body is
 * read: is it well formed, what does it ask for, may it be asked now.
 */
#ifndef PLI_FRONT_HTTP_HEAD_H
#define PLI_FRONT_HTTP_HEAD_H

#include <stdbool.h>

#include "gateway/core/problem.h"

struct exchange;

/* Fills route, variables and language. `version` as the library gives it, behind the URI. */
bool head_read(struct exchange *exchange, const char *version, struct problem *problem) __attribute__((warn_unused_result));

#endif
