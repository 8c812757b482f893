/*
 * container_manifest.h - META-INF/manifest.xml: the media types of a container's
 * entries (OpenDocument 1.2 part 3 3.2, as EN 319 162-1 A.4 takes it).
 */
#ifndef PLI_SIGNING_CONTAINER_MANIFEST_H
#define PLI_SIGNING_CONTAINER_MANIFEST_H

#include "signing/signing.h"
#include "signing/writer.h"

/* Calls set() for each file-entry that has both attributes, until it answers
 * false. Of a manifest that cannot be read nothing is said: it proves nothing. */
void container_manifest_read(struct signing_bytes manifest, bool (*set)(void *context, const char *name, const char *media_type),
                             void *context);
/* *out is borrowed from the writer. */
bool container_manifest_write(const struct signing_file *files, size_t count, struct writer *writer, struct signing_bytes *out,
                              struct signing_refusal *why) __attribute__((warn_unused_result));

#endif
