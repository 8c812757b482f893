/* Signing: what is made verifies, here and by the xmlsec1 command; a key that lies is caught. */
#include "tests/unit/signing/material.h"

#include <jansson.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "signing/container.h"

enum { NOW = 1767225600 };
static const char DOCUMENT[] =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<r:Receipt xmlns:r=\"urn:pli:receipt:1\" xmlns=\"urn:x\" Id=\"receipt\">"
        "<r:Depositor>Menuiserie Duval &amp; fils</r:Depositor><!-- note --><a b=\"&lt;é&#13;\"/></r:Receipt>\n";

struct people {
        struct holder rsa, p256, p384, p521;
};

static int people_make(void **state)
{
        struct people *made = calloc(1, sizeof *made);
        made->rsa = holder_rsa("Menuiserie Duval SARL");
        made->p256 = holder_ec("Menuiserie Duval SARL", "prime256v1");
        made->p384 = holder_ec("Commune de Saint-Exemple", "secp384r1");
        made->p521 = holder_ec("Commune de Saint-Exemple", "secp521r1");
        *state = made;
        return signing_start(NULL) ? 0 : -1;
}

static int people_drop(void **state)
{
        struct people *made = *state;
        holder_free(&made->rsa);
        holder_free(&made->p256);
        holder_free(&made->p384);
        holder_free(&made->p521);
        free(made);
        signing_stop();
        return 0;
}

static signing_report *verify(struct signing_bytes document, const struct holder *anchor)
{
        signing_trust *trust = signing_trust_new();
        struct signing_refusal why = {0};
        signing_report *report = NULL;
        assert_true(signing_trust_anchor(trust, anchor->certificate, &why));
        const struct signing_request request = {.document = source_memory(&document), .trust = trust, .at = (int64_t)time(NULL)};
        if (!signing_verify(&request, &report, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        signing_trust_free(trust);
        return report;
}

static bool signature_intact(const signing_report *report)
{
        json_t *json = json_loads(signing_report_json(report), 0, NULL);
        const char *indication = json_string_value(json_object_get(json, "indication"));
        bool intact = indication != NULL && strcmp(indication, "TOTAL-FAILED") != 0;
        json_decref(json);
        return intact && signing_report_signatures(report) == 1 && signing_report_covers_all(report, 0);
}

static struct sink_memory enveloped(const struct holder *holder)
{
        signing_memory_key *key = holder_key(holder);
        struct sink_memory out = memory_sink();
        const struct signing_sink sink = sink_memory(&out);
        struct signing_refusal why = {0};
        const struct signing_bytes document = {(const uint8_t *)DOCUMENT, sizeof DOCUMENT - 1};
        if (!signing_sign_enveloped(document, signing_memory_key_use(key), NOW, &sink, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        signing_memory_key_free(key);
        return out;
}

static void a_document_signed_by_any_kind_of_key_verifies(void **state)
{
        const struct people *people = *state;
        const struct holder *holders[] = {&people->rsa, &people->p256, &people->p384, &people->p521};
        for (size_t i = 0; i < 4; i++) {
                struct sink_memory out = enveloped(holders[i]);
                signing_report *report = verify(sink_bytes(&out), holders[i]);
                assert_true(signature_intact(report));
                signing_report_free(report);
                free(out.data);
        }
}

static void a_changed_letter_is_found(void **state)
{
        const struct people *people = *state;
        struct sink_memory out = enveloped(&people->p256);
        uint8_t *duval = memmem(out.data, out.size, "Duval", 5);
        assert_non_null(duval);
        duval[1] = 'i';
        signing_report *report = verify(sink_bytes(&out), &people->p256);
        assert_int_equal(signing_report_indication(report), SIGNING_FAILED);
        signing_report_free(report);
        free(out.data);
}

/* An engine that is not this library's path. */
static void the_xmlsec1_command_agrees(void **state)
{
        const struct people *people = *state;
        if (system("command -v xmlsec1 >/dev/null 2>&1") != 0) {
                print_message("skipped: no xmlsec1 command\n");
                return;
        }
        struct sink_memory out = enveloped(&people->rsa);
        char path[] = "/tmp/pli-sign-XXXXXX", command[256];
        int fd = mkstemp(path);
        assert_true(fd >= 0 && write(fd, out.data, out.size) == (ssize_t)out.size);
        close(fd);
        snprintf(
                command, sizeof command,
                "xmlsec1 --verify --insecure --enabled-key-data x509 --id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties %s >/dev/null 2>&1",
                path);
        assert_int_equal(system(command), 0);
        unlink(path);
        free(out.data);
}

static struct sink_memory container_signed(const struct holder *holder)
{
        uint8_t *plan = noise(300000);
        const struct signing_bytes contents[] = {{plan, 300000}, {(const uint8_t *)"12 500 euros", 12}};
        const struct signing_file files[] = {{"plans/façade n° 1 (été).pdf", "application/pdf", source_memory(&contents[0])},
                                             {"prix.txt", NULL, source_memory(&contents[1])}};
        signing_memory_key *key = holder_key(holder);
        struct sink_memory out = memory_sink();
        const struct signing_sink sink = sink_memory(&out);
        struct signing_refusal why = {0};
        if (!signing_sign_container(files, 2, signing_memory_key_use(key), NOW, &sink, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        signing_memory_key_free(key);
        free(plan);
        return out;
}

static void a_container_is_signed_as_a_whole(void **state)
{
        const struct people *people = *state;
        struct sink_memory out = container_signed(&people->p256);
        signing_report *report = verify(sink_bytes(&out), &people->p256);
        assert_true(signature_intact(report));
        assert_non_null(strstr(signing_report_json(report), "XAdES-B-B"));
        signing_report_free(report);
        free(out.data);
}

static bool lying_sign(void *context, int digest, struct signing_bytes bytes, uint8_t *signature, size_t *size)
{
        const struct signing_key *honest = context;
        if (!honest->sign(honest->context, digest, bytes, signature, size))
                return false;
        signature[10] ^= 1;
        return true;
}

static bool refusing_sign(void *context, int digest, struct signing_bytes bytes, uint8_t *signature, size_t *size)
{
        (void)context, (void)digest, (void)bytes, (void)signature, (void)size;
        return false;
}

static void a_key_that_signs_wrongly_or_not_at_all_is_caught_before_anything_leaves(void **state)
{
        const struct people *people = *state;
        signing_memory_key *honest = holder_key(&people->rsa);
        struct signing_key key = *signing_memory_key_use(honest);
        struct sink_memory out = memory_sink();
        const struct signing_sink sink = sink_memory(&out);
        const struct signing_bytes document = {(const uint8_t *)DOCUMENT, sizeof DOCUMENT - 1};
        struct signing_refusal why = {0};
        key.context = (void *)(uintptr_t)signing_memory_key_use(honest);
        key.sign = lying_sign;
        assert_false(signing_sign_enveloped(document, &key, NOW, &sink, &why));
        assert_string_equal(why.code, "SIGNED_WRONG");
        key.sign = refusing_sign;
        assert_false(signing_sign_enveloped(document, &key, NOW, &sink, &why));
        assert_string_equal(why.code, "KEY_FAILED");
        assert_int_equal(out.size, 0);
        signing_memory_key_free(honest);
}

static void keys_are_read_from_pkcs12_and_encrypted_pkcs8(void **state)
{
        const struct people *people = *state;
        const unsigned char *der = people->p256.certificate.data;
        X509 *certificate = d2i_X509(NULL, &der, (long)people->p256.certificate.size);
        PKCS12 *file = PKCS12_create("secret", "Duval", people->p256.key, certificate, NULL, 0, 0, 0, 0, 0);
        BIO *p12 = BIO_new(BIO_s_mem()), *pem = BIO_new(BIO_s_mem());
        assert_int_equal(i2d_PKCS12_bio(p12, file), 1);
        assert_int_equal(PEM_write_bio_PKCS8PrivateKey(pem, people->p256.key, EVP_aes_256_cbc(), "secret", 6, NULL, NULL), 1);
        const struct signing_bytes as_p12 = bytes_of_bio(p12), as_pem = bytes_of_bio(pem), none = {0};
        signing_memory_key *key = NULL;
        struct signing_refusal why = {0};
        assert_true(signing_memory_key_new(as_p12, none, "secret", &key, &why));
        assert_int_equal(signing_memory_key_use(key)->certificate.size, people->p256.certificate.size);
        signing_memory_key_free(key);
        assert_true(signing_memory_key_new(as_pem, people->p256.certificate, "secret", &key, &why));
        signing_memory_key_free(key);
        assert_false(signing_memory_key_new(as_p12, none, "wrong", &key, &why));
        assert_string_equal(why.code, "KEY_UNREADABLE");
        assert_false(signing_memory_key_new(as_pem, people->p256.certificate, NULL, &key, &why));
        assert_string_equal(why.code, "KEY_UNREADABLE");
        assert_false(signing_memory_key_new(people->p256.pem, people->rsa.certificate, NULL, &key, &why));
        assert_string_equal(why.code, "CERTIFICATE_MISSING");
        PKCS12_free(file);
        X509_free(certificate);
        free((void *)(uintptr_t)as_p12.data);
        free((void *)(uintptr_t)as_pem.data);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_document_signed_by_any_kind_of_key_verifies),
                cmocka_unit_test(a_changed_letter_is_found),
                cmocka_unit_test(the_xmlsec1_command_agrees),
                cmocka_unit_test(a_container_is_signed_as_a_whole),
                cmocka_unit_test(a_key_that_signs_wrongly_or_not_at_all_is_caught_before_anything_leaves),
                cmocka_unit_test(keys_are_read_from_pkcs12_and_encrypted_pkcs8),
        };
        return cmocka_run_group_tests(tests, people_make, people_drop);
}
