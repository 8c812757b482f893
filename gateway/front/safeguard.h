/*
 * safeguard.h - copies de sauvegarde: what a company handed in on paper or on a
 * medium, opened in the law's cases only (arrete du 22 mars 2019, annexe 6).
 */
#ifndef PLI_FRONT_SAFEGUARD_H
#define PLI_FRONT_SAFEGUARD_H

#include "gateway/front/http.h"

/* POST /api/v1/consultations/{consultation}/safeguards: BODY_MEMORY */
enum answer safeguard_register(struct request *request);
/* GET of the same */
enum answer safeguard_list(struct request *request);
/* POST /api/v1/safeguards/{safeguard}/open and …/destroy: BODY_MEMORY, nothing or {"reason"} */
enum answer safeguard_open(struct request *request);
enum answer safeguard_destroy(struct request *request);

#endif
