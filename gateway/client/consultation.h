/* consultation.h - a consultation's JSON: shown to people, and completed before it is sent. */
#ifndef PLI_CLIENT_CONSULTATION_H
#define PLI_CLIENT_CONSULTATION_H

#include <jansson.h>
#include <stdbool.h>

#include "gateway/core/problem.h"

void consultation_lines(const json_t *consultation);
/* Replaces each member's "certificateFile" (PEM or DER, relative to the JSON's folder) by "certificate" (base64 of the DER). */
bool consultation_members(json_t *consultation, const char *json_path, struct problem *problem) __attribute__((warn_unused_result));

#endif
