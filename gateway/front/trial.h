/*
 * trial.h - an envelope of no meaning, sealed as a company would seal one, by
 * which commission members show that their keys work (répétition de l'ouverture).
 */
#ifndef PLI_FRONT_TRIAL_H
#define PLI_FRONT_TRIAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/core/problem.h"

struct verdict_pool;

struct trial {
        uint8_t *manifest, *ciphertext;
        size_t manifest_size, ciphertext_size;
};

/* `keys`: [{"x","substitute":bool,"certificate":base64 DER}], seat by seat, the member's before its substitute's. */
bool trial_seal(const json_t *keys, const char *consultation, unsigned quorum, struct trial *out, struct problem *problem)
        __attribute__((warn_unused_result));
void trial_free(struct trial *trial);
/* Do these shares open it, in a judge, as on the day? `shares`: one after the other. */
bool trial_open(struct verdict_pool *judges, const struct trial *trial, const uint8_t *shares, size_t shares_size,
                struct problem *problem) __attribute__((warn_unused_result));

#endif
