/*
 * openapi.h - the route table as an OpenAPI 3.1 document: what is not in the
 * table (bodies' and answers' shapes, queries) is data in schema_table.h.
 */
#ifndef PLI_FRONT_OPENAPI_H
#define PLI_FRONT_OPENAPI_H

#include "gateway/front/http.h"

/* The document; `url` is the server's. The caller owns it. */
json_t *openapi_make(const char *url) __attribute__((warn_unused_result));
/* GET /openapi.json */
enum answer openapi_show(struct request *request);

#endif
