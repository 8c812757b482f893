/*
 * pack.h - writes a ZIP archive into a sink, in order and in constant memory.
 *
 * Each source is read twice: first for its digest, its CRC and what deflating it
 * gives, then to write it. So every header is exact where it stands and no data
 * descriptor is needed; a source that changes in between is refused.
 */
#ifndef PLI_SIGNING_PACK_H
#define PLI_SIGNING_PACK_H

#include "signing/signing.h"

struct pack;

struct pack *pack_new(const struct signing_sink *out);
void pack_free(struct pack *pack);

/* STORED: as it is. SMALLEST: deflated where that helps, except media that are compressed already. */
enum pack_method { PACK_STORED, PACK_SMALLEST };
/* `sha256`: the content's digest, or NULL. */
bool pack_add(struct pack *pack, const struct signing_file *file, enum pack_method method, uint8_t sha256[32],
              struct signing_refusal *why) __attribute__((warn_unused_result));
/* Writes the central directory; the archive is whole only where this is true. */
bool pack_finish(struct pack *pack, struct signing_refusal *why) __attribute__((warn_unused_result));

#endif
