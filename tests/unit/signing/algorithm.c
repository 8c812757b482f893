/* The dated table of methods and key sizes: strong the second before its end, weak from that second on. */
#include "tests/unit/signing/material.h"

#include <time.h>

#include "signing/algorithm.h"
#include "signing/certificate.h"

static int64_t day(int year, int month, int day_of_month)
{
        struct tm fields = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day_of_month};
        return (int64_t)timegm(&fields);
}

static const struct {
        const char *uri;
        enum algorithm_use use;
        int year, month, day; /* of its end */
} methods[] = {
        {"http://www.w3.org/2001/04/xmldsig-more#md5", ALGORITHM_DIGEST, 2004, 8, 17},
        {"http://www.w3.org/2001/04/xmldsig-more#rsa-md5", ALGORITHM_SIGNATURE, 2004, 8, 17},
        {"http://www.w3.org/2000/09/xmldsig#sha1", ALGORITHM_DIGEST, 2012, 8, 1},
        {"http://www.w3.org/2000/09/xmldsig#rsa-sha1", ALGORITHM_SIGNATURE, 2012, 8, 1},
        {"http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1", ALGORITHM_SIGNATURE, 2012, 8, 1},
        {"http://www.w3.org/2001/04/xmlenc#ripemd160", ALGORITHM_DIGEST, 2014, 8, 1},
        {"http://www.w3.org/2001/04/xmldsig-more#sha224", ALGORITHM_DIGEST, 2029, 1, 1},
        {"http://www.w3.org/2007/05/xmldsig-more#sha3-224", ALGORITHM_DIGEST, 2029, 1, 1},
};

static void a_method_is_strong_until_its_end(void **state)
{
        (void)state;
        for (size_t n = 0; n < sizeof methods / sizeof methods[0]; n++) {
                const struct algorithm *method = algorithm_find(methods[n].uri, methods[n].use);
                int64_t end = day(methods[n].year, methods[n].month, methods[n].day);
                assert_non_null(method);
                if (!algorithm_strong(method, end - 1) || algorithm_strong(method, end))
                        fail_msg("%s", methods[n].uri);
                int nid = OBJ_sn2nid(method->digest);
                assert_true(algorithm_digest_strong(nid, end - 1));
                assert_false(algorithm_digest_strong(nid, end));
        }
}

static void sha_1_ends_later_for_authorities(void **state)
{
        (void)state;
        assert_true(certificate_digest_strong(NID_sha1, day(2017, 1, 1) - 1));
        assert_false(certificate_digest_strong(NID_sha1, day(2017, 1, 1)));
        assert_false(certificate_digest_strong(NID_md5, day(2004, 8, 17)));
}

static EVP_PKEY *key_make(const char *kind, int bits, const char *curve)
{
        if (curve != NULL)
                return EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve);
        if (strcmp(kind, "RSA") == 0)
                return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits);
        return EVP_PKEY_Q_keygen(NULL, NULL, kind);
}

static const struct {
        const char *kind;
        int bits;
        const char *curve;
        int year, month, day; /* 0: no end */
} keys[] = {
        {"RSA", 1024, NULL, 2010, 8, 1},    {"RSA", 1536, NULL, 2019, 10, 1},        {"RSA", 2048, NULL, 2029, 1, 1},
        {"RSA", 3072, NULL, 0, 0, 0},       {"EC", 192, "prime192v1", 2012, 8, 1},   {"EC", 224, "secp224r1", 2021, 10, 1},
        {"EC", 256, "prime256v1", 0, 0, 0}, {"EC", 256, "brainpoolP256r1", 0, 0, 0}, {"ED25519", 256, NULL, 0, 0, 0},
        {"ED448", 448, NULL, 0, 0, 0},
};

static void a_key_is_strong_until_the_end_of_its_size(void **state)
{
        (void)state;
        for (size_t n = 0; n < sizeof keys / sizeof keys[0]; n++) {
                EVP_PKEY *key = key_make(keys[n].kind, keys[n].bits, keys[n].curve);
                assert_non_null(key);
                int64_t end = keys[n].year > 0 ? day(keys[n].year, keys[n].month, keys[n].day) : INT64_MAX;
                if (!algorithm_key_strong(key, end - 1) || algorithm_key_strong(key, end))
                        fail_msg("%s of %d bits", keys[n].kind, keys[n].bits);
                EVP_PKEY_free(key);
        }
}

static void a_tiny_key_never_was(void **state)
{
        EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)512);
        (void)state;
        assert_non_null(key);
        assert_false(algorithm_key_strong(key, 0));
        EVP_PKEY_free(key);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_method_is_strong_until_its_end),
                cmocka_unit_test(sha_1_ends_later_for_authorities),
                cmocka_unit_test(a_key_is_strong_until_the_end_of_its_size),
                cmocka_unit_test(a_tiny_key_never_was),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
