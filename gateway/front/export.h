/*
 * export.h - a whole opening as one ZIP archive: every document as it was first
 * deposited, with its verification report; minutes and registers beside them
 * (annexe 8 art. 4: reusable, and in the format first deposited).
 */
#ifndef PLI_FRONT_EXPORT_H
#define PLI_FRONT_EXPORT_H

#include "gateway/front/http.h"

/* GET /api/v1/consultations/{consultation}/opening/export?containers=1: with the signed containers too. */
enum answer export_show(struct request *request);

#endif
