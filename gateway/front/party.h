/* party.h - who the gateway takes the caller for, so that a page can offer what he may do. */
#ifndef PLI_FRONT_PARTY_H
#define PLI_FRONT_PARTY_H

#include "gateway/front/http.h"

/* GET /api/v1/me: {"name","body","roles":[…],"certificateName"}; name is null for anyone without an enrolled certificate. */
enum answer party_show(struct request *request);

#endif
