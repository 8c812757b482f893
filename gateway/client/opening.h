/* opening.h - the state of an opening (ouverture des plis), for people or as JSON. */
#ifndef PLI_CLIENT_OPENING_H
#define PLI_CLIENT_OPENING_H

#include <jansson.h>

struct invocation;

void opening_result(const struct invocation *invocation, const json_t *opening);

#endif
