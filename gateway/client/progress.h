/*
 * progress.h - how far a long job is, how fast it goes and when it will be over,
 * on standard error: a bar on a terminal, one line a second with --progress
 * elsewhere, else nothing.
 */
#ifndef PLI_CLIENT_PROGRESS_H
#define PLI_CLIENT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct invocation;

/* The speed, from what was done at the last few instants. Pure. */
enum { PACE_SAMPLES = 32 };
struct pace {
        struct {
                int64_t at;
                uint64_t done;
        } samples[PACE_SAMPLES]; /* at: milliseconds, rising */
        unsigned count, next;
};
void pace_add(struct pace *pace, int64_t milliseconds, uint64_t done);
/* Bytes a second over the last ten seconds; 0 where it is not known yet. */
uint64_t pace_rate(const struct pace *pace);
/* Seconds that are left; -1 where it is not known. */
int64_t pace_left(const struct pace *pace, uint64_t done, uint64_t total);

struct progress;
struct progress *progress_new(const struct invocation *invocation, const char *label, uint64_t total);
/* What is done by now; the first call counts as the start (a resumed job does not look fast). */
void progress_set(struct progress *progress, uint64_t done);
int64_t progress_left(const struct progress *progress);
/* A sentence above the bar. */
void progress_note(struct progress *progress, const char *format, ...) __attribute__((format(printf, 2, 3)));
void progress_free(struct progress *progress); /* leaves the last line; NULL is allowed */

#endif
