/*
 * instant.h - one clock, the database's: this machine's clock is read where
 * something happens, and corrected by the difference measured against it.
 */
#ifndef PLI_FRONT_INSTANT_H
#define PLI_FRONT_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

struct db;

/* Asks the database for its hour; false where it does not answer (the last difference stays). Thread-safe. */
bool instant_measure(struct db *db);
/* True once it has answered. */
bool instant_known(void);
/* Microseconds since 1970 by this machine's clock. */
int64_t instant_here(void);
/* That instant by the database's clock, RFC 3339 in UTC: "2026-03-31T11:59:59.123456Z". */
void instant_text(int64_t here, char text[40]);
/* RFC 3339 in UTC to microseconds since 1970. Pure. */
bool instant_parse(const char *text, int64_t *microseconds) __attribute__((warn_unused_result));
/* Milliseconds of a clock that never jumps. */
int64_t instant_ticks(void);

/* The same hour as seconds since 1970: the control time of a verdict. */
int64_t instant_control(void);

#endif
