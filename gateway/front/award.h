/*
 * award.h - the outcome of a procedure: analysis of the offers, award (attribution)
 * lot by lot, contracts and their notification.
 */
#ifndef PLI_FRONT_AWARD_H
#define PLI_FRONT_AWARD_H

#include "gateway/front/http.h"

/* POST /api/v1/consultations/{consultation}/analysis {"lots": [{"lot", "offers"}]} */
enum answer award_analyse(struct request *request);
/* POST /api/v1/consultations/{consultation}/award {"lots": [{"lot", "outcome", "deposit", "amount", "months"}]} */
enum answer award_put(struct request *request);
/* GET /api/v1/consultations/{consultation}/contracts */
enum answer award_contracts(struct request *request);
/* GET /api/v1/contracts/{contract}; POST …/notify */
enum answer award_contract(struct request *request);
enum answer award_notify(struct request *request);

#endif
