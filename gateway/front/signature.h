/*
 * signature.h - the files of a contract and the two parties' signatures over
 * them: an ASiC-E container each, verified before it counts (annexe 12).
 */
#ifndef PLI_FRONT_SIGNATURE_H
#define PLI_FRONT_SIGNATURE_H

#include "gateway/front/http.h"

/* PUT, GET /api/v1/contracts/{contract}/files/{role}/{name}: role document, holder or buyer */
bool signature_admit(struct request *request, struct problem *problem);
enum answer signature_put(struct request *request);
enum answer signature_show(struct request *request);
/* GET /api/v1/contracts/{contract}/files */
enum answer signature_list(struct request *request);

#endif
