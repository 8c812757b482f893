/*
 * receipt.h - receipts (accusés de réception) made by the notary, to their holder.
 */
#ifndef PLI_FRONT_RECEIPT_H
#define PLI_FRONT_RECEIPT_H

#include "gateway/front/http.h"

/* The answer of every handler that made an event: the receipt (200, application/xml) where it is there or
 * comes within `seconds`; else 202 {"event","receipt":"/api/v1/receipts/N"}. The handler is run again meanwhile. */
enum answer receipt_answer(struct request *request, int64_t event, unsigned seconds);

/* GET /api/v1/receipts/{event} */
enum answer receipt_show(struct request *request);

#endif
