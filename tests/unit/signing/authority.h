/*
 * authority.h - a time-stamping authority in memory, for the tests.
 */
#ifndef PLI_TESTS_AUTHORITY_H
#define PLI_TESTS_AUTHORITY_H

#include "tests/unit/signing/material.h"

#include <openssl/ts.h>
#include <openssl/x509v3.h>

/* An authority in memory: its key, certificate and what it does wrong. */
struct authority {
        EVP_PKEY *key;
        X509 *certificate;
        struct signing_bytes der;
};

static inline void extension_add(X509 *certificate, int nid, const char *value)
{
        X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
        assert_non_null(extension);
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
}

static inline struct authority authority_make(const char *name, const char *usage)
{
        struct authority authority = {.key = EVP_RSA_gen(2048), .certificate = X509_new()};
        unsigned char *der = NULL;
        X509 *certificate = authority.certificate;
        X509_set_version(certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 7);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 10 * 86400); /* outlives those it stamps for */
        X509_set_pubkey(certificate, authority.key);
        X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
        X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
        extension_add(certificate, NID_key_usage, "critical,digitalSignature");
        extension_add(certificate, NID_ext_key_usage, usage);
        assert_true(X509_sign(certificate, authority.key, EVP_sha256()) > 0);
        int size = i2d_X509(certificate, &der);
        authority.der = (struct signing_bytes){der, (size_t)size};
        return authority;
}

static inline void authority_free(struct authority *authority)
{
        EVP_PKEY_free(authority->key);
        X509_free(authority->certificate);
        OPENSSL_free((void *)(uintptr_t)authority->der.data);
}

static inline ASN1_INTEGER *serial_next(TS_RESP_CTX *context, void *data)
{
        ASN1_INTEGER *serial = ASN1_INTEGER_new();
        (void)context, (void)data;
        ASN1_INTEGER_set(serial, 42);
        return serial;
}

static inline struct signing_bytes authority_answer(const struct authority *authority, struct signing_bytes request)
{
        TS_RESP_CTX *context = TS_RESP_CTX_new();
        ASN1_OBJECT *policy = OBJ_txt2obj("1.2.250.1.999.1", 1);
        BIO *in = BIO_new_mem_buf(request.data, (int)request.size);
        unsigned char *der = NULL;
        assert_int_equal(TS_RESP_CTX_set_signer_cert(context, authority->certificate), 1);
        assert_int_equal(TS_RESP_CTX_set_signer_key(context, authority->key), 1);
        assert_int_equal(TS_RESP_CTX_set_signer_digest(context, EVP_sha256()), 1);
        assert_int_equal(TS_RESP_CTX_set_def_policy(context, policy), 1);
        assert_int_equal(TS_RESP_CTX_add_md(context, EVP_sha256()), 1);
        TS_RESP_CTX_set_serial_cb(context, serial_next, NULL);
        TS_RESP *response = TS_RESP_create_response(context, in);
        assert_non_null(response);
        int size = i2d_TS_RESP(response, &der);
        assert_true(size > 0);
        TS_RESP_free(response);
        BIO_free(in);
        ASN1_OBJECT_free(policy);
        TS_RESP_CTX_free(context);
        return (struct signing_bytes){der, (size_t)size};
}

#endif
