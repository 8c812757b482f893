/* rehearsal.h - where a company may simulate a deposit at any time (annexe 7 art. 1-II). */
#ifndef PLI_FRONT_REHEARSAL_H
#define PLI_FRONT_REHEARSAL_H

#include "gateway/front/http.h"

/* GET /api/v1/rehearsal: the consultation made for it. Any other takes rehearsals too: deposit_open() with {"rehearsal":true}. */
enum answer rehearsal_show(struct request *request);

#endif
