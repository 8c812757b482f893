/*
 * digest.h - SHA-3 for xmlsec, which lacks it (RFC 9231 2.1.5).
 */
#ifndef PLI_SIGNING_DIGEST_H
#define PLI_SIGNING_DIGEST_H

#include <xmlsec/xmlsec.h>
#include <xmlsec/transforms.h>

xmlSecTransformId digest_sha3_224_klass(void);
xmlSecTransformId digest_sha3_256_klass(void);
xmlSecTransformId digest_sha3_384_klass(void);
xmlSecTransformId digest_sha3_512_klass(void);

#endif
