/*
 * batch.h - many filings in one ZIP: filings.json, a list of forms as POST
 * /api/v1/filings takes them, and the documents they name (each document may say
 * "path", where in the archive it lies, if that is not its name).
 *
 * Each item is a filing of its own: one that is refused refuses itself only. The
 * same Idempotency-Key again gives the same filings.
 */
#ifndef PLI_FRONT_BATCH_H
#define PLI_FRONT_BATCH_H

#include "gateway/front/http.h"

enum { BATCH_ITEMS_MAX = 500, BATCH_INDEX_MAX = 4 * 1024 * 1024 };

/* POST /api/v1/filings/batch: BODY_STORED. {"items":[{"index","number","id","state"}|{"index","code","reasons"}],
 * "accepted","refused"}; 422 where the archive or its index cannot be read at all. */
enum answer batch_submit(struct request *request);

#endif
