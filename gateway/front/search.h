/*
 * search.h - finding filings again.
 */
#ifndef PLI_FRONT_SEARCH_H
#define PLI_FRONT_SEARCH_H

#include "gateway/front/http.h"

/* GET /api/v1/filings */
enum answer search_filings(struct request *request);

#endif
