/* call.h - what is asked of the gateway, and what it answers. */
#ifndef PLI_CLIENT_CALL_H
#define PLI_CLIENT_CALL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct input;

/* What is asked. Zero where not needed. */
struct call {
        const char *method, *path;
        const json_t *json; /* the body, or … */
        const void *body;
        size_t body_size;         /* … bytes in memory, or … */
        const struct input *file; /* … a stretch of a file, with its Content-Digest */
        uint64_t offset, size;
        const char *media_type;                                     /* of body and file */
        const char *key;                                            /* Idempotency-Key */
        unsigned waits;                                             /* seconds the gateway may hold the answer (long polls) */
        bool once;                                                  /* never repeated */
        bool (*take)(void *context, const void *data, size_t size); /* takes a 2xx body as it comes; else it is kept in memory */
        void (*sent)(void *context, uint64_t bytes);                /* bytes of this body sent so far */
        void *context;
};
struct answer {
        long status;
        char media_type[96];
        char *body;
        size_t size;
        unsigned retry_after;
};
void answer_free(struct answer *answer);

#endif
