/*
 * media.h - media types by a file name's extension (RFC 6838 names), and which
 * of them are compressed already.
 */
#ifndef PLI_SIGNING_MEDIA_H
#define PLI_SIGNING_MEDIA_H

#include <stdbool.h>

/* "application/octet-stream" where the extension says nothing. Never NULL. */
const char *media_type_of(const char *name);
/* Deflating it again would cost time for nothing. */
bool media_compressed(const char *media_type);

#endif
