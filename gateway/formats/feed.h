/* feed.h - consultations as feeds: RSS 2.0, Atom (RFC 4287), JSON Feed 1.1; and the catalogue of the open data, DCAT 3 as JSON-LD.
 * Pure. */
#ifndef PLI_FORMATS_FEED_H
#define PLI_FORMATS_FEED_H

#include <jansson.h>

#include "signing/signing.h"

/* `list`: as api.open_consultations says it; `url`: of this gateway. */
bool feed_rss(const json_t *list, const char *url, const struct signing_sink *out) __attribute__((warn_unused_result));
bool feed_atom(const json_t *list, const char *url, const struct signing_sink *out) __attribute__((warn_unused_result));
json_t *feed_json(const json_t *list, const char *url) __attribute__((warn_unused_result));
/* `bodies`: as api.open_catalogue says it. */
json_t *feed_catalogue(const json_t *bodies, const char *url) __attribute__((warn_unused_result));

#endif
