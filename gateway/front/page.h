/*
 * page.h - the web pages: the files of the folder `ui`, read into memory at
 * start. Only names that were there then are served; a path never reaches the
 * file system.
 */
#ifndef PLI_FRONT_PAGE_H
#define PLI_FRONT_PAGE_H

#include "gateway/front/http.h"

/* Call once, before the first request. */
bool page_start(const char *folder, struct problem *problem) __attribute__((warn_unused_result));
void page_stop(void);

/* GET / : index.html */
enum answer page_index(struct request *request);
/* GET /ui/{name} */
enum answer page_asset(struct request *request);

#endif
