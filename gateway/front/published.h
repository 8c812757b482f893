/*
 * published.h - open data of actes, for anyone: those their authority marked as
 * public and the State has acknowledged.
 */
#ifndef PLI_FRONT_PUBLISHED_H
#define PLI_FRONT_PUBLISHED_H

#include "gateway/front/http.h"

/* GET /api/v1/published/acts: siret (or SIREN), after, limit; format=json (if not given), atom or csv (SCDL) */
enum answer published_list(struct request *request);
/* GET /api/v1/published/acts/{filing}/{name} */
enum answer published_file(struct request *request);

#endif
