/*
 * health.h - is the process there, can it serve, what time is it.
 */
#ifndef PLI_FRONT_HEALTH_H
#define PLI_FRONT_HEALTH_H

#include "gateway/front/http.h"

/* GET /healthz: the process answers */
enum answer health_show(struct request *request);
/* GET /readyz: and the database does; else 503 */
enum answer health_ready(struct request *request);
/* GET /api/v1/now: the hour that decides deadlines */
enum answer health_now(struct request *request);

#endif
