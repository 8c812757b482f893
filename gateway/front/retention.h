/*
 * retention.h - how long tenders are kept (conservation), and what was destroyed.
 */
#ifndef PLI_FRONT_RETENTION_H
#define PLI_FRONT_RETENTION_H

#include "gateway/front/http.h"

/* GET /api/v1/consultations/{consultation}/retention: each deposit's day, whether it is due, when it was destroyed. */
enum answer retention_show(struct request *request);
/* POST, {"until","reason"}: a later day; {"visa"}: the archives' reference. */
enum answer retention_set(struct request *request);

#endif
