/*
 * flags.h - "--name value" arguments, and a JSON file, become one JSON object.
 */
#ifndef PLI_ADMIN_FLAGS_H
#define PLI_ADMIN_FLAGS_H

#include <jansson.h>
#include <stdbool.h>

#include "gateway/core/problem.h"

enum flag_type {
        FLAG_TEXT,
        FLAG_LIST,       /* a,b,c */
        FLAG_CERTIFICATE /* a PEM file, which becomes base64 of its DER */
};

struct flag {
        const char *name;
        enum flag_type type;
};

/* An argument that is no flag names a JSON file, read first; flags win over it. The caller owns *out. */
bool flags_parse(int argc, char **argv, const struct flag *flags, size_t count, json_t **out, struct problem *problem)
        __attribute__((warn_unused_result));

#endif
