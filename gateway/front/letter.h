/*
 * letter.h - what a prefecture writes about an acte (courrier simple, demande de
 * pièces complémentaires, lettre d'observations, déféré), and replying to it.
 */
#ifndef PLI_FRONT_LETTER_H
#define PLI_FRONT_LETTER_H

#include "gateway/front/http.h"

/* GET /api/v1/letters */
enum answer letter_list(struct request *request);
/* GET /api/v1/letters/{letter} */
enum answer letter_show(struct request *request);
/* POST /api/v1/letters/{letter}/replies: BODY_MEMORY; a draft (201), which is given its files and submitted as a filing is */
enum answer letter_reply(struct request *request);

#endif
