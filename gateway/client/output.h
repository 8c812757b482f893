/*
 * output.h - files that `pli` writes: beside their name first, then fsync,
 * rename and fsync of the folder, so that a file is there whole or not at all.
 * Problems: "file-unwritable".
 */
#ifndef PLI_CLIENT_OUTPUT_H
#define PLI_CLIENT_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/core/problem.h"
#include "signing/signing.h"

struct output;

enum output_access { OUTPUT_PUBLIC = 0644, OUTPUT_PRIVATE = 0600 };

bool output_open(const char *path, enum output_access access, struct output **out, struct problem *problem)
        __attribute__((warn_unused_result));
bool output_write(struct output *output, const void *data, size_t size) __attribute__((warn_unused_result));
/* The same file as the library's sink; the output must outlive it. */
struct signing_sink output_sink(struct output *output);
/* What has been written so far, to be read before it is settled; the output must outlive it. */
bool output_source(struct output *output, struct signing_source *out, struct problem *problem) __attribute__((warn_unused_result));
/* Puts the file under its name and frees the output. On false nothing has that name that had not before. */
bool output_settle(struct output *output, struct problem *problem) __attribute__((warn_unused_result));
/* Leaves nothing behind. NULL is allowed. */
void output_free(struct output *output);

/* All at once. */
bool output_bytes(const char *path, enum output_access access, const void *data, size_t size, struct problem *problem)
        __attribute__((warn_unused_result));
bool output_json(const char *path, const json_t *object, struct problem *problem) __attribute__((warn_unused_result));
/* The folder, made where it is not there yet. */
bool output_folder(const char *path, struct problem *problem) __attribute__((warn_unused_result));
/* "folder/name"; the caller frees it. */
char *path_join(const char *folder, const char *name) __attribute__((warn_unused_result));
/* A name that came from elsewhere: no slash, no control character, not "." nor "..". */
bool path_name_safe(const char *name);

#endif
