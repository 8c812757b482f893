/*
 * scheme.h - signature schemes xmlsec lacks: RSASSA-PSS (RFC 9231 2.3.9, 2.3.10),
 * EdDSA (RFC 9231 2.3.12) and ECDSA with SHA-3 or RIPEMD-160 (RFC 9231 2.3.6).
 */
#ifndef PLI_SIGNING_SCHEME_H
#define PLI_SIGNING_SCHEME_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/transforms.h>

/* Is it one of these? Then the key is given by scheme_key(), as xmlsec has no key class for all of them. */
bool scheme_is(xmlSecTransformPtr transform);
/* False where the key is not of the scheme's kind. The key is borrowed. */
bool scheme_key(xmlSecTransformPtr transform, EVP_PKEY *key) __attribute__((warn_unused_result));

xmlSecTransformId scheme_pss_klass(void); /* with RSAPSSParams */
xmlSecTransformId scheme_pss_sha1_klass(void);
xmlSecTransformId scheme_pss_sha224_klass(void);
xmlSecTransformId scheme_pss_sha256_klass(void);
xmlSecTransformId scheme_pss_sha384_klass(void);
xmlSecTransformId scheme_pss_sha512_klass(void);
xmlSecTransformId scheme_pss_sha3_224_klass(void);
xmlSecTransformId scheme_pss_sha3_256_klass(void);
xmlSecTransformId scheme_pss_sha3_384_klass(void);
xmlSecTransformId scheme_pss_sha3_512_klass(void);
xmlSecTransformId scheme_ecdsa_ripemd160_klass(void);
xmlSecTransformId scheme_ecdsa_sha3_224_klass(void);
xmlSecTransformId scheme_ecdsa_sha3_256_klass(void);
xmlSecTransformId scheme_ecdsa_sha3_384_klass(void);
xmlSecTransformId scheme_ecdsa_sha3_512_klass(void);
xmlSecTransformId scheme_ed25519_klass(void);
xmlSecTransformId scheme_ed448_klass(void);

#endif
