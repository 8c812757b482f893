/*
 * frame.h - a judge and its caller over a socketpair: type and size (4 bytes each, this machine's order), then the bytes.
 *
 *   caller: JOB {"kind","size","at","name","trust"}, MANIFEST … SIGNERS (those it has), LIST …, EVIDENCE …, START
 *   judge:  PULL offset, size            caller: BYTES; where it cannot, it ends the judge
 *   judge:  BEGIN {"name","mediaType","size"}   caller: TAKE or SKIP;   judge: WRITE …, END
 *   judge:  REPORT json, or REFUSED {"code","clause","sentence"}: the job is over
 */
#ifndef PLI_CORE_FRAME_H
#define PLI_CORE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frame_type {
        FRAME_JOB = 1,
        FRAME_MANIFEST,
        FRAME_SHARES,
        FRAME_ANCHORS,
        FRAME_STAMPERS,
        FRAME_SIGNERS,
        FRAME_LIST, /* one for each; so is EVIDENCE */
        FRAME_EVIDENCE,
        FRAME_START,
        FRAME_PULL,
        FRAME_BYTES,
        FRAME_BEGIN,
        FRAME_TAKE,
        FRAME_SKIP,
        FRAME_WRITE,
        FRAME_END,
        FRAME_REPORT,
        FRAME_REFUSED
};

enum {
        FRAME_MAX = 64 * 1024 * 1024, /* revocation lists are the largest that travel in one piece */
        FRAME_PULL_MAX = 512 * 1024,  /* bytes of a source at once: a sealed chunk fits */
        FRAME_PIECES_MAX = 128 /* lists and evidence of one job: Europe's lists with their pivots, and a signature's answers */
};

struct frame_pull {
        uint64_t offset;
        uint32_t size;
};

/* A received frame; its memory is used again by the next one. frame_free() in the end. */
struct frame {
        enum frame_type type;
        uint8_t *data; /* a NUL follows the last byte */
        size_t size, room;
};
void frame_free(struct frame *frame);

/* When a read or write gives up: milliseconds of CLOCK_MONOTONIC, FRAME_FOREVER for never. */
enum { FRAME_FOREVER = -1 };
int64_t frame_now(void);
bool frame_write(int fd, enum frame_type type, const void *data, size_t size, int64_t deadline) __attribute__((warn_unused_result));
bool frame_read(int fd, struct frame *frame, int64_t deadline) __attribute__((warn_unused_result));

#endif
