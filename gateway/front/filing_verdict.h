/*
 * filing_verdict.h - the verdict on one signed document of a filing, with all that
 * this gateway trusts and, where they were lacking and can be had, revocation data.
 */
#ifndef PLI_FRONT_FILING_VERDICT_H
#define PLI_FRONT_FILING_VERDICT_H

#include <jansson.h>
#include <stdbool.h>

#include "gateway/core/verdict.h"
#include "gateway/front/http.h"

/* At the present hour of the database's clock: the State's own control time is unknown. The report is the caller's, also where the
 * answer is false; problems are verdict_document()'s and the database's. */
bool filing_verdict(struct request *request, const struct verdict_source *document, json_t **report, struct problem *problem)
        __attribute__((warn_unused_result));

#endif
