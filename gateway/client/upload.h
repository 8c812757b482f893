/*
 * upload.h - sends chunks of sealed envelopes over several connections at once,
 * in constant memory: bodies are read from the ciphertext as they go out.
 */
#ifndef PLI_CLIENT_UPLOAD_H
#define PLI_CLIENT_UPLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/client/range.h"
#include "gateway/core/problem.h"

struct session;
struct sealed;

/* Groups of chunks of one envelope. */
struct upload_part {
        const struct sealed *sealed;
        struct ranges groups;
};

struct upload {
        struct session *session;
        const char *deposit;
        const struct upload_part *parts;
        size_t part_count;
        unsigned connections;
        /* Bytes acknowledged or on their way, of this upload. */
        void (*moved)(void *context, uint64_t bytes);
        void *context;
};

enum upload_outcome {
        UPLOAD_DONE,   /* every group is acknowledged */
        UPLOAD_CUT,    /* some are not: ask what arrived, send the rest; *problem says why */
        UPLOAD_REFUSED /* the gateway refuses: *problem */
};
/* *retry_after: seconds the gateway asked to wait, or 0. */
enum upload_outcome upload_run(const struct upload *upload, unsigned *retry_after, struct problem *problem);

#endif
