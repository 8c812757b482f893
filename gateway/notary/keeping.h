/*
 * keeping.h - receipts for ten years: each is augmented to XAdES-B-LTA (EN 319
 * 132-1 5.4, 5.5) once it is a day old, and again before the certificate of its
 * last time-stamp ends.
 *
 * Certificates, CRLs and OCSP answers come from the folder archive_evidence,
 * which others refresh; chains end at seal_anchors and stamp_anchors. Where
 * time-stamps come by batch (batching.h) those over them do too: one evidence
 * record more (EN 319 132-3) instead of an ArchiveTimeStamp.
 */
#ifndef PLI_NOTARY_KEEPING_H
#define PLI_NOTARY_KEEPING_H

#include "gateway/notary/receipts.h"

struct config;
struct keeping;

/* NULL where nothing is to be kept so: no archive_evidence, or no authority. `config` is borrowed. */
struct keeping *keeping_new(const struct config *config, const struct office *office);
void keeping_free(struct keeping *keeping);
/* One page of the day's round, if it is due (`now`: it is). *more: there is another to be done at once. */
bool keeping_step(struct keeping *keeping, struct db *db, bool now, bool *more, struct problem *problem)
        __attribute__((warn_unused_result));

#endif
