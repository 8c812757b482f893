/*
 * resume.h - the file that lets a deposit go on after kill -9 or a power cut:
 * what was asked of which gateway under which key, and what came of it.
 *
 *   {"version":1,"gateway","consultation","key","commit","deposit":id|null,
 *    "envelopes":[{"envelope","manifest":hex}],"state":"open"|"committed"}
 *
 * It is written before each step it speaks of, by temp, fsync and rename.
 */
#ifndef PLI_CLIENT_RESUME_H
#define PLI_CLIENT_RESUME_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "gateway/core/problem.h"

struct sealed;

struct resume {
        const char *path; /* borrowed */
        json_t *state;
        bool fresh; /* nothing to resume: a new deposit */
};

/* Reads the file, or begins a new one where there is none or it speaks of other envelopes. */
bool resume_open(const char *path, const char *gateway, const struct sealed *sealed, size_t count, struct resume *out,
                 struct problem *problem) __attribute__((warn_unused_result));
void resume_close(struct resume *resume);
/* Sets a text member and writes the file. */
bool resume_set(struct resume *resume, const char *member, const char *value, struct problem *problem)
        __attribute__((warn_unused_result));
const char *resume_get(const struct resume *resume, const char *member); /* "" where absent */
/* Does this state speak of exactly these envelopes on this gateway? Pure. */
bool resume_matches(const json_t *state, const char *gateway, const struct sealed *sealed, size_t count);

#endif
