/*
 * signature_write.h - the XML of a signature whose last two values are still empty.
 */
#ifndef PLI_SIGNING_SIGNATURE_WRITE_H
#define PLI_SIGNING_SIGNATURE_WRITE_H

#include "signing/signature.h"
#include "signing/writer.h"

enum { SIGNATURE_ID = 2 + 32 + 1 }; /* "S-" and 128 random bits, unique in any document */

/* `method`: the SignatureMethod's URI. */
void signature_write(struct writer *writer, const struct signature_request *request, const char *method,
                     const char id[SIGNATURE_ID]);

#endif
