/* incident.h - what a buyer may still change of a published consultation: a later deadline, and who opens. */
#ifndef PLI_FRONT_INCIDENT_H
#define PLI_FRONT_INCIDENT_H

#include "gateway/front/http.h"

/* POST /api/v1/consultations/{consultation}/deadline: BODY_MEMORY {"deadline","reason"} */
enum answer incident_deadline(struct request *request);
/* POST /api/v1/consultations/{consultation}/commission: BODY_MEMORY {"members","quorum"?}; before the first deposit */
enum answer incident_commission(struct request *request);

#endif
