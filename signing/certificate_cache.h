/*
 * certificate_cache.h - certificates parsed once: the same few authorities and
 * signers stand in document after document, and decoding a public key takes longer
 * than verifying with it.
 *
 * Found by every byte of the DER, so that nobody can stand in for another. Bounded;
 * what it holds is what parsing gives, never a verdict.
 */
#ifndef PLI_SIGNING_CERTIFICATE_CACHE_H
#define PLI_SIGNING_CERTIFICATE_CACHE_H

#include <openssl/x509.h>

#include "signing/signing.h"

/* The certificate that starts there, with its own reference, or NULL: the caller frees it. Bytes behind it are not looked at. */
X509 *certificate_cache_read(struct signing_bytes der);
void certificate_cache_clear(void);

#endif
