/* role.h - the roles of http.h by the names that the database, the API and its description use. */
#ifndef PLI_FRONT_ROLE_H
#define PLI_FRONT_ROLE_H

#include "gateway/front/http.h"

/* ANYONE for a name that is none. */
enum role role_of(const char *name);
/* The names of a set of roles, in the order of the enumeration; the caller owns it. */
json_t *role_names(unsigned roles);

#endif
