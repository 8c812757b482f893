/*
 * sealed.h - an envelope whose quorum is met, as api.envelope_claim and
 * api.envelope_show give it: all that a judge needs to unseal it.
 */
#ifndef PLI_FRONT_SEALED_H
#define PLI_FRONT_SEALED_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/core/problem.h"
#include "gateway/core/verdict.h"
#include "gateway/front/content.h"

struct sealed {
        char envelope[37];
        uint8_t *manifest;
        size_t manifest_size;
        uint8_t *shares; /* 33 bytes each: the secret; cleared with the rest */
        size_t shares_size;
        char day[11];
        struct content_place place; /* its day is this struct's */
        int64_t at;                 /* control time of the verdict, seconds since 1970 */
};

/* *out need not be initialised; clear it in any case. It must not move: place.day points into it. */
bool sealed_read(const json_t *json, struct sealed *out, struct problem *problem) __attribute__((warn_unused_result));
void sealed_clear(struct sealed *sealed);
struct verdict_shares sealed_shares(const struct sealed *sealed);

#endif
