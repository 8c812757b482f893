/*
 * deposit.h - a sealed tender on its way in (pli): opened, filled chunk by
 * chunk, committed; late is a state, not an error. Each attempt to send is kept
 * as evidence of how the platform worked (Conseil d'Etat, 23 September 2021,
 * n. 449250).
 */
#ifndef PLI_FRONT_DEPOSIT_H
#define PLI_FRONT_DEPOSIT_H

#include "gateway/front/http.h"
#include "gateway/front/route.h"

/* POST /api/v1/consultations/{consultation}/deposits: BODY_MEMORY, nothing or {"rehearsal":true,"clock"?,"bytes"?} */
enum answer deposit_open(struct request *request);
/* GET /api/v1/deposits/{deposit}: what has arrived */
enum answer deposit_show(struct request *request);
/* PUT /api/v1/deposits/{deposit}/envelopes/{envelope}/chunks/{first}: BODY_STORED, 1 to 256 chunks; Content-Digest needed */
bool deposit_chunks_admit(struct request *request, struct problem *problem);
enum answer deposit_chunks_put(struct request *request);
void deposit_chunks_record(struct request *request, const struct transfer *transfer);
/* PUT /api/v1/deposits/{deposit}/envelopes/{envelope}/manifest: BODY_MEMORY */
enum answer deposit_manifest_put(struct request *request);
/* POST /api/v1/deposits/{deposit}/commit: the receipt (200), or 202 where the notary needs longer */
enum answer deposit_commit(struct request *request);
/* POST /api/v1/deposits/{deposit}/withdraw: the same */
enum answer deposit_withdraw(struct request *request);
/* DELETE /api/v1/deposits/{deposit}: gives up an unfinished one */
enum answer deposit_abandon(struct request *request);
/* GET /api/v1/deposits/{deposit}/receipt */
enum answer deposit_receipt(struct request *request);

#endif
