/*
 * Bytes as a CRL, an OCSP answer or a certificate. Asked about a fixed signer:
 * whatever the bytes say, only its issuer's signature makes it good or revoked,
 * and the fuzzer has not that key.
 */
#include <assert.h>
#include <string.h>

#include "signing/revocation.h"
#include "signing/signing.h"
#include "signing/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A signer and its issuer. The corpus holds lists and answers about them, whose signatures are broken. */
static const char PEM[] = "-----BEGIN CERTIFICATE-----\n"
                          "MIICJDCCAcmgAwIBAgIUeRoUjVt4ySJGEV7lYDCPJzuGPsYwCgYIKoZIzj0EAwIw\n"
                          "FTETMBEGA1UEAwwKQUMgRXhlbXBsZTAeFw0yNjExMjQxODQ1NDdaFw0zNjExMjEx\n"
                          "ODQ1NDdaMBgxFjAUBgNVBAMMDUNhbWlsbGUgRHV2YWwwWTATBgcqhkjOPQIBBggq\n"
                          "hkjOPQMBBwNCAAQNX7HbMUx8bvGFmGV5oeIZbsWYAJWALfefJNsDHHrkIJi7davs\n"
                          "4kISBcMDLo0ULDiTM5fi5crIg/aY8bssKQ8Eo4HzMIHwMA4GA1UdDwEB/wQEAwIG\n"
                          "QDAwBgNVHR8EKTAnMCWgI6Ahhh9odHRwOi8vbGlzdGVzLmV4ZW1wbGUuZnIvY2Eu\n"
                          "Y3JsMDMGCCsGAQUFBwEBBCcwJTAjBggrBgEFBQcwAYYXaHR0cDovL29jc3AuZXhl\n"
                          "bXBsZS5mci8wNwYIKwYBBQUHAQMEKzApMAgGBgQAjkYBATAIBgYEAI5GAQQwEwYG\n"
                          "BACORgEGMAkGBwQAjkYBBgEwHQYDVR0OBBYEFAFKXedmNAtkr7p0xPQFcVV86FsW\n"
                          "MB8GA1UdIwQYMBaAFKRWtTEujJRCzCvgL1/XhxgTqZ/wMAoGCCqGSM49BAMCA0kA\n"
                          "MEYCIQDwUFiDYbbU72ggC6f0LyKXjwrUnpFBwbOWFXQpQfsjOgIhAOh31/0frhyE\n"
                          "M4o7ZYF9r3PMiHGoQe4rD/3dEE8ohX4T\n"
                          "-----END CERTIFICATE-----\n"
                          "-----BEGIN CERTIFICATE-----\n"
                          "MIIBkDCCATWgAwIBAgIUPcIpS7KcVS5A27QAgVdDA9Nvo6QwCgYIKoZIzj0EAwIw\n"
                          "FTETMBEGA1UEAwwKQUMgRXhlbXBsZTAeFw0yNjExMjQxODQ1NDdaFw0zNjExMjEx\n"
                          "ODQ1NDdaMBUxEzARBgNVBAMMCkFDIEV4ZW1wbGUwWTATBgcqhkjOPQIBBggqhkjO\n"
                          "PQMBBwNCAARGmKBUIlQimasdRFU5vabO0LJcco5fcTQiPVWFF1elZtAJwbMhoI35\n"
                          "77+PmCD1ydsqiclDwq48DLTIFR21rZpoo2MwYTAdBgNVHQ4EFgQUpFa1MS6MlELM\n"
                          "K+AvX9eHGBOpn/AwHwYDVR0jBBgwFoAUpFa1MS6MlELMK+AvX9eHGBOpn/AwDwYD\n"
                          "VR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAQYwCgYIKoZIzj0EAwIDSQAwRgIh\n"
                          "APRIcGpqGUjevHejFVyKW6WRwaSqsCg4v8FPpvUov9aPAiEAqzKsmWBQWv7UsdVV\n"
                          "wWcaV4bF+0q0XOE2oEBq/7IrOxU=\n"
                          "-----END CERTIFICATE-----\n";

static STACK_OF(X509) * certificates(void)
{
        static STACK_OF(X509) * set;
        if (set == NULL) {
                set = certificates_new();
                bool read = certificates_read(set, (struct signing_bytes){(const uint8_t *)PEM, sizeof PEM - 1});
                assert(read && sk_X509_num(set) == 2);
        }
        return set;
}

static void evidence_try(struct signing_bytes bytes)
{
        struct evidence evidence = evidence_new();
        if (evidence_add(&evidence, bytes)) {
                const struct revocation_query query = {.certificate = sk_X509_value(certificates(), 0),
                                                       .issuer = sk_X509_value(certificates(), 1),
                                                       .evidence = {&evidence},
                                                       .helpers = certificates(),
                                                       .at = INT64_C(1800000000)};
                assert(revocation_check(&query).state < REVOCATION_GOOD);
        }
        evidence_free(&evidence);
}

/* The same bytes as a certificate: its extensions are as hostile. */
static void certificate_try(struct signing_bytes bytes)
{
        const unsigned char *at = bytes.data;
        char place[128];
        X509 *certificate = bytes.size < (1 << 16) ? d2i_X509(NULL, &at, (long)bytes.size) : NULL;
        if (certificate == NULL)
                return;
        (void)statements_of(certificate);
        (void)revocation_expected(certificate);
        revocation_place(certificate, place, sizeof place);
        assert(strlen(place) < sizeof place);
        X509_free(certificate);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct signing_refusal why = {0};
        bool started = signing_start(&why);
        assert(started);
        evidence_try((struct signing_bytes){data, size});
        certificate_try((struct signing_bytes){data, size});
        return 0;
}
