/* notice.h - a consultation's notice (avis) for the State's concentrator, as eForms XML. */
#ifndef PLI_FRONT_NOTICE_H
#define PLI_FRONT_NOTICE_H

#include "gateway/front/http.h"

/* GET /api/v1/consultations/{consultation}/notice.xml?subtype=E3|E4|16|29: refused with the list of what is missing */
enum answer notice_show(struct request *request);

#endif
