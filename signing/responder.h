/*
 * responder.h - what an OCSP answer says of a certificate, and whether who says
 * it may (RFC 6960 4.2.2.2): the issuer itself, one the issuer delegated to, or a
 * responder that a trusted list vouches for.
 */
#ifndef PLI_SIGNING_RESPONDER_H
#define PLI_SIGNING_RESPONDER_H

#include "signing/revocation.h"

/* REVOCATION_NONE where the answer is about other certificates. */
struct revocation_statement responder_statement(OCSP_BASICRESP *answer, const struct revocation_query *query);

#endif
