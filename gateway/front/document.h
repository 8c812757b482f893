/*
 * document.h - the documents of a consultation (dossier de consultation des
 * entreprises): put by the buyer, taken by anyone, each taking kept (registre
 * des retraits).
 */
#ifndef PLI_FRONT_DOCUMENT_H
#define PLI_FRONT_DOCUMENT_H

#include "gateway/front/http.h"

/* PUT /api/v1/consultations/{consultation}/documents/{name}: BODY_STORED, chunks of 262144 */
bool document_admit(struct request *request, struct problem *problem);
enum answer document_put(struct request *request);
/* GET /api/v1/consultations/{consultation}/documents/{name} */
enum answer document_show(struct request *request);

#endif
