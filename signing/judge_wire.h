/*
 * judge_wire.h - the judge's end of the socketpair: bytes pulled from the caller, documents handed back.
 */
#ifndef PLI_SIGNING_JUDGE_WIRE_H
#define PLI_SIGNING_JUDGE_WIRE_H

#include <jansson.h>

#include "gateway/core/frame.h"
#include "signing/signing.h"

enum { JUDGE_FD = 3, JUDGE_BLOCK = 128 * 1024, JUDGE_BLOCKS = 2 };

struct judge_block {
        uint8_t *data;
        uint64_t offset;
        size_t size; /* 0: empty */
};

/* Small reads are served from two blocks (a directory and what it points to), large ones go through. */
struct judge_wire {
        uint64_t size; /* of the caller's source */
        struct judge_block blocks[JUDGE_BLOCKS];
        unsigned last; /* block used last */
        bool failed;   /* the caller's source or sink failed: the job is pointless */
        struct frame frame;
};

struct signing_source judge_wire_source(struct judge_wire *wire);
/* The sink of the document begun last. */
struct signing_sink judge_wire_sink(struct judge_wire *wire);
/* *take: does the caller want the bytes? */
bool judge_wire_begin(struct judge_wire *wire, const char *name, const char *media_type, uint64_t size, bool *take)
        __attribute__((warn_unused_result));
bool judge_wire_end(struct judge_wire *wire) __attribute__((warn_unused_result));
bool judge_wire_say(enum frame_type type, const json_t *json) __attribute__((warn_unused_result));
void judge_wire_clear(struct judge_wire *wire);

#endif
