/*
 * file_uri.h - how a Reference names a file that lies beside the signature.
 */
#ifndef PLI_SIGNING_FILE_URI_H
#define PLI_SIGNING_FILE_URI_H

/* RFC 3986 2.3: everything but unreserved characters and the slash is percent-encoded, byte by byte. malloc'ed, or NULL. */
char *file_uri(const char *name);

#endif
