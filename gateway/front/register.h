/* register.h - registers of withdrawals, deposits, safeguard copies and questions, as JSON, CSV, a page or a PDF. */
#ifndef PLI_FRONT_REGISTER_H
#define PLI_FRONT_REGISTER_H

#include "gateway/front/http.h"

/* GET /api/v1/consultations/{consultation}/registers/{name}?format=json|csv|html|pdf&lang=fr|en */
enum answer register_show(struct request *request);

#endif
