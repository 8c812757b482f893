/*
 * scan.h - a look at the bytes of an XML document before any parser sees them.
 */
#ifndef PLI_SIGNING_SCAN_H
#define PLI_SIGNING_SCAN_H

#include "signing/signing.h"

/* Refuses what costs a parser too much (attribute floods are quadratic in it,
 * before any callback) and what this library never reads: DOCTYPE. In an encoding
 * that is a superset of ASCII (encoding.h). What is merely malformed is left to the parser. */
bool scan_check(struct signing_bytes bytes, struct signing_refusal *why) __attribute__((warn_unused_result));

/* Where the end tag of the element with this number starts (document order, 0 is the root), in bytes a parser found
 * well-formed; false for an empty-element tag, which has none. */
bool scan_end_tag(struct signing_bytes bytes, uint64_t element, size_t *offset) __attribute__((warn_unused_result));

#endif
