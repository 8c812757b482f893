/*
 * keys.h - the published history of the gateway's own keys.
 */
#ifndef PLI_FRONT_KEYS_H
#define PLI_FRONT_KEYS_H

#include "gateway/front/http.h"

/* GET /api/v1/keys: verifier keys of the journal and certificates of the seal, each with its validity, when it was taken up,
 * retired or revoked. What it says of changes is in the journal too, as facts key.installed and key.revoked. */
enum answer keys_show(struct request *request);

#endif
