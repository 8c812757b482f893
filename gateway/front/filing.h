/*
 * filing.h - what an authority sends the State (télétransmission).
 * Made, given its files, checked, submitted: then the relay has it.
 */
#ifndef PLI_FRONT_FILING_H
#define PLI_FRONT_FILING_H

#include "gateway/front/http.h"

/* POST /api/v1/filings: BODY_MEMORY, 256 KiB */
enum answer filing_create(struct request *request);
/* PUT /api/v1/filings/{filing}/files/{name}: BODY_STORED, 150 MiB, chunks of 262144 */
bool filing_file_admit(struct request *request, struct problem *problem);
enum answer filing_file_put(struct request *request);
/* POST /api/v1/filings/{filing}/submit: the receipt (200), or 202 where the notary needs longer */
enum answer filing_submit(struct request *request);
/* POST /api/v1/filings/{filing}/cancel: the message 6-1 (202); the acte is cancelled when the State says so */
enum answer filing_cancel(struct request *request);
/* GET /api/v1/filings/{filing} */
enum answer filing_show(struct request *request);
/* GET /api/v1/filings/{filing}/receipt */
enum answer filing_receipt(struct request *request);

/* A filing as it is shown: where its bytes lie is nobody's business outside. */
enum answer filing_answer(struct request *request, int status, json_t *taken);
/* "filing-refused" with all reasons. */
struct refusals;
enum answer filing_refusals(struct request *request, const struct refusals *why);

#endif
