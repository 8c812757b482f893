/*
 * evidence.h - what goes into receipts that are kept for long: the anchors of
 * seal and time-stamps, and what lies in the folder archive_evidence now.
 */
#ifndef PLI_NOTARY_EVIDENCE_H
#define PLI_NOTARY_EVIDENCE_H

#include "gateway/core/problem.h"
#include "signing/signing.h"

struct config;

/* Files of the folder that are no evidence are passed over. */
bool evidence_read(const struct config *config, signing_trust **out, struct problem *problem) __attribute__((warn_unused_result));

#endif
