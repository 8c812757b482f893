/*
 * material.h - keys, certificates, sources and sinks for the tests of sealing
 * and signing. Everything is made anew in each run.
 */
#ifndef PLI_TESTS_MATERIAL_H
#define PLI_TESTS_MATERIAL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "signing/signing.h"
#include "signing/source.h"

struct holder {
        EVP_PKEY *key;
        struct signing_bytes certificate; /* DER */
        struct signing_bytes pem;         /* private key, PKCS#8 */
};

static inline struct signing_bytes bytes_of_bio(BIO *bio)
{
        char *data = NULL;
        long size = BIO_get_mem_data(bio, &data);
        uint8_t *copy = malloc((size_t)size + 1);
        assert_non_null(copy);
        memcpy(copy, data, (size_t)size);
        BIO_free(bio);
        return (struct signing_bytes){copy, (size_t)size};
}

/* A self-signed certificate over `key`, which the holder then owns. */
static inline struct holder holder_of(EVP_PKEY *key, const char *name)
{
        assert_non_null(key);
        X509 *certificate = X509_new();
        X509_set_version(certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
        X509_set_pubkey(certificate, key);
        X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
        X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
        assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
        unsigned char *der = NULL;
        int size = i2d_X509(certificate, &der);
        assert_true(size > 0);
        X509_free(certificate);
        BIO *bio = BIO_new(BIO_s_mem());
        assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
        return (struct holder){key, {der, (size_t)size}, bytes_of_bio(bio)};
}

static inline struct holder holder_rsa(const char *name)
{
        return holder_of(EVP_RSA_gen(2048), name);
}

static inline struct holder holder_ec(const char *name, const char *curve)
{
        return holder_of(EVP_EC_gen(curve), name);
}

static inline void holder_free(struct holder *holder)
{
        EVP_PKEY_free(holder->key);
        OPENSSL_free((void *)(uintptr_t)holder->certificate.data);
        free((void *)(uintptr_t)holder->pem.data);
}

static inline signing_memory_key *holder_key(const struct holder *holder)
{
        signing_memory_key *key = NULL;
        struct signing_refusal why = {0};
        if (!signing_memory_key_new(holder->pem, holder->certificate, NULL, &key, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        return key;
}

static inline struct sink_memory memory_sink(void)
{
        return (struct sink_memory){.limit = 64 * 1024 * 1024};
}

static inline struct signing_bytes sink_bytes(const struct sink_memory *sink)
{
        return (struct signing_bytes){sink->data, sink->size};
}

/* Bytes that do not compress, the same in each run. */
static inline uint8_t *noise(size_t size)
{
        uint8_t *data = malloc(size > 0 ? size : 1);
        uint32_t state = 2463534242u;
        for (size_t i = 0; i < size; i++) {
                state ^= state << 13;
                state ^= state >> 17;
                state ^= state << 5;
                data[i] = (uint8_t)(state >> 11);
        }
        return data;
}

#endif
