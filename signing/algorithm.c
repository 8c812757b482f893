/*
 * algorithm.c - the closed table of methods (algorithm.h).
 */
#include "signing/algorithm.h"

#include <openssl/objects.h>
#include <string.h>
#include <xmlsec/keysdata.h>
#include <xmlsec/openssl/crypto.h>

#include "signing/digest.h"
#include "signing/scheme.h"
#include "signing/xpath.h"

/* After these days a new signature proves nothing: what ETSI recommended until when, each by the document that named the end. */
#define MD5_END INT64_C(1092700800)    /* 2004-08-17: collisions published (Wang et al., CRYPTO 2004 rump session) */
#define SHA1_END INT64_C(1343779200)   /* 2012-08-01: TS 102 176-1 V2.1.1 */
#define RIPEMD_END INT64_C(1406851200) /* 2014-08-01: TS 102 176-1 V2.1.1 */
#define SHA224_END INT64_C(1861920000) /* 2029-01-01: TS 119 312 V1.4.3, with SOG-IS 1.2 legacy */
#define STRONG INT64_MAX

#define C14N "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define C14N11 "http://www.w3.org/2006/12/xml-c14n11"
#define EXCLUSIVE "http://www.w3.org/2001/10/xml-exc-c14n#"
#define DSIG "http://www.w3.org/2000/09/xmldsig#"
#define DSIG11 "http://www.w3.org/2009/xmldsig11#"
#define MORE "http://www.w3.org/2001/04/xmldsig-more#"
#define MORE2007 "http://www.w3.org/2007/05/xmldsig-more#"
#define MORE2021 "http://www.w3.org/2021/04/xmldsig-more#"
#define ENC "http://www.w3.org/2001/04/xmlenc#"

static const struct algorithm table[] = {
        {ALGORITHM_CANONICAL, C14N, xmlSecTransformInclC14NGetKlass, NULL, STRONG},
        {ALGORITHM_CANONICAL, C14N "#WithComments", xmlSecTransformInclC14NWithCommentsGetKlass, NULL, STRONG},
        {ALGORITHM_CANONICAL, C14N11, xmlSecTransformInclC14N11GetKlass, NULL, STRONG},
        {ALGORITHM_CANONICAL, C14N11 "#WithComments", xmlSecTransformInclC14N11WithCommentsGetKlass, NULL, STRONG},
        {ALGORITHM_CANONICAL, EXCLUSIVE, xmlSecTransformExclC14NGetKlass, NULL, STRONG},
        {ALGORITHM_CANONICAL, EXCLUSIVE "WithComments", xmlSecTransformExclC14NWithCommentsGetKlass, NULL, STRONG},

        {ALGORITHM_TRANSFORM, DSIG "enveloped-signature", xmlSecTransformEnvelopedGetKlass, NULL, STRONG},
        {ALGORITHM_TRANSFORM, DSIG "base64", xmlSecTransformBase64GetKlass, NULL, STRONG},
        {ALGORITHM_TRANSFORM, "http://www.w3.org/TR/1999/REC-xpath-19991116", xpath_klass, NULL, STRONG},
        {ALGORITHM_TRANSFORM, "http://www.w3.org/2002/06/xmldsig-filter2", xpath_filter_klass, NULL, STRONG},

        {ALGORITHM_DIGEST, MORE "md5", xmlSecOpenSSLTransformMd5GetKlass, "MD5", MD5_END},
        {ALGORITHM_DIGEST, DSIG "sha1", xmlSecOpenSSLTransformSha1GetKlass, "SHA1", SHA1_END},
        {ALGORITHM_DIGEST, ENC "ripemd160", xmlSecOpenSSLTransformRipemd160GetKlass, "RIPEMD160", RIPEMD_END},
        {ALGORITHM_DIGEST, MORE "sha224", xmlSecOpenSSLTransformSha224GetKlass, "SHA224", SHA224_END},
        {ALGORITHM_DIGEST, ENC "sha256", xmlSecOpenSSLTransformSha256GetKlass, "SHA256", STRONG},
        {ALGORITHM_DIGEST, MORE "sha384", xmlSecOpenSSLTransformSha384GetKlass, "SHA384", STRONG},
        {ALGORITHM_DIGEST, ENC "sha512", xmlSecOpenSSLTransformSha512GetKlass, "SHA512", STRONG},
        {ALGORITHM_DIGEST, MORE2007 "sha3-224", digest_sha3_224_klass, "SHA3-224", SHA224_END},
        {ALGORITHM_DIGEST, MORE2007 "sha3-256", digest_sha3_256_klass, "SHA3-256", STRONG},
        {ALGORITHM_DIGEST, MORE2007 "sha3-384", digest_sha3_384_klass, "SHA3-384", STRONG},
        {ALGORITHM_DIGEST, MORE2007 "sha3-512", digest_sha3_512_klass, "SHA3-512", STRONG},

        {ALGORITHM_SIGNATURE, MORE "rsa-md5", xmlSecOpenSSLTransformRsaMd5GetKlass, "MD5", MD5_END},
        {ALGORITHM_SIGNATURE, DSIG "rsa-sha1", xmlSecOpenSSLTransformRsaSha1GetKlass, "SHA1", SHA1_END},
        {ALGORITHM_SIGNATURE, MORE "rsa-ripemd160", xmlSecOpenSSLTransformRsaRipemd160GetKlass, "RIPEMD160", RIPEMD_END},
        {ALGORITHM_SIGNATURE, MORE "rsa-sha224", xmlSecOpenSSLTransformRsaSha224GetKlass, "SHA224", SHA224_END},
        {ALGORITHM_SIGNATURE, MORE "rsa-sha256", xmlSecOpenSSLTransformRsaSha256GetKlass, "SHA256", STRONG},
        {ALGORITHM_SIGNATURE, MORE "rsa-sha384", xmlSecOpenSSLTransformRsaSha384GetKlass, "SHA384", STRONG},
        {ALGORITHM_SIGNATURE, MORE "rsa-sha512", xmlSecOpenSSLTransformRsaSha512GetKlass, "SHA512", STRONG},
        {ALGORITHM_SIGNATURE, DSIG "dsa-sha1", xmlSecOpenSSLTransformDsaSha1GetKlass, "SHA1", SHA1_END},
        {ALGORITHM_SIGNATURE, DSIG11 "dsa-sha256", xmlSecOpenSSLTransformDsaSha256GetKlass, "SHA256", STRONG},
        {ALGORITHM_SIGNATURE, MORE "ecdsa-sha1", xmlSecOpenSSLTransformEcdsaSha1GetKlass, "SHA1", SHA1_END},
        {ALGORITHM_SIGNATURE, MORE "ecdsa-sha224", xmlSecOpenSSLTransformEcdsaSha224GetKlass, "SHA224", SHA224_END},
        {ALGORITHM_SIGNATURE, MORE "ecdsa-sha256", xmlSecOpenSSLTransformEcdsaSha256GetKlass, "SHA256", STRONG},
        {ALGORITHM_SIGNATURE, MORE "ecdsa-sha384", xmlSecOpenSSLTransformEcdsaSha384GetKlass, "SHA384", STRONG},
        {ALGORITHM_SIGNATURE, MORE "ecdsa-sha512", xmlSecOpenSSLTransformEcdsaSha512GetKlass, "SHA512", STRONG},
        {ALGORITHM_SIGNATURE, MORE2007 "rsa-pss", scheme_pss_klass, NULL, STRONG},
        {ALGORITHM_SIGNATURE, MORE2007 "sha1-rsa-MGF1", scheme_pss_sha1_klass, "SHA1", SHA1_END},
        {ALGORITHM_SIGNATURE, MORE2007 "sha224-rsa-MGF1", scheme_pss_sha224_klass, "SHA224", SHA224_END},
        {ALGORITHM_SIGNATURE, MORE2007 "sha256-rsa-MGF1", scheme_pss_sha256_klass, "SHA256", STRONG},
        {ALGORITHM_SIGNATURE, MORE2007 "sha384-rsa-MGF1", scheme_pss_sha384_klass, "SHA384", STRONG},
        {ALGORITHM_SIGNATURE, MORE2007 "sha512-rsa-MGF1", scheme_pss_sha512_klass, "SHA512", STRONG},
        {ALGORITHM_SIGNATURE, MORE2007 "sha3-224-rsa-MGF1", scheme_pss_sha3_224_klass, "SHA3-224", SHA224_END},
        {ALGORITHM_SIGNATURE, MORE2007 "sha3-256-rsa-MGF1", scheme_pss_sha3_256_klass, "SHA3-256", STRONG},
        {ALGORITHM_SIGNATURE, MORE2007 "sha3-384-rsa-MGF1", scheme_pss_sha3_384_klass, "SHA3-384", STRONG},
        {ALGORITHM_SIGNATURE, MORE2007 "sha3-512-rsa-MGF1", scheme_pss_sha3_512_klass, "SHA3-512", STRONG},
        {ALGORITHM_SIGNATURE, MORE2007 "ecdsa-ripemd160", scheme_ecdsa_ripemd160_klass, "RIPEMD160", RIPEMD_END},
        {ALGORITHM_SIGNATURE, MORE2021 "ecdsa-sha3-224", scheme_ecdsa_sha3_224_klass, "SHA3-224", SHA224_END},
        {ALGORITHM_SIGNATURE, MORE2021 "ecdsa-sha3-256", scheme_ecdsa_sha3_256_klass, "SHA3-256", STRONG},
        {ALGORITHM_SIGNATURE, MORE2021 "ecdsa-sha3-384", scheme_ecdsa_sha3_384_klass, "SHA3-384", STRONG},
        {ALGORITHM_SIGNATURE, MORE2021 "ecdsa-sha3-512", scheme_ecdsa_sha3_512_klass, "SHA3-512", STRONG},
        {ALGORITHM_SIGNATURE, MORE2021 "eddsa-ed25519", scheme_ed25519_klass, NULL, STRONG},
        {ALGORITHM_SIGNATURE, MORE2021 "eddsa-ed448", scheme_ed448_klass, NULL, STRONG},
};

const struct algorithm *algorithm_find(const char *uri, enum algorithm_use use)
{
        for (const struct algorithm *row = table; uri != NULL && row < table + sizeof table / sizeof table[0]; row++)
                if (row->use == use && strcmp(row->uri, uri) == 0)
                        return row;
        return NULL;
}

bool algorithm_strong(const struct algorithm *algorithm, int64_t at)
{
        return at < algorithm->until;
}

bool algorithm_digest_strong(int nid, int64_t at)
{
        switch (nid) {
        case NID_md5:
                return at < MD5_END;
        case NID_sha1:
                return at < SHA1_END;
        case NID_ripemd160:
                return at < RIPEMD_END;
        case NID_sha224:
        case NID_sha3_224:
                return at < SHA224_END;
        default:
                return nid != NID_undef;
        }
}

/* From this many bits on, a key of this kind was strong until then. */
static const struct key_size {
        int kind, bits;
        int64_t until;
} key_sizes[] = {
        {EVP_PKEY_RSA, 1024, INT64_C(1280620800)}, /* 2010-08-01: TS 102 176-1 V2.1.1 */
        {EVP_PKEY_RSA, 1536, INT64_C(1569888000)}, /* 2019-10-01: TS 119 312 V1.1.1 */
        {EVP_PKEY_RSA, 1900, INT64_C(1861920000)}, /* 2029-01-01: TS 119 312 V1.4.3, with SOG-IS 1.2 legacy */
        {EVP_PKEY_RSA, 3000, STRONG},
        {EVP_PKEY_DSA, 1024, INT64_C(1448928000)}, /* 2015-12-01: TS 119 312 V1.1.1 */
        {EVP_PKEY_DSA, 1900, INT64_C(1861920000)}, /* 2029-01-01: TS 119 312 V1.4.3 */
        {EVP_PKEY_DSA, 3000, STRONG},
        {EVP_PKEY_EC, 160, INT64_C(1343779200)}, /* 2012-08-01: TS 102 176-1 V2.1.1 */
        {EVP_PKEY_EC, 224, INT64_C(1633046400)}, /* 2021-10-01: TS 119 312 V1.2.1 */
        {EVP_PKEY_EC, 256, STRONG},
        {EVP_PKEY_ED25519, 253, STRONG}, /* RFC 8032: TS 119 312 V1.4.3 by way of SOG-IS 1.2 */
        {EVP_PKEY_ED448, 448, STRONG},
};

bool algorithm_key_strong(const EVP_PKEY *key, int64_t at)
{
        int bits = EVP_PKEY_get_bits(key), kind = EVP_PKEY_get_base_id(key);
        kind = kind == EVP_PKEY_RSA_PSS ? EVP_PKEY_RSA : kind;
        for (const struct key_size *row = key_sizes; row < key_sizes + sizeof key_sizes / sizeof key_sizes[0]; row++)
                if (row->kind == kind && bits >= row->bits && at < row->until)
                        return true;
        return false;
}

bool algorithm_register(void)
{
        xmlSecPtrListEmpty(xmlSecTransformIdsGet());
        xmlSecPtrListEmpty(xmlSecKeyDataIdsGet());
        for (const struct algorithm *row = table; row < table + sizeof table / sizeof table[0]; row++) {
                xmlSecTransformId klass = row->klass();
                if (klass == NULL || xmlSecTransformIdsRegister(klass) < 0)
                        return false;
        }
        return xmlSecKeyDataIdsRegister(xmlSecOpenSSLKeyDataRsaGetKlass()) >= 0 &&
               xmlSecKeyDataIdsRegister(xmlSecOpenSSLKeyDataDsaGetKlass()) >= 0 &&
               xmlSecKeyDataIdsRegister(xmlSecOpenSSLKeyDataEcdsaGetKlass()) >= 0;
}
