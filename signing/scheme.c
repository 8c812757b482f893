/*
 * scheme.c - a signature method of xmlsec made of an OpenSSL verification (scheme.h).
 * The canonical SignedInfo is kept whole, for EdDSA reads it twice (RFC 8032 5.1.6).
 */
#include "signing/scheme.h"

#include <openssl/ecdsa.h>
#include <openssl/rsa.h>
#include <string.h>
#include <xmlsec/buffer.h>

#include "gateway/core/owner.h"
#include "signing/algorithm.h"
#include "signing/xml.h"

#define MORE2007 "http://www.w3.org/2007/05/xmldsig-more#"
#define MORE2021 "http://www.w3.org/2021/04/xmldsig-more#"

DEFINE_OWNER(EVP_MD_CTX, EVP_MD_CTX_free)
DEFINE_OWNER(ECDSA_SIG, ECDSA_SIG_free)

enum scheme_kind { SCHEME_PSS, SCHEME_ECDSA, SCHEME_ED25519, SCHEME_ED448 };

struct scheme_klass {
        xmlSecTransformKlass klass; /* first: xmlsec sees this */
        enum scheme_kind kind;
        const char *digest; /* OpenSSL's name; NULL: in the parameters, or none */
};

struct scheme {
        xmlSecTransform transform; /* first: xmlsec sees this */
        EVP_PKEY *key;             /* borrowed */
        const char *digest, *mask; /* of PSS and of its MGF1 */
        int salt;                  /* bytes, or RSA_PSS_SALTLEN_DIGEST */
};

static const struct scheme_klass *klass_of(xmlSecTransformPtr transform)
{
        return (const struct scheme_klass *)transform->id;
}

static struct scheme *scheme_of(xmlSecTransformPtr transform)
{
        return (struct scheme *)transform;
}

static int scheme_open(xmlSecTransformPtr transform)
{
        struct scheme *scheme = scheme_of(transform);
        scheme->digest = scheme->mask = klass_of(transform)->digest;
        scheme->salt = RSA_PSS_SALTLEN_DIGEST;
        return 0;
}

static int scheme_push(xmlSecTransformPtr transform, const xmlSecByte *data, xmlSecSize size, int final,
                       xmlSecTransformCtxPtr context)
{
        (void) final, (void)context;
        return size == 0 ? 0 : xmlSecBufferAppend(&transform->inBuf, data, size);
}

bool scheme_is(xmlSecTransformPtr transform)
{
        return transform->id->pushBin == scheme_push;
}

bool scheme_key(xmlSecTransformPtr transform, EVP_PKEY *key)
{
        int type = EVP_PKEY_get_base_id(key);
        bool fits = false;
        switch (klass_of(transform)->kind) {
        case SCHEME_PSS:
                fits = type == EVP_PKEY_RSA || type == EVP_PKEY_RSA_PSS;
                break;
        case SCHEME_ECDSA:
                fits = type == EVP_PKEY_EC;
                break;
        case SCHEME_ED25519:
                fits = type == EVP_PKEY_ED25519;
                break;
        case SCHEME_ED448:
                fits = type == EVP_PKEY_ED448;
                break;
        }
        scheme_of(transform)->key = fits ? key : NULL;
        return fits;
}

static const char *digest_named(const xmlNode *method, const char *otherwise)
{
        if (method == NULL)
                return otherwise;
        const struct algorithm *found = algorithm_find(xml_attribute(method, "Algorithm"), ALGORITHM_DIGEST);
        return found != NULL ? found->digest : NULL;
}

/* RFC 9231 2.3.9: <RSAPSSParams><ds:DigestMethod/><MaskGenerationFunction><ds:DigestMethod/>
 * </MaskGenerationFunction><SaltLength/><TrailerField/></RSAPSSParams>, each optional; SHA-256 where absent. */
static int parameters_read(xmlSecTransformPtr transform, xmlNodePtr node, xmlSecTransformCtxPtr context)
{
        struct scheme *scheme = scheme_of(transform);
        const xmlNode *parameters = xml_child(node, MORE2007, "RSAPSSParams");
        const xmlNode *mask = xml_child(parameters, MORE2007, "MaskGenerationFunction");
        const char *salt = xml_text(xml_child(parameters, MORE2007, "SaltLength"));
        const char *trailer = xml_text(xml_child(parameters, MORE2007, "TrailerField"));
        (void)context;
        scheme->digest = digest_named(xml_child(parameters, NULL, "DigestMethod"), "SHA256");
        scheme->mask = digest_named(xml_child(mask, NULL, "DigestMethod"), scheme->digest);
        if (salt != NULL)
                scheme->salt = (int)strtol(salt, NULL, 10);
        bool good = scheme->digest != NULL && scheme->mask != NULL &&
                    (salt == NULL || (scheme->salt >= 0 && scheme->salt <= 512)) &&
                    (trailer == NULL || strtol(trailer, NULL, 10) == 1);
        return good ? 0 : -1;
}

static bool pss_set(EVP_PKEY_CTX *context, const struct scheme *scheme)
{
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
               EVP_PKEY_CTX_set_rsa_mgf1_md_name(context, scheme->mask, NULL) > 0 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(context, scheme->salt) > 0;
}

/* r and s of exactly the order's length each (RFC 9231 2.3.6), made the DER that OpenSSL reads. */
static unsigned char *ecdsa_encode(EVP_PKEY *key, const unsigned char *data, size_t size, size_t *out_size)
{
        size_t half = ((size_t)EVP_PKEY_get_bits(key) + 7) / 8;
        OWN(ECDSA_SIG) pair = ECDSA_SIG_new();
        if (pair == NULL || size != 2 * half)
                return NULL;
        BIGNUM *r = BN_bin2bn(data, (int)half, NULL), *s = BN_bin2bn(data + half, (int)half, NULL);
        if (r == NULL || s == NULL || ECDSA_SIG_set0(pair, r, s) != 1) {
                BN_free(r);
                BN_free(s);
                return NULL;
        }
        unsigned char *der = NULL;
        int length = i2d_ECDSA_SIG(pair, &der);
        *out_size = length > 0 ? (size_t)length : 0;
        return der;
}

static bool scheme_holds(struct scheme *scheme, enum scheme_kind kind, const unsigned char *value, size_t size)
{
        const xmlSecBuffer *text = &scheme->transform.inBuf;
        OWN(EVP_MD_CTX) state = EVP_MD_CTX_new();
        EVP_PKEY_CTX *context = NULL;
        if (state == NULL || EVP_DigestVerifyInit_ex(state, &context, scheme->digest, NULL, NULL, scheme->key, NULL) != 1)
                return false;
        if (kind == SCHEME_PSS && !pss_set(context, scheme))
                return false;
        if (kind != SCHEME_ECDSA)
                return EVP_DigestVerify(state, value, size, text->data, text->size) == 1;
        size_t der_size = 0;
        unsigned char *der = ecdsa_encode(scheme->key, value, size, &der_size);
        bool holds = der != NULL && EVP_DigestVerify(state, der, der_size, text->data, text->size) == 1;
        OPENSSL_free(der);
        return holds;
}

static int scheme_verify(xmlSecTransformPtr transform, const xmlSecByte *data, xmlSecSize size, xmlSecTransformCtxPtr context)
{
        struct scheme *scheme = scheme_of(transform);
        (void)context;
        if (scheme->key == NULL)
                return -1;
        bool holds = scheme_holds(scheme, klass_of(transform)->kind, data, size);
        transform->status = holds ? xmlSecTransformStatusOk : xmlSecTransformStatusFail;
        return 0;
}

#define SCHEME(function, uri, kind_, digest_, read)                                                                                \
        xmlSecTransformId function(void)                                                                                           \
        {                                                                                                                          \
                static const struct scheme_klass klass = {{.klassSize = sizeof(xmlSecTransformKlass),                              \
                                                           .objSize = sizeof(struct scheme),                                       \
                                                           .name = BAD_CAST #function,                                             \
                                                           .href = BAD_CAST uri,                                                   \
                                                           .usage = xmlSecTransformUsageSignatureMethod,                           \
                                                           .initialize = scheme_open,                                              \
                                                           .readNode = read,                                                       \
                                                           .verify = scheme_verify,                                                \
                                                           .getDataType = xmlSecTransformDefaultGetDataType,                       \
                                                           .pushBin = scheme_push,                                                 \
                                                           .popBin = xmlSecTransformDefaultPopBin},                                \
                                                          kind_,                                                                   \
                                                          digest_};                                                                \
                return &klass.klass;                                                                                               \
        }

SCHEME(scheme_pss_klass, MORE2007 "rsa-pss", SCHEME_PSS, NULL, parameters_read)
SCHEME(scheme_pss_sha1_klass, MORE2007 "sha1-rsa-MGF1", SCHEME_PSS, "SHA1", NULL)
SCHEME(scheme_pss_sha224_klass, MORE2007 "sha224-rsa-MGF1", SCHEME_PSS, "SHA224", NULL)
SCHEME(scheme_pss_sha256_klass, MORE2007 "sha256-rsa-MGF1", SCHEME_PSS, "SHA256", NULL)
SCHEME(scheme_pss_sha384_klass, MORE2007 "sha384-rsa-MGF1", SCHEME_PSS, "SHA384", NULL)
SCHEME(scheme_pss_sha512_klass, MORE2007 "sha512-rsa-MGF1", SCHEME_PSS, "SHA512", NULL)
SCHEME(scheme_pss_sha3_224_klass, MORE2007 "sha3-224-rsa-MGF1", SCHEME_PSS, "SHA3-224", NULL)
SCHEME(scheme_pss_sha3_256_klass, MORE2007 "sha3-256-rsa-MGF1", SCHEME_PSS, "SHA3-256", NULL)
SCHEME(scheme_pss_sha3_384_klass, MORE2007 "sha3-384-rsa-MGF1", SCHEME_PSS, "SHA3-384", NULL)
SCHEME(scheme_pss_sha3_512_klass, MORE2007 "sha3-512-rsa-MGF1", SCHEME_PSS, "SHA3-512", NULL)
SCHEME(scheme_ecdsa_ripemd160_klass, MORE2007 "ecdsa-ripemd160", SCHEME_ECDSA, "RIPEMD160", NULL)
SCHEME(scheme_ecdsa_sha3_224_klass, MORE2021 "ecdsa-sha3-224", SCHEME_ECDSA, "SHA3-224", NULL)
SCHEME(scheme_ecdsa_sha3_256_klass, MORE2021 "ecdsa-sha3-256", SCHEME_ECDSA, "SHA3-256", NULL)
SCHEME(scheme_ecdsa_sha3_384_klass, MORE2021 "ecdsa-sha3-384", SCHEME_ECDSA, "SHA3-384", NULL)
SCHEME(scheme_ecdsa_sha3_512_klass, MORE2021 "ecdsa-sha3-512", SCHEME_ECDSA, "SHA3-512", NULL)
SCHEME(scheme_ed25519_klass, MORE2021 "eddsa-ed25519", SCHEME_ED25519, NULL, NULL)
SCHEME(scheme_ed448_klass, MORE2021 "eddsa-ed448", SCHEME_ED448, NULL, NULL)
