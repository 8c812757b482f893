/*
 * lists.h - the trusted lists of a folder, into the library's trust: lists of
 * lists by their number, so that pivots come first, then the national ones. The
 * certificates in "signers.pem" have to have signed the first of them; a folder
 * without that file is believed as it is.
 */
#ifndef PLI_CLIENT_LISTS_H
#define PLI_CLIENT_LISTS_H

#include <stddef.h>

#include "gateway/core/problem.h"
#include "signing/signing.h"

#define LISTS_SIGNERS "signers.pem"

/* How many were taken. What is refused is said on standard error and left out; a folder of lists of which none is taken is a
 * problem. */
bool lists_read(signing_trust *trust, const char *folder, size_t *taken, struct problem *problem)
        __attribute__((warn_unused_result));

#endif
