/*
 * commission.h - commission members show that they hold their keys, and rehearse
 * the opening before the consultation is published.
 */
#ifndef PLI_FRONT_COMMISSION_H
#define PLI_FRONT_COMMISSION_H

#include "gateway/front/http.h"

/* What is known of the caller's key: {"name","certificate","sha256","proofs":[{"kind","at"}]}. */
enum answer commission_key_show(struct request *request);
/* Seals a share for the caller's certificate: {"manifest","until"}. */
enum answer commission_key_challenge(struct request *request);
/* {"share"}: that share, opened. */
enum answer commission_key_prove(struct request *request);

/* The rehearsal: {"x","manifest","quorum","opened","keys":[{"x","substitute","name","at"}]}; begun by the first who asks. */
enum answer commission_rehearsal_begin(struct request *request);
enum answer commission_rehearsal_show(struct request *request);
/* {"share"}: the caller's share of it. At the quorum the envelope of the rehearsal is opened in a judge. */
enum answer commission_rehearsal_answer(struct request *request);

#endif
