/*
 * zip.h - libzip reading out of a signing_source.
 */
#ifndef PLI_SIGNING_ZIP_H
#define PLI_SIGNING_ZIP_H

#include <zip.h>

#include "signing/signing.h"

/* What libzip pulls from. It must stay where it is while the archive is open. */
struct zip_feed {
        struct signing_source source;
        uint64_t position;
        bool failed; /* the source itself failed, not the archive */
        zip_error_t error;
};

/* Opens for reading, each local header held against the central directory
 * (ZIP_CHECKCONS). NULL with the reason in `why`; zip_discard() closes it. */
zip_t *zip_feed_open(struct zip_feed *feed, struct signing_refusal *why) __attribute__((warn_unused_result));
/* Refuses with libzip's reason, or with SOURCE_FAILED where the feed failed. */
bool zip_feed_refuse(const struct zip_feed *feed, zip_error_t *error, const char *name, struct signing_refusal *why);

#endif
