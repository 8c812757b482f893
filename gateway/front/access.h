/*
 * access.h - restricted consultations: the code a buyer gives to those it
 * invites, and the token that the code is worth.
 */
#ifndef PLI_FRONT_ACCESS_H
#define PLI_FRONT_ACCESS_H

#include "gateway/front/http.h"

/* POST /api/v1/consultations/{consultation}/access-code: a new code, shown once; {"open": true} takes it away */
enum answer access_set(struct request *request);
/* GET …/access, header Access-Code: a token for ?access=, good for a day. A wrong code is counted and refused. */
enum answer access_open(struct request *request);

#endif
