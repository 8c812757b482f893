/*
 * refusals.h - every reason why a form is refused, not only the first: a filer
 * corrects all of it at once.
 */
#ifndef PLI_FORMATS_REFUSALS_H
#define PLI_FORMATS_REFUSALS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "signing/signing.h"

enum { REFUSALS_MAX = 32 };

/* In the order of the form; those beyond the table's end are dropped. Zero-initialise. */
struct refusals {
        size_t count;
        struct signing_refusal list[REFUSALS_MAX];
};

/* Adds a reason (code for programs, clause for lawyers, sentence for people) and answers false. */
bool refusals_add(struct refusals *refusals, const char *code, const char *clause, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
/* [{"code","clause","text"}…]; the caller owns it. */
json_t *refusals_json(const struct refusals *refusals) __attribute__((warn_unused_result));

#endif
