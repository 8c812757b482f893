/*
 * filing_make.h - making and settling a filing, whichever way it came: by its own
 * routes, by a form of older software, or out of a batch.
 */
#ifndef PLI_FRONT_FILING_MAKE_H
#define PLI_FRONT_FILING_MAKE_H

#include "gateway/formats/refusals.h"
#include "gateway/front/http.h"

/* Checks the form (api.filing_create's JSON) and makes the draft. Without "classification" the body's current one is
 * meant; matter and typologies must stand in it where it has come. False with why->count > 0: refused; else *problem. */
bool filing_make(struct request *request, json_t *filing, const char *key, json_t **made, struct refusals *why,
                 struct problem *problem) __attribute__((warn_unused_result));
/* Inspects a draft whose files are there, and submits it or keeps its refusal: *out is the filing either way (its day
 * and content members hidden), why->count > 0 where it was refused. False: *problem, and nothing has changed. */
bool filing_settle(struct request *request, const char *id, json_t **out, struct refusals *why, struct problem *problem)
        __attribute__((warn_unused_result));
/* Where its bytes lie is nobody's business outside. */
void filing_places_hide(json_t *filing);

/* Is a member of it this text? "state", "kind". */
bool filing_is(const json_t *filing, const char *member, const char *value);

#endif
