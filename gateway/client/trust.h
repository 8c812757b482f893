/*
 * trust.h - certificates and evidence from files and folders into the library's
 * trust. A folder gives every file in it that is a certificate; a file that is
 * named itself must be one.
 */
#ifndef PLI_CLIENT_TRUST_H
#define PLI_CLIENT_TRUST_H

#include <stdbool.h>

#include "gateway/core/problem.h"
#include "signing/signing.h"

enum trust_kind { TRUST_ANCHOR, TRUST_STAMPER, TRUST_EVIDENCE };

bool trust_read(signing_trust *trust, enum trust_kind kind, const char *path, struct problem *problem)
        __attribute__((warn_unused_result));
struct invocation;
/* All of --trust, --stamp-trust and --evidence; NULL where none is given. The caller frees it. */
bool trust_given(const struct invocation *invocation, signing_trust **out, struct problem *problem)
        __attribute__((warn_unused_result));
/* Starts the library, once for the run. */
bool library_start(struct problem *problem) __attribute__((warn_unused_result));

#endif
