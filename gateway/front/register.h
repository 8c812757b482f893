/* register.h - registers of withdrawals, deposits and safeguard copies, as JSON or CSV. */
#ifndef PLI_FRONT_REGISTER_H
#define PLI_FRONT_REGISTER_H

#include "gateway/front/http.h"

/* GET /api/v1/consultations/{consultation}/registers/{name}?format=json|csv */
enum answer register_show(struct request *request);

#endif
