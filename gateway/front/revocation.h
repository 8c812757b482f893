/*
 * revocation.h - the CRLs and OCSP answers that a verdict lacked, for another one.
 *
 * The front never calls out: what a report's signatures "want" (signing/wanted.h)
 * is asked for in the database, where the relay finds it; a moment is waited for it.
 */
#ifndef PLI_FRONT_REVOCATION_H
#define PLI_FRONT_REVOCATION_H

#include <jansson.h>
#include <stdbool.h>

#include "gateway/core/db.h"
#include "gateway/core/verdict.h"

struct config;
struct revocation;

/* `report`: of verdict_document() or verdict_envelope(); its "wanted" is taken out. *out is NULL where nothing is wanted or nothing
 * was found: then another verdict would say the same. Waits up to revocation_wait seconds. */
bool revocation_gather(struct db *db, const struct config *config, json_t *report, struct revocation **out, struct problem *problem)
        __attribute__((warn_unused_result));
void revocation_free(struct revocation *revocation);
/* The same trust with what was found; borrowed. */
struct verdict_trust revocation_trust(const struct revocation *revocation, struct verdict_trust trust);
/* Takes "wanted" out of a report that is final. */
void revocation_drop(json_t *report);

#endif
