/*
 * pes_keep.h - the bytes of a file of the DGFiP into the database, chunk by chunk: for the
 * body it is about, or into quarantine. The same bytes again change nothing.
 */
#ifndef PLI_RELAY_PES_KEEP_H
#define PLI_RELAY_PES_KEEP_H

#include <jansson.h>

#include "gateway/core/db.h"
#include "gateway/relay/parcel_file.h"

/* `facts`: formats/pes_answer.h with file, size and sha256. *routed false: it is nobody's, and nothing was kept. */
bool pes_keep_return(struct db *db, const json_t *facts, const struct parcel_file *file, bool *routed, struct problem *problem)
        __attribute__((warn_unused_result));
/* The same with a "reason". */
bool pes_keep_aside(struct db *db, const json_t *facts, const struct parcel_file *file, struct problem *problem)
        __attribute__((warn_unused_result));

#endif
