/*
 * db.h - one call = one SQL function = one transaction. The only door to libpq.
 *
 * A struct db is one connection, used by one thread at a time. A lost
 * connection is reopened at the next call; a call that failed because the
 * database was away answers "database-unavailable" (503).
 */
#ifndef PLI_CORE_DB_H
#define PLI_CORE_DB_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/core/problem.h"

struct db;

/* Typed arguments, built by name: db_text("x"), db_bytes(data, size). Texts and bytes are borrowed. */
enum db_type { DB_NULL, DB_TEXT, DB_INTEGER, DB_BYTES, DB_BOOL };
struct db_argument {
        enum db_type type;
        const char *text; /* DB_TEXT: uuid, timestamptz, jsonb and enums travel as text */
        int64_t integer;
        const void *data;
        size_t size;
};
static inline struct db_argument db_text(const char *text)
{
        return (struct db_argument){.type = text != NULL ? DB_TEXT : DB_NULL, .text = text};
}
static inline struct db_argument db_integer(int64_t n)
{
        return (struct db_argument){.type = DB_INTEGER, .integer = n};
}
static inline struct db_argument db_bytes(const void *data, size_t size)
{
        return (struct db_argument){.type = data != NULL ? DB_BYTES : DB_NULL, .data = data, .size = size};
}
static inline struct db_argument db_bool(bool b)
{
        return (struct db_argument){.type = DB_BOOL, .integer = b};
}

struct db *db_open(const char *conninfo, const char *program);
void db_close(struct db *db);

/* `function` is "api.deposit_open"; its arguments are cast by the function's own signature. */
bool db_call(struct db *db, const char *function, const struct db_argument *arguments, size_t count, struct problem *problem)
        __attribute__((warn_unused_result));
/* A function that answers one jsonb (NULL becomes json null). The caller owns *out. */
bool db_call_json(struct db *db, const char *function, const struct db_argument *arguments, size_t count, json_t **out,
                  struct problem *problem) __attribute__((warn_unused_result));
/* A function that answers one bytea; *out is malloc'ed, NULL for SQL null. */
bool db_call_bytes(struct db *db, const char *function, const struct db_argument *arguments, size_t count, uint8_t **out,
                   size_t *size, struct problem *problem) __attribute__((warn_unused_result));
/* A function that answers rows of (number int, data bytea), row by row (libpq's
 * single-row mode); each() answers false to stop early, which is no problem. */
bool db_call_rows(struct db *db, const char *function, const struct db_argument *arguments, size_t count,
                  bool (*each)(void *context, int64_t number, const uint8_t *data, size_t size), void *context,
                  struct problem *problem) __attribute__((warn_unused_result));

/* Several calls in one pipeline and ONE transaction (no Sync between them): all
 * committed, or none and the problem is the first one's. */
struct db_statement {
        const char *function;
        const struct db_argument *arguments;
        size_t count;
};
bool db_call_together(struct db *db, const struct db_statement *statements, size_t count, struct problem *problem)
        __attribute__((warn_unused_result));

/* LISTEN, then wait for a NOTIFY on any listened channel: true where one came within milliseconds. */
bool db_listen(struct db *db, const char *channel, struct problem *problem) __attribute__((warn_unused_result));
bool db_wait(struct db *db, int milliseconds, char payload[128]);
/* Run one file of SQL as it is (migrations only). */
bool db_script(struct db *db, const char *sql, struct problem *problem) __attribute__((warn_unused_result));

#endif
