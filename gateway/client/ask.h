/* ask.h - one question to the gateway in a session of its own. */
#ifndef PLI_CLIENT_ASK_H
#define PLI_CLIENT_ASK_H

#include <jansson.h>
#include <stdbool.h>

#include "gateway/core/problem.h"

struct invocation;

/* GET where `body` is NULL, else POST. `path` (of session_path()) and `body` are taken; the caller owns *out. */
bool ask(const struct invocation *invocation, char *path, json_t *body, json_t **out, struct problem *problem)
        __attribute__((warn_unused_result));
/* {"name": value of the option} for each option of the list that was given; NULL ends it. */
json_t *ask_options(const struct invocation *invocation, const char *const *names);

#endif
