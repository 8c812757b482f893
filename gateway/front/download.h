/*
 * download.h - a stored content as an answer: one chunk in memory, whatever the
 * size, and no worker held while the client takes it. A stored content never
 * changes, so each has a strong entity tag, and a part of it may be asked for
 * (RFC 9110 14): a download that broke off goes on.
 */
#ifndef PLI_FRONT_DOWNLOAD_H
#define PLI_FRONT_DOWNLOAD_H

#include "gateway/front/content.h"
#include "gateway/front/http.h"

/* `place` and texts are copied. `name`: Content-Disposition. */
enum answer download_answer(struct request *request, const struct content_place *place, const char *media_type, const char *name);

/* The same from {"day", "content", "size", "mediaType", "name"}, chunks of SIGNING_CHUNK, as an api function answered it. */
enum answer download_opened(struct request *request, const json_t *opened);

#endif
