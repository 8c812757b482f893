/* verification.h - a signed document that anyone brings, judged (annexe 7: "verify a signature"). */
#ifndef PLI_FRONT_VERIFICATION_H
#define PLI_FRONT_VERIFICATION_H

#include "gateway/front/http.h"

/* POST /api/v1/verifications: the document is the body; the answer is the report of `pli verify --json`. Nothing is kept. */
enum answer verification_make(struct request *request);

#endif
