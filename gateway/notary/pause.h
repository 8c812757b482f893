/* pause.h - leave a thing alone after it failed, twice as long each time. The clock is the machine's monotonic one. */
#ifndef PLI_NOTARY_PAUSE_H
#define PLI_NOTARY_PAUSE_H

#include <stdbool.h>
#include <stdint.h>

enum { PAUSE_FIRST = 1, PAUSE_MOST = 300 }; /* seconds */

/* Zero-initialise: ready. */
struct pause {
        int64_t until, seconds;
};

int64_t pause_now(void); /* seconds of the monotonic clock */
int64_t pause_milliseconds(void);
bool pause_over(const struct pause *pause);
/* It worked: ready at once. It failed: not before twice the last pause is over. */
void pause_settle(struct pause *pause, bool worked);

#endif
