/*
 * files.h - files signed beside a document: a container's entries, or what the
 * caller of signing_verify() holds. Found by name, read in order.
 */
#ifndef PLI_SIGNING_FILES_H
#define PLI_SIGNING_FILES_H

#include "signing/signing.h"

struct file {
        uint64_t size;
        /* The whole file, in order, in blocks; false where it could not be read to its end. */
        bool (*copy)(const struct file *file, const struct signing_sink *out);
        const void *context;
        size_t number;
        struct signing_source source;
};

struct files {
        bool (*find)(const struct files *files, const char *name, struct file *out);
        const void *context;
};

/* `container` and `detached` must outlive what is made of them. */
struct files files_of_container(const signing_container *container);
struct files files_of_detached(const struct signing_detached *detached);

#endif
