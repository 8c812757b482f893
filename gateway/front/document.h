/*
 * document.h - the documents of a consultation (dossier de consultation des
 * entreprises): put by the buyer, each change a version; taken by anyone, each
 * taking kept (registre des retraits).
 *
 * `access` in the query is the token of a restricted consultation (access.h).
 */
#ifndef PLI_FRONT_DOCUMENT_H
#define PLI_FRONT_DOCUMENT_H

#include "gateway/front/http.h"

/* PUT /api/v1/consultations/{consultation}/documents/{name}?note: BODY_STORED, chunks of 262144 */
bool document_admit(struct request *request, struct problem *problem);
enum answer document_put(struct request *request);
/* GET /api/v1/consultations/{consultation}/documents/{name}?version */
enum answer document_show(struct request *request);
/* GET /api/v1/consultations/{consultation}/documents: every version, with what changed */
enum answer document_list(struct request *request);
/* GET /api/v1/consultations/{consultation}/documents.zip: all of them, made while it is sent */
enum answer document_archive(struct request *request);

#endif
