/*
 * breaker.h - a circuit breaker: after failures in a row nobody is called for a
 * while, longer each time, so that a State that is away costs no item an attempt.
 * Pure; the hour is the caller's, in seconds of a clock that never goes back.
 */
#ifndef PLI_RELAY_BREAKER_H
#define PLI_RELAY_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum { BREAKER_FAILURES = 3, BREAKER_FIRST_SECONDS = 10, BREAKER_MOST_SECONDS = 300 };

/* Zero-initialise: calls pass. */
struct breaker {
        unsigned failures; /* in a row */
        int64_t open_until;
};

/* May a call be made? Once the wait is over, one is let through: its outcome decides. */
bool breaker_allows(const struct breaker *breaker, int64_t now);
void breaker_report(struct breaker *breaker, bool well, int64_t now);

#endif
