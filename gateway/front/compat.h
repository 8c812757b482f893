/*
 * compat.h - how S²LOW answers: plain text in ISO-8859-1, the first line OK or KO.
 * Its HTTP status is 200 either way: old software looks at the text.
 */
#ifndef PLI_FRONT_COMPAT_H
#define PLI_FRONT_COMPAT_H

#include "gateway/formats/refusals.h"
#include "gateway/front/form_filing.h"
#include "gateway/front/http.h"

/* "OK\n" and the lines; NULL lines for none. `more` follows as it is, byte for byte. */
enum answer compat_ok(struct request *request, const char *line, const void *more, size_t size);
enum answer compat_ko(struct request *request, const char *sentence);
/* The problem in the caller's language, or every refusal, a line each. */
enum answer compat_problem(struct request *request, const struct problem *problem);
enum answer compat_refused(struct request *request, const struct refusals *why);
/* The number named `name` in the query, or among the form's fields. */
bool compat_number(const char *text, int64_t *out);
/* ISO-8859-1 of a UTF-8 text, "?" for what it lacks. malloc'ed. */
char *compat_latin1(const char *text) __attribute__((warn_unused_result));
/* Inspects and submits, or keeps the refusal; then "OK" and `transaction`, or "KO" and why. */
enum answer compat_settle(struct request *request, const char *filing, int64_t transaction);

#endif
