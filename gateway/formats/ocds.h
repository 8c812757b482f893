/* ocds.h - consultations as a release package of the Open Contracting Data Standard 1.1. Pure. */
#ifndef PLI_FORMATS_OCDS_H
#define PLI_FORMATS_OCDS_H

#include <jansson.h>

/* `list`: as api.open_consultations says it; `prefix`: of the ocids; `url`: of this gateway. The caller owns it. */
json_t *ocds_package(const json_t *list, const char *prefix, const char *url) __attribute__((warn_unused_result));

#endif
