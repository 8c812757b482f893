/*
 * show.h - what `pli` prints: tables and pairs for people on a terminal,
 * tab-separated lines for programs, JSON with --json. Colour only on a terminal.
 */
#ifndef PLI_CLIENT_SHOW_H
#define PLI_CLIENT_SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "gateway/core/problem.h"

struct invocation;
struct signing_refusal;

/* Says the problem on standard error, in words and with what to do next; answers its exit status. */
int show_problem(const struct invocation *invocation, const struct problem *problem);
/* A refusal of the library as a problem with the code given. Answers false. */
bool problem_refused(struct problem *problem, const char *code, const char *what, const struct signing_refusal *why);

void show_json(const json_t *object);

/* A file was written, out of that many: what commands that make one say. Answers 0. */
int show_written(const struct invocation *invocation, const char *path, size_t files);

/* "label: value" aligned on a terminal, "label<TAB>value" elsewhere. Nothing where value is NULL or empty. */
void show_pair(const char *label, const char *value);
/* A sentence to standard error: progress of the story, never the result. */
void show_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A table of `columns` texts; header first. Cells are copied; NULL is an empty cell. */
struct show_table;
struct show_table *show_table_new(size_t columns, const char *const *header);
void show_table_row(struct show_table *table, const char *const *cells);
void show_table_end(struct show_table *table); /* prints and frees it */

/* "✓ sentence" or "✗ sentence". */
void show_check(bool good, const char *sentence);

/* Sizes and instants in the words of this run's language. `buffer` is returned. */
const char *show_size(uint64_t bytes, char buffer[32]);
const char *show_duration(int64_t seconds, char buffer[48]);
/* An RFC 3339 instant as the local hour, seconds included, with the zone's name. */
const char *show_instant(const char *instant, char buffer[64]);
/* Seconds since 1970 of an RFC 3339 instant; false where it is none. */
bool instant_seconds(const char *instant, int64_t *seconds) __attribute__((warn_unused_result));

/* A member of an object as text: "" where absent; numbers and booleans in words. Borrowed, or from one of a few static buffers. */
const char *field_text(const json_t *object, const char *key);

#endif
