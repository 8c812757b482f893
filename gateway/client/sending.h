/* sending.h - one file to the gateway, with its progress on standard error. */
#ifndef PLI_CLIENT_SENDING_H
#define PLI_CLIENT_SENDING_H

#include "gateway/client/command.h"
#include "gateway/client/session.h"

/* PUTs the file to `path` (borrowed); then its name, or with --json the gateway's answer, goes to standard output. */
bool sending_file(const struct invocation *invocation, struct session *session, const char *path, const char *file,
                  struct problem *problem) __attribute__((warn_unused_result));

#endif
