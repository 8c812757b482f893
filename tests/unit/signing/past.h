/*
 * past.h - signatures with a past: signed, stamped, given validation data and archived on chosen days (pki.h).
 */
#ifndef PLI_TESTS_PAST_H
#define PLI_TESTS_PAST_H

#include "tests/unit/signing/part.h"
#include "tests/unit/signing/pki.h"

#include "signing/xades.h"

#include <openssl/ts.h>

static inline struct holder past_holder(const struct pki_holder *from)
{
        BIO *bio = BIO_new(BIO_s_mem());
        unsigned char *der = NULL;
        int size = i2d_X509(from->certificate, &der);
        assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, from->key, NULL, NULL, 0, NULL, NULL), 1);
        return (struct holder){from->key, {der, (size_t)size}, bytes_of_bio(bio)};
}

static inline void past_holder_free(struct holder *holder)
{
        OPENSSL_free((void *)(uintptr_t)holder->certificate.data);
        free((void *)(uintptr_t)holder->pem.data);
}

static inline void past_trust(signing_trust *trust, const struct pki_holder *holder,
                              bool (*take)(signing_trust *, struct signing_bytes, struct signing_refusal *))
{
        struct holder one = past_holder(holder);
        assert_true(take(trust, one.certificate, NULL));
        past_holder_free(&one);
}

/* ---- a time-stamping authority that is told the day ---- */

static inline struct pki_holder past_stamper(const struct pki_holder *issuer, int from, int to)
{
        const struct pki_extension extensions[] = {
                {NID_key_usage, "critical,digitalSignature", NULL}, {NID_ext_key_usage, "critical,timeStamping", NULL}, {0}};
        return pki_issue(issuer, "Horodatage de Saint-Exemple", from, to, extensions);
}

static inline ASN1_INTEGER *past_serial(TS_RESP_CTX *context, void *data)
{
        ASN1_INTEGER *serial = ASN1_INTEGER_new();
        (void)context, (void)data;
        ASN1_INTEGER_set(serial, 7);
        return serial;
}

static inline int past_time(TS_RESP_CTX *context, void *data, long *seconds, long *micros)
{
        (void)context;
        *seconds = (long)*(const int64_t *)data;
        *micros = 0;
        return 1;
}

static inline struct signing_bytes past_answer(const struct pki_holder *stamper, int day, struct signing_bytes request)
{
        int64_t at = pki_day(day);
        TS_RESP_CTX *context = TS_RESP_CTX_new();
        ASN1_OBJECT *policy = OBJ_txt2obj("1.2.250.1.999.1", 1);
        BIO *in = BIO_new_mem_buf(request.data, (int)request.size);
        unsigned char *der = NULL;
        assert_int_equal(TS_RESP_CTX_set_signer_cert(context, stamper->certificate), 1);
        assert_int_equal(TS_RESP_CTX_set_signer_key(context, stamper->key), 1);
        assert_int_equal(TS_RESP_CTX_set_signer_digest(context, EVP_sha256()), 1);
        assert_int_equal(TS_RESP_CTX_set_def_policy(context, policy), 1);
        assert_int_equal(TS_RESP_CTX_add_md(context, EVP_sha256()), 1);
        TS_RESP_CTX_set_serial_cb(context, past_serial, NULL);
        TS_RESP_CTX_set_time_cb(context, past_time, &at);
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

/* A token over 32 bytes, in base64. */
static inline char *past_token(const struct pki_holder *stamper, int day, const uint8_t digest[32])
{
        TS_REQ *request = TS_REQ_new();
        TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
        X509_ALGOR *method = X509_ALGOR_new();
        unsigned char *der = NULL;
        const unsigned char *at;
        X509_ALGOR_set_md(method, EVP_sha256());
        TS_REQ_set_version(request, 1);
        TS_MSG_IMPRINT_set_algo(imprint, method);
        TS_MSG_IMPRINT_set_msg(imprint, (unsigned char *)(uintptr_t)digest, 32);
        TS_REQ_set_msg_imprint(request, imprint);
        TS_REQ_set_cert_req(request, 1);
        int size = i2d_TS_REQ(request, &der);
        struct signing_bytes answer = past_answer(stamper, day, (struct signing_bytes){der, (size_t)size});
        OPENSSL_free(der);
        der = NULL;
        at = answer.data;
        TS_RESP *response = d2i_TS_RESP(NULL, &at, (long)answer.size);
        size = i2d_PKCS7(TS_RESP_get_token(response), &der);
        char *encoded = part_base64(der, (size_t)size);
        OPENSSL_free(der);
        OPENSSL_free((void *)(uintptr_t)answer.data);
        TS_RESP_free(response);
        TS_MSG_IMPRINT_free(imprint);
        X509_ALGOR_free(method);
        TS_REQ_free(request);
        return encoded;
}

/* ---- the life of a signature; each takes the text over and gives the next ---- */

static inline char *past_text(struct sink_memory *out, char *before)
{
        char *text = strndup((const char *)out->data, out->size);
        free(out->data);
        free(before);
        return text;
}

static inline char *past_signed(const struct pki_holder *signer)
{
        struct holder holder = past_holder(signer);
        char *text = signed_text("<offre xmlns=\"urn:exemple\"><prix>100</prix></offre>", &holder);
        past_holder_free(&holder);
        return text;
}

static inline char *past_stamped(char *text, const struct pki_holder *stamper, int day)
{
        struct sink_memory request = memory_sink(), out = memory_sink();
        const struct signing_sink request_sink = sink_memory(&request), sink = sink_memory(&out);
        const struct signing_bytes document = {(const uint8_t *)text, strlen(text)};
        struct signing_refusal why = {0};
        assert_true(signing_stamp_request(document, &request_sink, 5, &why));
        struct signing_bytes answer = past_answer(stamper, day, sink_bytes(&request));
        if (!signing_stamp_apply(document, answer, 5, NULL, &sink, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        OPENSSL_free((void *)(uintptr_t)answer.data);
        free(request.data);
        return past_text(&out, text);
}

static inline char *past_archived(char *text, const struct pki_holder *stamper, int day)
{
        struct sink_memory request = memory_sink(), out = memory_sink();
        const struct signing_sink request_sink = sink_memory(&request), sink = sink_memory(&out);
        const struct signing_augmentation augmentation = {.document = {(const uint8_t *)text, strlen(text)}};
        struct signing_refusal why = {0};
        if (!signing_archive_request(&augmentation, 6, &request_sink, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        struct signing_bytes answer = past_answer(stamper, day, sink_bytes(&request));
        if (!signing_archive_apply(&augmentation, answer, 6, &sink, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        OPENSSL_free((void *)(uintptr_t)answer.data);
        free(request.data);
        return past_text(&out, text);
}

/* An unsigned property, as the last one there is now. */
static inline char *past_property(char *text, const char *property)
{
        static const char end[] = "</x:UnsignedSignatureProperties>";
        char *with = malloc(strlen(property) + sizeof end);
        stpcpy(stpcpy(with, property), end);
        char *out = swapped(text, end, with);
        free(with);
        free(text);
        return out;
}

static inline char *past_value(char *text, const char *name, const void *der, int size, const char *around)
{
        char *encoded = part_base64(der, (size_t)size), *property = NULL;
        assert_true(asprintf(&property, around, name, encoded, name) > 0);
        free(encoded);
        text = past_property(text, property);
        free(property);
        return text;
}

static inline char *past_certificate(char *text, X509 *certificate)
{
        unsigned char *der = NULL;
        int size = i2d_X509(certificate, &der);
        text = past_value(text, "EncapsulatedX509Certificate", der, size,
                          "<xades:CertificateValues xmlns:xades=\"" XADES_132
                          "\"><xades:%s>%s</xades:%s></xades:CertificateValues>");
        OPENSSL_free(der);
        return text;
}

/* Frees the list. */
static inline char *past_list(char *text, X509_CRL *list)
{
        unsigned char *der = NULL;
        int size = i2d_X509_CRL(list, &der);
        text = past_value(text, "EncapsulatedCRLValue", der, size,
                          "<xades:RevocationValues xmlns:xades=\"" XADES_132
                          "\"><xades:CRLValues><xades:%s>%s</xades:%s></xades:CRLValues></xades:RevocationValues>");
        OPENSSL_free(der);
        X509_CRL_free(list);
        return text;
}

/* Frees the answer. */
static inline char *past_ocsp(char *text, OCSP_BASICRESP *basic)
{
        unsigned char *der = NULL;
        OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
        int size = i2d_OCSP_RESPONSE(response, &der);
        text = past_value(text, "EncapsulatedOCSPValue", der, size,
                          "<xades:RevocationValues xmlns:xades=\"" XADES_132
                          "\"><xades:OCSPValues><xades:%s>%s</xades:%s></xades:OCSPValues></xades:RevocationValues>");
        OPENSSL_free(der);
        OCSP_RESPONSE_free(response);
        OCSP_BASICRESP_free(basic);
        return text;
}

/* ---- signed properties of one's own ---- */

/* An enveloping signature of the offer by an RSA key, `to` standing for `from` in PART_SIGNATURE. */
static inline char *past_enveloping_as(const struct pki_holder *signer, const char *from, const char *to)
{
        struct holder holder = past_holder(signer);
        char *with = swapped(PART_SIGNATURE, from, to);
        char *template = swapped(with, "</ds:Signature>",
                                 "<ds:Object><offre xmlns=\"urn:exemple\" Id=\"offre\"><prix>100</prix></offre></ds:Object>"
                                 "</ds:Signature>");
        if (strstr(template, "@OFFRE@") == NULL) /* its digest is there already: part_signed_as() is given another place to fill */
                template = part_put(template, "</ds:Signature>", "<!--@OFFRE@--></ds:Signature>");
        char *text = part_signed_as("@SIGNATURE@", template, "", &holder);
        free(with);
        free(template);
        past_holder_free(&holder);
        return text;
}

static inline char *past_enveloping(const struct pki_holder *signer, const char *property)
{
        char *around = NULL;
        assert_true(asprintf(&around,
                             "</x:SignedSignatureProperties><x:SignedDataObjectProperties>%s</x:SignedDataObjectProperties>"
                             "</x:SignedProperties>",
                             property) > 0);
        char *text = past_enveloping_as(signer, "</x:SignedSignatureProperties></x:SignedProperties>", around);
        free(around);
        return text;
}

/* With a content time-stamp of that day (EN 319 132-1 5.2.8.1). */
static inline char *past_content(const struct pki_holder *signer, const struct pki_holder *stamper, int day)
{
        static const char canonical[] = "<offre xmlns=\"urn:exemple\" Id=\"offre\"><prix>100</prix></offre>";
        uint8_t digest[32];
        char *property = NULL;
        EVP_Digest(canonical, sizeof canonical - 1, digest, NULL, EVP_sha256(), NULL);
        char *token = past_token(stamper, day, digest);
        assert_true(asprintf(&property,
                             "<x:AllDataObjectsTimeStamp><ds:CanonicalizationMethod Algorithm=\"" PART_EXCLUSIVE
                             "\"/><x:EncapsulatedTimeStamp>%s</x:EncapsulatedTimeStamp></x:AllDataObjectsTimeStamp>",
                             token) > 0);
        char *text = past_enveloping(signer, property);
        free(property);
        free(token);
        return text;
}

#endif
