/*
 * judges.h - the processes behind verdict.h: started when wanted, lent to one
 * job, replaced when dead.
 *
 * A judge that has seen documents is ended after its job, so that what a hostile
 * bid may have done to it cannot reach the next one; only manifests are read one
 * after the other by the same judge.
 */
#ifndef PLI_CORE_JUDGES_H
#define PLI_CORE_JUDGES_H

#include <sys/types.h>

#include "gateway/core/verdict.h"

struct judge {
        pid_t pid; /* 0: none started */
        int fd;
        unsigned jobs;
        bool busy;
};

enum judge_end { JUDGE_DIED, JUDGE_TIMEOUT };

/* Waits for a free place, up to half a minute. `fresh`: it must never have had a job. NULL with the problem. */
struct judge *judge_claim(struct verdict_pool *pool, bool fresh, struct problem *problem) __attribute__((warn_unused_result));
/* `keep`: it may go on to the next job. */
void judge_release(struct verdict_pool *pool, struct judge *judge, bool keep);
/* Kills a judge that no longer answers, and says how it ended; it must still be released. */
enum judge_end judge_kill(struct judge *judge, bool overdue);
/* When a job that starts now has taken too long: milliseconds of CLOCK_MONOTONIC. */
int64_t judges_deadline(const struct verdict_pool *pool);

#endif
