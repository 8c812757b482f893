/*
 * instant.h - moments as certificates, revocation data and trusted lists write them.
 */
#ifndef PLI_SIGNING_INSTANT_H
#define PLI_SIGNING_INSTANT_H

#include <openssl/asn1.h>
#include <stdbool.h>
#include <stdint.h>

/* UTCTime or GeneralizedTime (RFC 5280 4.1.2.5). NULL, or no time: false. */
bool instant_of_asn1(const ASN1_TIME *time, int64_t *out) __attribute__((warn_unused_result));
/* xs:dateTime (XML Schema Part 2 3.2.7), white space around it allowed; without a zone it is UTC. */
bool instant_of_text(const char *text, int64_t *out) __attribute__((warn_unused_result));
/* "2026-03-01T12:00:00Z"; "" where it is no moment of this calendar. */
void instant_show(int64_t at, char out[32]);

#endif
