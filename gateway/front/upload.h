/*
 * upload.h - where the chunks of a body go, as an api function answered it.
 */
#ifndef PLI_FRONT_UPLOAD_H
#define PLI_FRONT_UPLOAD_H

#include "gateway/front/http.h"

/* From {"day","content"} into request->store_*; `first` is the number of the body's first chunk. */
bool upload_place(struct request *request, const json_t *place, int64_t first, uint32_t chunk, struct problem *problem)
        __attribute__((warn_unused_result));

#endif
