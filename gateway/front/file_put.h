/*
 * file_put.h - a file that comes inside something else (a form, an archive) into a
 * content of its own, chunk by chunk, in constant memory.
 */
#ifndef PLI_FRONT_FILE_PUT_H
#define PLI_FRONT_FILE_PUT_H

#include "gateway/front/http.h"

struct file_place {
        char day[11]; /* where its bytes lie */
        int64_t content;
        uint64_t size;
        uint8_t sha256[32];
};

struct file_put;
/* NULL with a problem where the database is away. */
struct file_put *file_put_open(struct request *request, struct problem *problem) __attribute__((warn_unused_result));
bool file_put_write(struct file_put *put, const uint8_t *data, size_t size, struct problem *problem)
        __attribute__((warn_unused_result));
/* Ends it: *out says where it lies. */
bool file_put_end(struct file_put *put, struct file_place *out, struct problem *problem) __attribute__((warn_unused_result));
void file_put_free(struct file_put *put); /* NULL is allowed */
/* Makes it the document `name` of a draft. */
bool file_attach(struct request *request, const char *filing, const char *name, const char *media_type,
                 const struct file_place *place, struct problem *problem) __attribute__((warn_unused_result));

#endif
