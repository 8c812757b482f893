/*
 * acte_feed.h - published actes for those who reuse them: an Atom feed (RFC 4287)
 * and the common local schema (SCDL) "délibérations" as CSV, PREF_ID and PREF_DATE
 * filled from the State's own receipt. Pure.
 */
#ifndef PLI_FORMATS_ACTE_FEED_H
#define PLI_FORMATS_ACTE_FEED_H

#include <jansson.h>
#include <stddef.h>

/* `page`: api.published_list's; `base`: "https://HOST", which addresses begin with. malloc'ed, yours. */
char *acte_feed_write(const json_t *page, const char *base, size_t *size) __attribute__((warn_unused_result));
/* NULL where the page is none. */
char *acte_table_write(const json_t *page, const char *base, size_t *size) __attribute__((warn_unused_result));

#endif
