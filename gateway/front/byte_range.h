/*
 * byte_range.h - Range (RFC 9110 14.2): the one part of a content that a client
 * asks for, to go on with a download that broke off. Several ranges at once, other
 * units and what is malformed are ignored, as the RFC allows: then the whole is sent.
 */
#ifndef PLI_FRONT_BYTE_RANGE_H
#define PLI_FRONT_BYTE_RANGE_H

#include <stdbool.h>
#include <stdint.h>

enum byte_range { RANGE_WHOLE, RANGE_PART, RANGE_UNSATISFIABLE };

/* `field`: Range; `condition`: If-Range, each NULL where absent. `tag`: the content's strong entity tag, with its quotes.
 * Only for RANGE_PART are *first and *last (inclusive, inside the content) set. Pure. */
enum byte_range byte_range_choose(const char *field, const char *condition, const char *tag, uint64_t size, uint64_t *first,
                                  uint64_t *last) __attribute__((warn_unused_result));

#endif
