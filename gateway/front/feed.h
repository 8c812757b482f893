/*
 * feed.h - what happened, in journal order, from a cursor: to State platforms, and
 * to companies, bodies and their suppliers' software. A page is {"receipts" or
 * "events", "next", "more"}; the next request's `after` is `next`.
 */
#ifndef PLI_FRONT_FEED_H
#define PLI_FRONT_FEED_H

#include "gateway/front/http.h"

/* GET /state/v1/receipts?after=N&limit=M&wait=S */
enum answer feed_receipts(struct request *request);
/* POST /state/v1/receipts/acknowledge {"cursor":N} */
enum answer feed_acknowledge(struct request *request);
/* GET /api/v1/events?after=N&limit=M&wait=S */
enum answer feed_events(struct request *request);

#endif
