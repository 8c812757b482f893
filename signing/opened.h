/*
 * opened.h - why an opened envelope stopped to be readable.
 */
#ifndef PLI_SIGNING_OPENED_H
#define PLI_SIGNING_OPENED_H

#include "signing/signing.h"

/* The first chunk that was refused, or NULL: a reader of the plaintext only sees
 * that a read failed. SOURCE_FAILED: the ciphertext could not be had. Borrowed. */
const struct signing_refusal *opened_refusal(const signing_opened *opened);

#endif
