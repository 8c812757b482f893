/*
 * secret.h - passphrases: from --passphrase-file, PLI_PASSPHRASE or the
 * terminal without echo; never from the command line, where others see them.
 */
#ifndef PLI_CLIENT_SECRET_H
#define PLI_CLIENT_SECRET_H

#include <stdbool.h>

#include "gateway/core/problem.h"

struct invocation;

/* Asks for the passphrase of `what` (a file name). The caller gives it to secret_free(). */
bool secret_read(const struct invocation *invocation, const char *what, char **out, struct problem *problem)
        __attribute__((warn_unused_result));
/* A new one: on a terminal it is asked for twice. */
bool secret_choose(const struct invocation *invocation, const char *what, char **out, struct problem *problem)
        __attribute__((warn_unused_result));
void secret_free(char *secret);

#endif
