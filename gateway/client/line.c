/* line.c - sends bytes that the gateway counts and throws away. */
#include "gateway/client/line.h"

#include <stdlib.h>
#include <time.h>

#include "gateway/client/session.h"

enum { FIRST = 64 * 1024, MOST = 8 * 1024 * 1024, GROWTH = 4, ENOUGH_MILLISECONDS = 700 };

static int64_t milliseconds_now(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The first request opens the connection and is not timed. */
static bool send_zeros(struct session *session, const void *zeros, size_t size)
{
        struct problem ignored = {0}; /* a measurement is a courtesy: without it the deposit goes on */
        struct answer answer = {0};
        const struct call call = {.method = "POST", .path = "/api/v1/line", .body = zeros, .body_size = size, .once = true};
        bool sent = session_call(session, &call, &answer, &ignored);
        answer_free(&answer);
        return sent;
}

bool line_measure(struct session *session, uint64_t *rate)
{
        char *zeros = calloc(1, MOST);
        if (zeros == NULL || !send_zeros(session, zeros, 1)) {
                free(zeros);
                return false;
        }
        bool measured = false, more = true;
        for (size_t size = FIRST; more && size <= MOST; size *= GROWTH) {
                int64_t began = milliseconds_now();
                more = send_zeros(session, zeros, size);
                int64_t took = milliseconds_now() - began;
                if (more)
                        *rate = size * 1000 / (uint64_t)(took > 0 ? took : 1);
                measured = measured || more;
                more = more && took < ENOUGH_MILLISECONDS;
        }
        free(zeros);
        return measured;
}
