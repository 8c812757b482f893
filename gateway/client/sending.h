/* sending.h - one file to the gateway by PUT, with its progress on standard error. `path` is borrowed. */
#ifndef PLI_CLIENT_SENDING_H
#define PLI_CLIENT_SENDING_H

#include "gateway/client/command.h"
#include "gateway/client/session.h"

/* answer_free(out), also after a failure. */
bool sending_put(const struct invocation *invocation, struct session *session, const char *path, const char *file,
                 struct answer *out, struct problem *problem) __attribute__((warn_unused_result));
/* The same; then the file's name, or with --json the gateway's answer, goes to standard output. */
bool sending_file(const struct invocation *invocation, struct session *session, const char *path, const char *file,
                  struct problem *problem) __attribute__((warn_unused_result));

#endif
