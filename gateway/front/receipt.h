/*
 * receipt.h - receipts (accusés de réception) made by the notary: to their
 * holder, and in journal order to a State platform that polls.
 */
#ifndef PLI_FRONT_RECEIPT_H
#define PLI_FRONT_RECEIPT_H

#include "gateway/front/http.h"

/* The answer of every handler that made an event: the receipt (200, application/xml) where it is there or
 * comes within `seconds`; else 202 {"event","receipt":"/api/v1/receipts/N"}. The handler is run again meanwhile. */
enum answer receipt_answer(struct request *request, int64_t event, unsigned seconds);

/* GET /api/v1/receipts/{event} */
enum answer receipt_show(struct request *request);
/* GET /state/v1/receipts?after=-1&limit=100&wait=0: {"receipts":[{"index","event","at","receipt"}],"next"} */
enum answer receipt_feed(struct request *request);
/* POST /state/v1/receipts/acknowledge {"cursor":N}; BODY_MEMORY, 4 KiB */
enum answer receipt_acknowledge(struct request *request);

#endif
