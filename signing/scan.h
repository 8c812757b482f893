/*
 * scan.h - a look at the bytes of an XML document before any parser sees them.
 */
#ifndef PLI_SIGNING_SCAN_H
#define PLI_SIGNING_SCAN_H

#include "signing/signing.h"

/* Refuses what costs a parser too much (attribute floods are quadratic in it,
 * before any callback) and what this library never reads: DOCTYPE, encodings
 * that are not supersets of ASCII. What is merely malformed is left to the parser. */
bool scan_check(struct signing_bytes bytes, struct signing_refusal *why) __attribute__((warn_unused_result));

#endif
