/* pause.c - exponential back-off. */
#include <time.h>

#include "gateway/notary/pause.h"

int64_t pause_now(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return now.tv_sec;
}

int64_t pause_milliseconds(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool pause_over(const struct pause *pause)
{
        return pause_now() >= pause->until;
}

void pause_settle(struct pause *pause, bool worked)
{
        if (worked) {
                *pause = (struct pause){.seconds = 0};
                return;
        }
        pause->seconds = pause->seconds == 0 ? PAUSE_FIRST : pause->seconds * 2;
        if (pause->seconds > PAUSE_MOST)
                pause->seconds = PAUSE_MOST;
        pause->until = pause_now() + pause->seconds;
}
