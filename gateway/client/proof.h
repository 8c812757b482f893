/*
 * proof.h - things that were judged, one after the other: what `pli receipt
 * verify` and `pli evidence verify` say. Exit status 0, 10 or 11.
 */
#ifndef PLI_CLIENT_PROOF_H
#define PLI_CLIENT_PROOF_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/client/input.h"
#include "gateway/core/problem.h"
#include "gateway/formats/refusals.h"

struct invocation;

/* One thing that was judged. */
struct check {
        const char *name;     /* for programs */
        const char *sentence; /* for people, in their language */
        enum signing_indication result;
        char detail[400];
};
enum { CHECKS_MOST = 24 + REFUSALS_MAX };
struct checks {
        struct check list[CHECKS_MOST];
        size_t count;
};

/* The last place is used again where there is no more room. */
struct check *check_add(struct checks *checks, const char *name, enum signing_indication result, const char *sentence);
/* A receipt: its seal, its time-stamp, its place in the journal. False where it is none. */
bool receipt_judge(const struct invocation *invocation, struct content *file, struct checks *checks, struct problem *problem)
        __attribute__((warn_unused_result));
/* `proven`: the last sentence where everything holds. Answers the exit status. */
int checks_show(const struct invocation *invocation, const struct checks *checks, const char *proven);

#endif
