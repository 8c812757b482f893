/*
 * trust.h - what verdicts of this gateway are told to trust: the files of the
 * configuration, and the folder of trusted lists that `pli trust refresh` keeps.
 * Read for each verdict, so that what was refreshed counts at once.
 */
#ifndef PLI_FRONT_TRUST_H
#define PLI_FRONT_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/core/problem.h"
#include "gateway/core/verdict.h"

struct config;
struct trust;

/* A file that is not there leaves that kind of signature unjudged (said once in the log); one that cannot be read is a problem. */
bool trust_load(const struct config *config, struct trust **out, struct problem *problem) __attribute__((warn_unused_result));
void trust_free(struct trust *trust);
/* Borrowed from `trust`; `at`: control time, seconds since 1970. */
struct verdict_trust trust_at(const struct trust *trust, int64_t at);

#endif
