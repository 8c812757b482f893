/*
 * container.h - every entry of an ASiC container (ETSI EN 319 162-1), for this library's own use.
 *
 * signing.h shows the business documents; here META-INF and mimetype are seen
 * too. Entries keep the archive's order. Names are UTF-8 and unique even
 * without regard to case; nothing is ever written under them here.
 */
#ifndef PLI_SIGNING_CONTAINER_H
#define PLI_SIGNING_CONTAINER_H

#include "signing/signing.h"

/* By the mimetype entry (EN 319 162-1 A.1); OTHER: it has none, or another kind of document's. */
enum container_kind { CONTAINER_OTHER, CONTAINER_ASIC_S, CONTAINER_ASIC_E };

enum container_kind container_kind(const signing_container *container);
/* The mimetype entry's text as it stands, "" where there is none. Borrowed. */
const char *container_mimetype(const signing_container *container);

size_t container_entries(const signing_container *container);
const char *container_entry_name(const signing_container *container, size_t n);
uint64_t container_entry_size(const signing_container *container, size_t n);
/* A file that signatures should cover: neither mimetype, nor META-INF/, nor a folder. */
bool container_entry_business(const signing_container *container, size_t n);
/* By exact name, as bytes. */
bool container_entry_find(const signing_container *container, const char *name, size_t *n);

/* The whole entry, in order, through a fixed buffer. Its CRC and length have
 * been checked where the answer is true; the sink has seen unchecked bytes before. */
bool container_entry_copy(const signing_container *container, size_t n, const struct signing_sink *out, struct signing_refusal *why)
        __attribute__((warn_unused_result));
/* The whole entry in memory, refused above `limit`. malloc'ed, with a NUL after its end. */
bool container_entry_read(const signing_container *container, size_t n, size_t limit, uint8_t **out, size_t *size,
                          struct signing_refusal *why) __attribute__((warn_unused_result));

/* May this be an entry's name (XADES A21)? For writers too. */
bool container_name_check(const char *name, struct signing_refusal *why) __attribute__((warn_unused_result));
/* Are two names the same on a file system that ignores case? */
bool container_name_same(const char *a, const char *b);

#endif
