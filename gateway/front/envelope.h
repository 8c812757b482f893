/*
 * envelope.h - an opened envelope: its report, its documents (buyer and members
 * of its consultation only; api.envelope_show decides).
 */
#ifndef PLI_FRONT_ENVELOPE_H
#define PLI_FRONT_ENVELOPE_H

#include "gateway/front/http.h"

/* GET /api/v1/envelopes/{envelope}: the report */
enum answer envelope_show(struct request *request);
/* GET /api/v1/envelopes/{envelope}/documents/{name} */
enum answer envelope_document(struct request *request);

#endif
