/*
 * link.h - the link in an e-mail: says who writes to whom, and shows the message
 * once its holder has asked for it by a button. A scanner that follows links reads nothing.
 */
#ifndef PLI_FRONT_LINK_H
#define PLI_FRONT_LINK_H

#include "gateway/front/http.h"

/* GET, POST /m/{token}: pages in the reader's language */
enum answer link_page(struct request *request);
enum answer link_open(struct request *request);

#endif
