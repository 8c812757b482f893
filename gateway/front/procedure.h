/* procedure.h - the law's tables as data: types of procedure, CPV divisions, thresholds by day. */
#ifndef PLI_FRONT_PROCEDURE_H
#define PLI_FRONT_PROCEDURE_H

#include "gateway/front/http.h"

/* GET /api/v1/procedures */
enum answer procedure_list(struct request *request);
/* GET /api/v1/thresholds?date=YYYY-MM-DD */
enum answer procedure_thresholds(struct request *request);

#endif
