/*
 * possession.h - proof that a certificate's holder has its private key: a
 * certification request (PKCS#10, RFC 2986) signed by that key.
 */
#ifndef PLI_ADMIN_POSSESSION_H
#define PLI_ADMIN_POSSESSION_H

#include <jansson.h>
#include <stdbool.h>

#include "gateway/core/problem.h"

/* "request" of a party, the path of a PEM request, becomes the SHA-256 of its DER, in hex, where it is signed by the key of the
 * party's "certificate" (base64 DER); nothing where there is none. Problems: "usage". */
bool possession_check(json_t *party, struct problem *problem) __attribute__((warn_unused_result));

#endif
