/*
 * opening.h - opening of the tenders (ouverture des plis): started after the
 * hour, unlocked by a quorum of members' shares, told in the minutes
 * (procès-verbal d'ouverture). No member's private key comes here.
 */
#ifndef PLI_FRONT_OPENING_H
#define PLI_FRONT_OPENING_H

#include "gateway/front/http.h"

/* POST /api/v1/consultations/{consultation}/opening */
enum answer opening_start(struct request *request);
/* GET /api/v1/consultations/{consultation}/opening */
enum answer opening_show(struct request *request);
/* GET /api/v1/consultations/{consultation}/opening/shares: the envelopes this member may hand a share for */
enum answer opening_shares(struct request *request);
/* POST /api/v1/consultations/{consultation}/opening/shares {"shares":[{"envelope","share"}]}: the opening, and in
 * "refused" [{"envelope","code","detail"}] what was not taken; 422 where nothing was. BODY_MEMORY, 1 MiB. */
enum answer opening_share_put(struct request *request);
/* POST /api/v1/consultations/{consultation}/opening/decisions {"deposit","decision","reason"}: the opening. */
enum answer opening_decide(struct request *request);
/* GET /api/v1/consultations/{consultation}/opening/minutes?lang=fr|en&format=html|pdf|xml; xml: the sealed receipt of the opening's
 * last event, 202 while the notary is at it. */
enum answer opening_minutes(struct request *request);

#endif
