/*
 * digest.c - a digest method of xmlsec made of an OpenSSL digest (digest.h).
 */
#include "signing/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

struct digest_klass {
        xmlSecTransformKlass klass; /* first: xmlsec sees this */
        const char *name;           /* OpenSSL's */
};

struct digest {
        xmlSecTransform transform; /* first: xmlsec sees this */
        EVP_MD_CTX *state;
};

static struct digest *digest_of(xmlSecTransformPtr transform)
{
        return (struct digest *)transform;
}

static int digest_open(xmlSecTransformPtr transform)
{
        const struct digest_klass *klass = (const struct digest_klass *)transform->id;
        struct digest *digest = digest_of(transform);
        EVP_MD *method = EVP_MD_fetch(NULL, klass->name, NULL);
        digest->state = EVP_MD_CTX_new();
        int good = method != NULL && digest->state != NULL && EVP_DigestInit_ex2(digest->state, method, NULL) == 1;
        EVP_MD_free(method);
        return good ? 0 : -1;
}

static void digest_close(xmlSecTransformPtr transform)
{
        EVP_MD_CTX_free(digest_of(transform)->state);
}

static int digest_push(xmlSecTransformPtr transform, const xmlSecByte *data, xmlSecSize size, int final,
                       xmlSecTransformCtxPtr context)
{
        (void) final, (void)context;
        return size == 0 || EVP_DigestUpdate(digest_of(transform)->state, data, size) == 1 ? 0 : -1;
}

static int digest_verify(xmlSecTransformPtr transform, const xmlSecByte *data, xmlSecSize size, xmlSecTransformCtxPtr context)
{
        unsigned char value[EVP_MAX_MD_SIZE];
        unsigned length = 0;
        (void)context;
        if (EVP_DigestFinal_ex(digest_of(transform)->state, value, &length) != 1)
                return -1;
        transform->status =
                size == length && CRYPTO_memcmp(value, data, length) == 0 ? xmlSecTransformStatusOk : xmlSecTransformStatusFail;
        return 0;
}

#define SHA3(bits)                                                                                                                 \
        xmlSecTransformId digest_sha3_##bits##_klass(void)                                                                         \
        {                                                                                                                          \
                static const struct digest_klass klass = {{.klassSize = sizeof(xmlSecTransformKlass),                              \
                                                           .objSize = sizeof(struct digest),                                       \
                                                           .name = BAD_CAST "sha3-" #bits,                                         \
                                                           .href = BAD_CAST "http://www.w3.org/2007/05/xmldsig-more#sha3-" #bits,  \
                                                           .usage = xmlSecTransformUsageDigestMethod,                              \
                                                           .initialize = digest_open,                                              \
                                                           .finalize = digest_close,                                               \
                                                           .verify = digest_verify,                                                \
                                                           .getDataType = xmlSecTransformDefaultGetDataType,                       \
                                                           .pushBin = digest_push,                                                 \
                                                           .popBin = xmlSecTransformDefaultPopBin},                                \
                                                          "SHA3-" #bits};                                                          \
                return &klass.klass;                                                                                               \
        }

SHA3(224)
SHA3(256)
SHA3(384)
SHA3(512)
