/*
 * acknowledgement.h - what a receipt (accusé de réception) says, for people:
 * the five fields of annexe 7 art. 2-III, and what else the event holds.
 */
#ifndef PLI_CLIENT_ACKNOWLEDGEMENT_H
#define PLI_CLIENT_ACKNOWLEDGEMENT_H

#include <stdbool.h>

#include "gateway/core/problem.h"
#include "signing/signing.h"

struct invocation;
struct receipt;

/* Prints it; with --json, {"index","event":{…}}. False where the bytes are no receipt. */
bool acknowledgement_show(const struct invocation *invocation, struct signing_bytes xml, struct problem *problem)
        __attribute__((warn_unused_result));
/* The same of a receipt already read. */
bool acknowledgement_show_receipt(const struct invocation *invocation, const struct receipt *receipt, struct problem *problem)
        __attribute__((warn_unused_result));

#endif
