/* download.h - one answer of the gateway into one file, its digest checked where it is known. */
#ifndef PLI_CLIENT_DOWNLOAD_H
#define PLI_CLIENT_DOWNLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/core/problem.h"

struct invocation;
struct session;

struct download {
        const char *path;   /* on the gateway */
        const char *file;   /* on disk */
        const char *label;  /* of the progress bar */
        uint64_t size;      /* 0: not known */
        const char *sha256; /* hex; "" or NULL: not known */
};

bool download_run(const struct invocation *invocation, struct session *session, const struct download *download,
                  struct problem *problem) __attribute__((warn_unused_result));

#endif
