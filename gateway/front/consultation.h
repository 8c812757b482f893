/*
 * consultation.h - a consultation (procedure de mise en concurrence): made as a
 * draft by a buyer, published, found and read by anyone.
 */
#ifndef PLI_FRONT_CONSULTATION_H
#define PLI_FRONT_CONSULTATION_H

#include "gateway/front/http.h"

/* POST /api/v1/consultations: BODY_MEMORY */
enum answer consultation_create(struct request *request);
/* GET /api/v1/consultations?search&after&limit */
enum answer consultation_list(struct request *request);
/* GET /api/v1/consultations/{consultation} */
enum answer consultation_show(struct request *request);
/* POST /api/v1/consultations/{consultation}/publish: nothing, or {"at"} for a later hour; …/unschedule takes that back */
enum answer consultation_publish(struct request *request);
enum answer consultation_unschedule(struct request *request);
/* POST …/changes: members of a draft; once published a correction, with "reason". GET: all corrections */
enum answer consultation_change(struct request *request);
enum answer consultation_changes(struct request *request);
/* POST …/abandon {"reason"}: declaration sans suite */
enum answer consultation_abandon(struct request *request);

#endif
