/*
 * acknowledgement.h - what a receipt (accusé de réception) says, for people:
 * the five fields of annexe 7 art. 2-III, and what else the event holds.
 */
#ifndef PLI_CLIENT_ACKNOWLEDGEMENT_H
#define PLI_CLIENT_ACKNOWLEDGEMENT_H

#include <jansson.h>
#include <stdbool.h>

#include "gateway/core/problem.h"
#include "signing/signing.h"

struct invocation;

/* Prints it; with --json the event's object with "index" and what `more` has
 * (NULL: nothing). False where the bytes are no receipt. */
bool acknowledgement_show(const struct invocation *invocation, struct signing_bytes xml, const json_t *more,
                          struct problem *problem) __attribute__((warn_unused_result));

#endif
