/* breaker.c - 10 s after the third failure in a row, then twice as long each time, up to five minutes. */
#include "gateway/relay/breaker.h"

bool breaker_allows(const struct breaker *breaker, int64_t now)
{
        return now >= breaker->open_until;
}

void breaker_report(struct breaker *breaker, bool well, int64_t now)
{
        if (well) {
                *breaker = (struct breaker){0};
                return;
        }
        breaker->failures++;
        if (breaker->failures < BREAKER_FAILURES)
                return;
        int64_t wait = BREAKER_FIRST_SECONDS;
        for (unsigned i = BREAKER_FAILURES; i < breaker->failures && wait < BREAKER_MOST_SECONDS; i++)
                wait *= 2;
        breaker->open_until = now + (wait < BREAKER_MOST_SECONDS ? wait : BREAKER_MOST_SECONDS);
}
