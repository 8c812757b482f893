/* Raising a signature to B-LT and B-LTA: values, archive time-stamps, renewal, and what is refused. */
#include "tests/unit/signing/authority.h"
#include "tests/unit/signing/forgery.h"

#include <openssl/ocsp.h>

/* A root, a signer under it, and what the root says of the signer. */
struct house {
        struct holder root, signer;
        X509 *root_certificate, *signer_certificate;
        struct signing_bytes list, answer; /* a CRL; an OCSP answer by the root itself */
        struct authority authority;
        char *text; /* signed and stamped */
        signing_trust *anchors, *all;
};

static void name_set(X509 *certificate, const char *name)
{
        X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
}

static X509 *certificate_make(EVP_PKEY *key, const char *name, X509 *issuer, EVP_PKEY *issuer_key, const char *usage)
{
        X509 *certificate = X509_new();
        X509_set_version(certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), issuer != NULL ? 77 : 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
        X509_set_pubkey(certificate, key);
        name_set(certificate, name);
        X509_set_issuer_name(certificate, X509_get_subject_name(issuer != NULL ? issuer : certificate));
        extension_add(certificate, NID_basic_constraints, issuer != NULL ? "critical,CA:FALSE" : "critical,CA:TRUE");
        extension_add(certificate, NID_key_usage, usage);
        assert_true(X509_sign(certificate, issuer_key, EVP_sha256()) > 0);
        return certificate;
}

static struct signing_bytes der_of_certificate(X509 *certificate)
{
        unsigned char *der = NULL;
        int size = i2d_X509(certificate, &der);
        return (struct signing_bytes){der, (size_t)size};
}

static struct holder holder_under(EVP_PKEY *key, X509 *certificate)
{
        BIO *bio = BIO_new(BIO_s_mem());
        assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
        return (struct holder){key, der_of_certificate(certificate), bytes_of_bio(bio)};
}

static struct signing_bytes list_make(X509 *issuer, EVP_PKEY *key)
{
        X509_CRL *list = X509_CRL_new();
        unsigned char *der = NULL;
        X509_CRL_set_version(list, 1);
        X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer));
        ASN1_TIME *now = X509_gmtime_adj(NULL, -30), *next = X509_gmtime_adj(NULL, 3600);
        X509_CRL_set1_lastUpdate(list, now);
        X509_CRL_set1_nextUpdate(list, next);
        ASN1_TIME_free(now);
        ASN1_TIME_free(next);
        assert_true(X509_CRL_sign(list, key, EVP_sha256()) > 0);
        int size = i2d_X509_CRL(list, &der);
        X509_CRL_free(list);
        return (struct signing_bytes){der, (size_t)size};
}

static struct signing_bytes answer_make(X509 *certificate, X509 *issuer, EVP_PKEY *key)
{
        OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
        OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), certificate, issuer);
        ASN1_TIME *now = X509_gmtime_adj(NULL, -20), *next = X509_gmtime_adj(NULL, 3600);
        unsigned char *der = NULL;
        assert_non_null(OCSP_basic_add1_status(basic, id, V_OCSP_CERTSTATUS_GOOD, 0, NULL, now, next));
        assert_int_equal(OCSP_basic_sign(basic, issuer, key, EVP_sha256(), NULL, 0), 1);
        OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
        int size = i2d_OCSP_RESPONSE(response, &der);
        OCSP_RESPONSE_free(response);
        OCSP_BASICRESP_free(basic);
        OCSP_CERTID_free(id);
        ASN1_TIME_free(now);
        ASN1_TIME_free(next);
        return (struct signing_bytes){der, (size_t)size};
}

static signing_trust *trust_make(const struct house *house, const struct signing_bytes *evidence)
{
        signing_trust *trust = signing_trust_new();
        struct signing_refusal why = {0};
        assert_true(signing_trust_anchor(trust, house->root.certificate, &why));
        assert_true(signing_trust_stamper(trust, house->authority.der, &why));
        if (evidence != NULL)
                assert_true(signing_trust_evidence(trust, *evidence, &why));
        return trust;
}

static struct signing_bytes text_bytes(const char *text)
{
        return (struct signing_bytes){(const uint8_t *)text, strlen(text)};
}

/* One step of B-T; takes the bytes as they are. */
static struct sink_memory stamped(const struct house *house, struct signing_bytes document)
{
        struct sink_memory request = memory_sink(), out = memory_sink();
        const struct signing_sink request_sink = sink_memory(&request), sink = sink_memory(&out);
        struct signing_refusal why = {0};
        if (!signing_stamp_request(document, &request_sink, 5, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        struct signing_bytes answer = authority_answer(&house->authority, sink_bytes(&request));
        if (!signing_stamp_apply(document, answer, 5, house->anchors, &sink, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        OPENSSL_free((void *)(uintptr_t)answer.data);
        free(request.data);
        return out;
}

static int house_make(void **state)
{
        struct house *house = calloc(1, sizeof *house);
        EVP_PKEY *root = EVP_EC_gen("P-256"), *signer = EVP_RSA_gen(2048);
        assert_true(signing_start(NULL));
        house->root_certificate = certificate_make(root, "AC de Saint-Exemple", NULL, root, "critical,keyCertSign,cRLSign");
        house->signer_certificate =
                certificate_make(signer, "Claire Duval", house->root_certificate, root, "critical,digitalSignature,nonRepudiation");
        house->root = holder_under(root, house->root_certificate);
        house->signer = holder_under(signer, house->signer_certificate);
        house->list = list_make(house->root_certificate, root);
        house->answer = answer_make(house->signer_certificate, house->root_certificate, root);
        house->authority = authority_make("Horodatage de Saint-Exemple", "critical,timeStamping");
        house->anchors = trust_make(house, NULL);
        house->all = trust_make(house, &house->list);
        char *text = signed_text("<offre><prix>100</prix></offre>", &house->signer);
        struct sink_memory out = stamped(house, text_bytes(text));
        house->text = strndup((const char *)out.data, out.size);
        free(out.data);
        free(text);
        *state = house;
        return 0;
}

static int house_free(void **state)
{
        struct house *house = *state;
        X509_free(house->root_certificate);
        X509_free(house->signer_certificate);
        holder_free(&house->root);
        holder_free(&house->signer);
        OPENSSL_free((void *)(uintptr_t)house->list.data);
        OPENSSL_free((void *)(uintptr_t)house->answer.data);
        authority_free(&house->authority);
        signing_trust_free(house->anchors);
        signing_trust_free(house->all);
        free(house->text);
        free(house);
        return 0;
}

static struct sink_memory valued(struct signing_bytes document, const signing_trust *trust)
{
        struct sink_memory out = memory_sink();
        const struct signing_sink sink = sink_memory(&out);
        struct signing_refusal why = {0};
        const struct signing_augmentation augmentation = {.document = document, .trust = trust};
        if (!signing_values_apply(&augmentation, &sink, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        return out;
}

static struct sink_memory archived(const struct house *house, struct signing_bytes document,
                                   const struct signing_detached *detached)
{
        struct sink_memory request = memory_sink(), out = memory_sink();
        const struct signing_sink request_sink = sink_memory(&request), sink = sink_memory(&out);
        struct signing_refusal why = {0};
        const struct signing_augmentation augmentation = {.document = document, .detached = detached, .trust = house->all};
        if (!signing_archive_request(&augmentation, 6, &request_sink, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        struct signing_bytes answer = authority_answer(&house->authority, sink_bytes(&request));
        if (!signing_archive_apply(&augmentation, answer, 6, &sink, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        OPENSSL_free((void *)(uintptr_t)answer.data);
        free(request.data);
        return out;
}

/* Judged with anchors alone: revocation data must come out of the signature. */
static void assert_level(const struct house *house, struct signing_bytes document, const struct signing_detached *detached,
                         const char *level, size_t stamps)
{
        struct found found = judged_with(document, detached, house->anchors);
        const json_t *signature = first_signature(&found), *list = json_object_get(signature, "timestamps");
        if (!found.readable)
                fail_msg("%s", found.why.sentence);
        if (found.indication != SIGNING_PASSED)
                fail_msg("%s", json_dumps(found.json, JSON_INDENT(1)));
        assert_string_equal(json_string_value(json_object_get(signature, "level")), level);
        assert_int_equal(json_array_size(list), stamps);
        for (size_t n = 0; n < stamps; n++) {
                assert_true(json_is_true(json_object_get(json_array_get(list, n), "intact")));
                assert_true(json_is_true(json_object_get(json_array_get(list, n), "trusted")));
        }
        json_decref(found.json);
}

static void a_signature_with_its_values_is_b_lt(void **state)
{
        const struct house *house = *state;
        struct sink_memory out = valued(text_bytes(house->text), house->all);
        assert_level(house, sink_bytes(&out), NULL, "XAdES-B-LT", 1);
        assert_non_null(memmem(out.data, out.size, "EncapsulatedCRLValue", 20));
        assert_non_null(memmem(out.data, out.size, "EncapsulatedX509Certificate", 27));
        free(out.data);
}

static void an_ocsp_answer_is_taken_where_there_is_no_list(void **state)
{
        const struct house *house = *state;
        signing_trust *trust = trust_make(house, &house->answer);
        struct sink_memory out = valued(text_bytes(house->text), trust);
        assert_level(house, sink_bytes(&out), NULL, "XAdES-B-LT", 1);
        assert_non_null(memmem(out.data, out.size, "EncapsulatedOCSPValue", 21));
        signing_trust_free(trust);
        free(out.data);
}

static void an_archive_time_stamp_makes_b_lta_and_another_renews_it(void **state)
{
        const struct house *house = *state;
        struct sink_memory lt = valued(text_bytes(house->text), house->all);
        struct sink_memory lta = archived(house, sink_bytes(&lt), NULL);
        assert_level(house, sink_bytes(&lta), NULL, "XAdES-B-LTA", 2);
        struct sink_memory renewed = archived(house, sink_bytes(&lta), NULL);
        assert_level(house, sink_bytes(&renewed), NULL, "XAdES-B-LTA", 3);
        free(lt.data);
        free(lta.data);
        free(renewed.data);
}

static void a_container_is_raised_the_same_way(void **state)
{
        const struct house *house = *state;
        const struct signing_bytes offer = text_bytes("Offre de prix");
        const struct signing_file file = {"offre.txt", "text/plain", source_memory(&offer)};
        struct sink_memory container = memory_sink();
        const struct signing_sink sink = sink_memory(&container);
        struct signing_refusal why = {0};
        signing_memory_key *key = holder_key(&house->signer);
        assert_true(signing_sign_container(&file, 1, signing_memory_key_use(key), time(NULL) - 60, &sink, &why));
        struct sink_memory t = stamped(house, sink_bytes(&container)), lt = valued(sink_bytes(&t), house->all);
        struct sink_memory lta = archived(house, sink_bytes(&lt), NULL);
        assert_level(house, sink_bytes(&lt), NULL, "XAdES-B-LT", 1);
        assert_level(house, sink_bytes(&lta), NULL, "XAdES-B-LTA", 2);
        signing_memory_key_free(key);
        free(container.data);
        free(t.data);
        free(lt.data);
        free(lta.data);
}

static bool offer_find(void *context, const char *name, struct signing_source *out)
{
        const struct signing_bytes *offer = context;
        *out = source_memory(offer);
        return strcmp(name, "offre de prix.txt") == 0;
}

static void a_signature_beside_its_files_and_one_around_them_are_raised(void **state)
{
        const struct house *house = *state;
        struct signing_bytes offer = text_bytes("Offre de prix");
        const struct signing_file file = {"offre de prix.txt", "text/plain", source_memory(&offer)};
        const struct signing_detached beside = {&offer, offer_find};
        signing_memory_key *key = holder_key(&house->signer);
        for (int enveloping = 0; enveloping < 2; enveloping++) {
                const struct signing_detached *detached = enveloping ? NULL : &beside;
                struct sink_memory b = memory_sink();
                const struct signing_sink sink = sink_memory(&b);
                struct signing_refusal why = {0};
                bool made = (enveloping ? signing_sign_enveloping : signing_sign_detached)(&file, 1, signing_memory_key_use(key),
                                                                                           time(NULL) - 60, &sink, &why);
                if (!made)
                        fail_msg("%s: %s", why.code, why.sentence);
                assert_level(house, sink_bytes(&b), detached, "XAdES-B-B", 0);
                struct sink_memory t = stamped(house, sink_bytes(&b)), lt = valued(sink_bytes(&t), house->all);
                struct sink_memory lta = archived(house, sink_bytes(&lt), detached);
                assert_level(house, sink_bytes(&lta), detached, "XAdES-B-LTA", 2);
                free(b.data);
                free(t.data);
                free(lt.data);
                free(lta.data);
        }
        signing_memory_key_free(key);
}

/* 5.5.2.2: what stood before an archive time-stamp cannot be changed behind its back. */
static void values_changed_after_the_archive_time_stamp_break_it(void **state)
{
        const struct house *house = *state;
        struct sink_memory lt = valued(text_bytes(house->text), house->all), lta = archived(house, sink_bytes(&lt), NULL);
        char *text = strndup((const char *)lta.data, lta.size);
        char *bent = swapped(text, "<x:CRLValues>", "<x:CRLValues> ");
        struct found found = judged_text(bent, house->anchors);
        const json_t *list = json_object_get(first_signature(&found), "timestamps");
        assert_true(json_is_true(json_object_get(json_array_get(list, 0), "intact")));
        assert_false(json_is_true(json_object_get(json_array_get(list, 1), "intact")));
        json_decref(found.json);
        free(text);
        free(bent);
        free(lt.data);
        free(lta.data);
}

static void assert_values_refused(struct signing_bytes document, const signing_trust *trust, const char *code)
{
        struct sink_memory out = memory_sink();
        const struct signing_sink sink = sink_memory(&out);
        struct signing_refusal why = {0};
        const struct signing_augmentation augmentation = {.document = document, .trust = trust};
        assert_false(signing_values_apply(&augmentation, &sink, &why));
        assert_string_equal(why.code, code);
        assert_null(out.data);
}

static void missing_evidence_is_named_and_refused(void **state)
{
        const struct house *house = *state;
        assert_values_refused(text_bytes(house->text), house->anchors, "EVIDENCE_MISSING");
}

static void values_are_not_put_in_twice(void **state)
{
        const struct house *house = *state;
        struct sink_memory lt = valued(text_bytes(house->text), house->all);
        assert_values_refused(sink_bytes(&lt), house->all, "VALUES_COMPLETE");
        free(lt.data);
}

static void a_signature_without_a_time_stamp_is_not_raised(void **state)
{
        const struct house *house = *state;
        char *text = signed_text("<offre/>", &house->signer);
        struct sink_memory out = memory_sink();
        const struct signing_sink sink = sink_memory(&out);
        struct signing_refusal why = {0};
        const struct signing_augmentation augmentation = {.document = text_bytes(text), .trust = house->all};
        assert_values_refused(text_bytes(text), house->all, "LEVEL_ORDER");
        assert_false(signing_archive_request(&augmentation, 1, &sink, &why));
        assert_string_equal(why.code, "LEVEL_ORDER");
        free(text);
}

/* A document that was changed must not get an archive time-stamp that hides when. */
static void a_broken_document_gets_no_archive_time_stamp(void **state)
{
        const struct house *house = *state;
        char *bent = swapped(house->text, "<prix>100</prix>", "<prix>1</prix>");
        struct sink_memory out = memory_sink();
        const struct signing_sink sink = sink_memory(&out);
        struct signing_refusal why = {0};
        const struct signing_augmentation augmentation = {.document = text_bytes(bent), .trust = house->all};
        assert_false(signing_archive_request(&augmentation, 1, &sink, &why));
        assert_string_equal(why.code, "DIGEST_DIFFERS");
        assert_null(out.data);
        free(bent);
}

static void a_signature_that_is_not_there_is_not_raised(void **state)
{
        const struct house *house = *state;
        struct sink_memory out = memory_sink();
        const struct signing_sink sink = sink_memory(&out);
        struct signing_refusal why = {0};
        const struct signing_augmentation augmentation = {.document = text_bytes(house->text), .trust = house->all, .signature = 1};
        assert_false(signing_values_apply(&augmentation, &sink, &why));
        assert_string_equal(why.code, "STAMP_NO_PLACE");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_signature_with_its_values_is_b_lt),
                cmocka_unit_test(an_ocsp_answer_is_taken_where_there_is_no_list),
                cmocka_unit_test(an_archive_time_stamp_makes_b_lta_and_another_renews_it),
                cmocka_unit_test(a_container_is_raised_the_same_way),
                cmocka_unit_test(a_signature_beside_its_files_and_one_around_them_are_raised),
                cmocka_unit_test(values_changed_after_the_archive_time_stamp_break_it),
                cmocka_unit_test(missing_evidence_is_named_and_refused),
                cmocka_unit_test(values_are_not_put_in_twice),
                cmocka_unit_test(a_signature_without_a_time_stamp_is_not_raised),
                cmocka_unit_test(a_broken_document_gets_no_archive_time_stamp),
                cmocka_unit_test(a_signature_that_is_not_there_is_not_raised),
        };
        return cmocka_run_group_tests(tests, house_make, house_free);
}
