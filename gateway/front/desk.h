/* desk.h - the consultations of a buyer's own body, or that a member of a commission opens. */
#ifndef PLI_FRONT_DESK_H
#define PLI_FRONT_DESK_H

#include "gateway/front/http.h"

/* GET /api/v1/desk?after&limit: newest first, drafts too; {"consultations":[…],"now","next"}. */
enum answer desk_show(struct request *request);

#endif
