/*
 * input.h - files that `pli` reads: whole, where small, or at any offset.
 * Descriptors are close-on-exec. Problems: "file-unreadable".
 */
#ifndef PLI_CLIENT_INPUT_H
#define PLI_CLIENT_INPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/core/problem.h"
#include "signing/signing.h"

/* A file in memory; a zero byte follows the data, so that text is a string. */
struct content {
        uint8_t *data;
        size_t size;
};

/* A file larger than `most` bytes is refused. */
bool content_read(const char *path, size_t most, struct content *out, struct problem *problem) __attribute__((warn_unused_result));
void content_free(struct content *content); /* wipes it: it may be a key */
static inline struct signing_bytes content_bytes(const struct content *content)
{
        return (struct signing_bytes){content->data, content->size};
}
/* One JSON object. */
bool content_json(const char *path, json_t **out, struct problem *problem) __attribute__((warn_unused_result));

/* A file open for reading at any offset. */
struct input {
        int fd;
        uint64_t size;
};

bool input_open(const char *path, struct input *out, struct problem *problem) __attribute__((warn_unused_result));
void input_close(struct input *input);
/* Exactly `size` bytes at `offset`, or false. */
bool input_read(const struct input *input, uint64_t offset, uint8_t *buffer, size_t size) __attribute__((warn_unused_result));
/* The same file as the library's source; the input must outlive it. */
struct signing_source input_source(struct input *input);
/* SHA-256 of a stretch of the file. */
bool input_digest(const struct input *input, uint64_t offset, uint64_t size, uint8_t digest[32])
        __attribute__((warn_unused_result));

/* The name behind the last slash: borrowed from the path. */
const char *path_name(const char *path);
/* What a file is, by its name's extension: an IANA media type. */
const char *path_media_type(const char *path);

#endif
