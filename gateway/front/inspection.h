/*
 * inspection.h - the checks of a filing before it is submitted: form, files by
 * their content, signatures, antivirus.
 */
#ifndef PLI_FRONT_INSPECTION_H
#define PLI_FRONT_INSPECTION_H

#include "gateway/formats/refusals.h"
#include "gateway/front/http.h"

/* The latest date it is anywhere in France, which an acte may bear: YYYY-MM-DD, by the database's clock. */
void inspection_today(char today[11]);

/* `filing` is api.filing_show's, all files there. True where all checks were made: then
 * *checks is {"files":[{"name","mediaType","antivirus","signature"}]} (the caller's),
 * and `why` holds every reason to refuse. False where they could not be made. */
bool inspection_run(struct request *request, json_t *filing, json_t **checks, struct refusals *why, struct problem *problem)
        __attribute__((warn_unused_result));

#endif
