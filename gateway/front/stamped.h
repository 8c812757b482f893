/*
 * stamped.h - the copy of an acte that is shown to people: each page of the PDF
 * bears the numbers of the State's receipt. Made by a judge in its jail, again each
 * time; what was filed stays as it came.
 */
#ifndef PLI_FRONT_STAMPED_H
#define PLI_FRONT_STAMPED_H

#include "gateway/front/http.h"

/* GET /api/v1/filings/{filing}/stamped, the acte itself; ?file=NAME one of its annexes */
enum answer stamped_show(struct request *request);
/* The same for a filing at hand (api.filing_show's, with its files' places). NULL: the acte itself. */
enum answer stamped_answer(struct request *request, const json_t *filing, const char *name);

#endif
