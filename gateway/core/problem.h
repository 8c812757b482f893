/*
 * problem.h - what a program says when it cannot do what was asked (RFC 9457).
 *
 * One table, problem_table.h, gives each stable code its HTTP status, its
 * sentences, the clause or limit it comes from and what to do next. SQL raises
 * the same codes (SQLSTATE PLI00, message = code, detail = text).
 */
#ifndef PLI_CORE_PROBLEM_H
#define PLI_CORE_PROBLEM_H

#include <stdbool.h>
#include <jansson.h>

struct problem {
        const struct problem_row *row; /* NULL: no problem */
        char detail[512];              /* this occurrence, in one sentence */
};

struct problem_row {
        const char *code;   /* stable, kebab-case: "deposit-chunk-digest" */
        int status;         /* HTTP */
        int exit;           /* of a command: sysexits.h */
        const char *clause; /* law, standard or limit that refuses */
        const char *title_en, *title_fr;
        const char *next_en, *next_fr; /* what to do */
};

/* Sets the problem and answers false, so that a refusal is one statement. An
 * unknown code is our own fault and becomes "internal". */
bool problem_set(struct problem *out, const char *code, const char *format, ...) __attribute__((format(printf, 3, 4)));
const struct problem_row *problem_find(const char *code);
/* The problem+json object, in "fr" or "en"; the caller owns it. */
json_t *problem_json(const struct problem *problem, const char *language, const char *instance) __attribute__((warn_unused_result));

#endif
