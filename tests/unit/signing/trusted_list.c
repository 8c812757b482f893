/* Trusted lists: who signed them, in what order they are taken, what their services are worth at what time. */
#include "list_maker.h"

#include <stdio.h>

#include "signing/list_of_lists.h"

/* Keys of the scheme, a service, and somebody with a certificate of it. */
struct scene {
        struct pki_holder leader, successor, national, authority, signer;
        struct list_text list;
        signing_trust *trust;
        struct signing_refusal why;
};

#define QC_STATEMENTS                                                                                                              \
        "DER:3029300806060400"                                                                                                     \
        "8E460101"                                                                                                                 \
        "300806060400"                                                                                                             \
        "8E460104"                                                                                                                 \
        "301306060400"                                                                                                             \
        "8E460106"                                                                                                                 \
        "3009"                                                                                                                     \
        "060704008E46010601"

static int scene_open(void **state)
{
        const struct pki_extension qualified[] = {
                {NID_key_usage, "critical,nonRepudiation", NULL}, {0, QC_STATEMENTS, "1.3.6.1.5.5.7.1.3"}, {0}};
        struct scene *scene = calloc(1, sizeof *scene);
        assert_non_null(scene);
        scene->leader = pki_authority(NULL, "Signataire des listes");
        scene->successor = pki_authority(NULL, "Successeur");
        scene->national = pki_authority(NULL, "Liste nationale");
        scene->authority = pki_authority(NULL, "AC Qualifiée");
        scene->signer = pki_issue(&scene->authority, "Camille Duval", -100, 900, qualified);
        scene->trust = signing_trust_new();
        *state = scene;
        return 0;
}

static int scene_close(void **state)
{
        struct scene *scene = *state;
        pki_free(&scene->leader);
        pki_free(&scene->successor);
        pki_free(&scene->national);
        pki_free(&scene->authority);
        pki_free(&scene->signer);
        signing_trust_free(scene->trust);
        free(scene);
        return 0;
}

static bool list_given(struct scene *scene, struct sink_memory list, const struct pki_holder *pinned)
{
        unsigned char *der = NULL;
        int size = pinned != NULL ? i2d_X509(pinned->certificate, &der) : 0;
        scene->why = (struct signing_refusal){0};
        bool taken = signing_trust_list(scene->trust, sink_bytes(&list), (struct signing_bytes){der, (size_t)size}, pki_day(0),
                                        &scene->why);
        assert_true(taken == (scene->why.code[0] == '\0'));
        OPENSSL_free(der);
        free(list.data);
        return taken;
}

static struct sink_memory national_list(struct scene *scene, unsigned sequence, const struct service_plan *plans)
{
        list_begin(&scene->list, "FR", sequence, false, 30);
        list_services(&scene->list);
        list_service(&scene->list, scene->authority.certificate, plans);
        return list_end(&scene->list, &scene->national);
}

static struct sink_memory leading_list(struct scene *scene, unsigned sequence, const struct pki_holder *by,
                                       const struct pki_holder *next)
{
        list_begin(&scene->list, "EU", sequence, true, 30);
        list_pointer(&scene->list, "EU", true, next->certificate);
        list_pointer(&scene->list, "FR", false, scene->national.certificate);
        return list_end(&scene->list, by);
}

static const struct service_plan granted[] = {{"CA/QC", "granted", -1000, NULL}, {0}};

/* ---- signatures and order ---- */

static void a_list_needs_its_pinned_signer(void **state)
{
        struct scene *scene = *state;
        assert_false(list_given(scene, national_list(scene, 7, granted), &scene->leader));
        assert_string_equal(scene->why.code, "LIST_UNPINNED");
        assert_null(scene->trust->services);
        assert_true(list_given(scene, national_list(scene, 7, granted), &scene->national));
        assert_non_null(scene->trust->services);
}

static void a_list_that_was_changed_is_refused(void **state)
{
        struct scene *scene = *state;
        struct sink_memory list = national_list(scene, 7, granted);
        char *at = memmem(list.data, list.size, "granted", 7);
        assert_non_null(at);
        memcpy(at, "grantee", 7);
        assert_false(list_given(scene, list, NULL));
        assert_string_equal(scene->why.code, "LIST_SIGNATURE");
        list_begin(&scene->list, "FR", 7, false, 30);
        list_add(&scene->list, "</PointersToOtherTSL></SchemeInformation></TrustServiceStatusList>");
        const struct signing_bytes bare = {(const uint8_t *)scene->list.text, scene->list.size};
        assert_false(signing_trust_list(scene->trust, bare, (struct signing_bytes){0}, pki_day(0), &scene->why));
        assert_string_equal(scene->why.code, "LIST_SIGNATURES");
}

static void what_is_no_list_is_not_taken_for_one(void **state)
{
        struct scene *scene = *state;
        struct signing_list shown;
        static const char *const texts[] = {"", "<a/>", "<TrustServiceStatusList/>", "<!-- <TrustServiceStatusList", "-----BEGIN"};
        for (size_t n = 0; n < sizeof texts / sizeof texts[0]; n++) {
                const struct signing_bytes bytes = {(const uint8_t *)texts[n], strlen(texts[n])};
                assert_true(signing_is_list(bytes) == (n == 2));
                assert_false(signing_list_show(bytes, &shown, &scene->why));
        }
}

static void a_number_never_goes_back(void **state)
{
        struct scene *scene = *state;
        static const struct service_plan withdrawn[] = {{"CA/QC", "withdrawn", -1, NULL}, {"CA/QC", "granted", -1000, NULL}, {0}};
        assert_true(list_given(scene, national_list(scene, 7, granted), &scene->national));
        assert_true(list_given(scene, national_list(scene, 8, withdrawn), &scene->national));
        assert_false(list_given(scene, national_list(scene, 7, granted), &scene->national));
        assert_string_equal(scene->why.code, "LIST_ROLLED_BACK");
        assert_null(scene->trust->services->next); /* the newer one took the older one's place */
        assert_false(service_good(scene->trust->services, SERVICE_FOR_SIGNERS, pki_day(0)));
        assert_true(service_good(scene->trust->services, SERVICE_FOR_SIGNERS, pki_day(-2)));
}

static void a_list_of_lists_says_who_signs_what(void **state)
{
        struct scene *scene = *state;
        assert_false(list_given(scene, leading_list(scene, 1, &scene->successor, &scene->leader), &scene->leader));
        assert_true(list_given(scene, leading_list(scene, 1, &scene->leader, &scene->leader), &scene->leader));
        assert_true(list_given(scene, national_list(scene, 7, granted), NULL));
        list_begin(&scene->list, "FR", 9, false, 30);
        assert_false(list_given(scene, list_end(&scene->list, &scene->successor), NULL));
        assert_string_equal(scene->why.code, "LIST_UNPINNED");
        list_begin(&scene->list, "ZZ", 1, false, 30); /* a territory nobody has pointed to */
        assert_false(list_given(scene, list_end(&scene->list, &scene->national), NULL));
        assert_string_equal(scene->why.code, "LIST_UNPINNED");
}

static void pivots_hand_over_from_signer_to_signer(void **state)
{
        struct scene *scene = *state;
        assert_true(list_given(scene, leading_list(scene, 1, &scene->leader, &scene->successor), &scene->leader));
        assert_false(
                list_given(scene, leading_list(scene, 2, &scene->leader, &scene->leader), &scene->leader)); /* its turn is over */
        assert_true(list_given(scene, leading_list(scene, 2, &scene->successor, &scene->successor), &scene->leader));
}

static void a_broken_pivot_stops_all_behind_it(void **state)
{
        struct scene *scene = *state;
        struct sink_memory pivot = leading_list(scene, 1, &scene->leader, &scene->successor);
        pivot.data[pivot.size / 3] ^= 1;
        assert_false(list_given(scene, pivot, &scene->leader));
        assert_false(list_given(scene, leading_list(scene, 2, &scene->successor, &scene->successor), &scene->leader));
        assert_false(list_given(scene, national_list(scene, 7, granted), &scene->leader));
}

/* ---- what a signature is worth by them ---- */

static char *verdict_at(struct scene *scene, int day)
{
        static const char document[] = "<marche><objet>Fournitures</objet></marche>";
        struct sink_memory signed_ =
                pki_sign(&scene->signer, (struct signing_bytes){(const uint8_t *)document, sizeof document - 1});
        const struct signing_bytes bytes = sink_bytes(&signed_);
        const struct signing_request request = {.document = source_memory(&bytes), .trust = scene->trust, .at = pki_day(day)};
        signing_report *report = NULL;
        if (!signing_verify(&request, &report, &scene->why))
                fail_msg("%s: %s", scene->why.code, scene->why.sentence);
        char *text = strdup(signing_report_json(report));
        assert_non_null(text);
        signing_report_free(report);
        free(signed_.data);
        return text;
}

static void verdict_has(struct scene *scene, int day, const char *first, const char *second)
{
        char *text = verdict_at(scene, day);
        if (strstr(text, first) == NULL || strstr(text, second) == NULL)
                fail_msg("%s or %s is not in %s", first, second, text);
        free(text);
}

static void services_make(struct scene *scene, const struct service_plan *plans)
{
        signing_trust_free(scene->trust);
        scene->trust = signing_trust_new();
        assert_true(list_given(scene, national_list(scene, 7, plans), &scene->national));
}

static void a_granted_service_makes_a_qualified_signature(void **state)
{
        struct scene *scene = *state;
        services_make(scene, granted);
        verdict_has(scene, 0, "\"indication\":\"TOTAL-PASSED\"", "\"qualification\":\"QESIG\"");
}

static void a_service_counts_while_it_is_granted(void **state)
{
        struct scene *scene = *state;
        static const struct service_plan withdrawn[] = {{"CA/QC", "withdrawn", -5, NULL}, {"CA/QC", "granted", -1000, NULL}, {0}};
        static const struct service_plan later[] = {{"CA/QC", "granted", -50, NULL}, {"CA/QC", "withdrawn", -1000, NULL}, {0}};
        static const struct service_plan unqualified[] = {{"CA/PKC", "granted", -1000, NULL}, {0}};
        services_make(scene, withdrawn);
        verdict_has(scene, 0, "SERVICE_NOT_GRANTED", "\"INDETERMINATE_ADES\"");
        verdict_has(scene, -10, "\"indication\":\"TOTAL-PASSED\"", "\"QESIG\"");
        services_make(scene, later); /* not yet granted when the certificate was issued */
        verdict_has(scene, 0, "\"indication\":\"TOTAL-PASSED\"", "\"qualification\":\"ADES\"");
        services_make(scene, unqualified);
        verdict_has(scene, 0, "\"indication\":\"TOTAL-PASSED\"", "\"qualification\":\"ADES\"");
}

/* A list that names its service by `identity` instead of by the certificate, which is at hand otherwise. */
static void identity_given(struct scene *scene, const char *identity)
{
        unsigned char *der = NULL;
        signing_trust_free(scene->trust);
        scene->trust = signing_trust_new();
        list_begin(&scene->list, "FR", 7, false, 30);
        list_services(&scene->list);
        list_service(&scene->list, scene->authority.certificate, granted);
        char *from = strstr(scene->list.text, "<X509Certificate>"), *end = strstr(from, "</X509Certificate>") + 18;
        size_t left = strlen(end), size = strlen(identity);
        memmove(from + size, end, left + 1);
        memcpy(from, identity, size);
        scene->list.size = strlen(scene->list.text);
        assert_true(list_given(scene, list_end(&scene->list, &scene->national), &scene->national));
        int length = i2d_X509(scene->authority.certificate, &der);
        assert_true(signing_trust_evidence(scene->trust, (struct signing_bytes){der, (size_t)length}, NULL));
        OPENSSL_free(der);
}

static void a_service_is_known_by_its_key_and_not_by_its_name(void **state)
{
        struct scene *scene = *state;
        unsigned char digest[20], value[64];
        char identity[128];
        X509_pubkey_digest(scene->authority.certificate, EVP_sha1(), digest, NULL);
        EVP_EncodeBlock(value, digest, sizeof digest);
        snprintf(identity, sizeof identity, "<X509SKI>%s</X509SKI>", (const char *)value);
        identity_given(scene, identity);
        verdict_has(scene, 0, "\"indication\":\"TOTAL-PASSED\"", "\"qualification\":\"QESIG\"");
        digest[0] ^= 1;
        EVP_EncodeBlock(value, digest, sizeof digest);
        snprintf(identity, sizeof identity, "<X509SKI>%s</X509SKI>", (const char *)value);
        identity_given(scene, identity);
        verdict_has(scene, 0, "NO_CERTIFICATE_CHAIN_FOUND", "CHAIN_MISSING");
        identity_given(scene, "<X509SubjectName>CN=AC Qualifiée</X509SubjectName>");
        verdict_has(scene, 0, "NO_CERTIFICATE_CHAIN_FOUND", "CHAIN_MISSING");
}

static void the_list_overrules_the_certificate(void **state)
{
        struct scene *scene = *state;
        static const struct {
                const char *extension, *qualification;
        } rows[] = {
                {LIST_QUALIFIER("NotQualified", "nonRepudiation"), "\"ADESIG\""},
                {LIST_QUALIFIER("QCNoQSCD", "nonRepudiation"), "\"ADESIG_QC\""},
                {LIST_QUALIFIER("QCForESeal", "nonRepudiation"), "\"QESEAL\""},
                {LIST_QUALIFIER("QCNoQSCD", "keyEncipherment"), "\"QESIG\""},
                {LIST_QUALIFIER("QCWithQSCD", "nonRepudiation") LIST_SCOPE("ForeSignatures"), "\"QESIG\""},
                {LIST_SCOPE("ForeSeals"), "\"ADES\""},
        };
        for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
                const struct service_plan plans[] = {{"CA/QC", "granted", -1000, rows[n].extension}, {0}};
                services_make(scene, plans);
                verdict_has(scene, 0, "\"indication\":\"TOTAL-PASSED\"", rows[n].qualification);
        }
}

static void an_extension_that_matters_and_is_not_known_ends_trust(void **state)
{
        struct scene *scene = *state;
        static const struct service_plan plans[] = {
                {"CA/QC", "granted", -1000, "<Extension Critical=\"true\"><x:Neuf xmlns:x=\"urn:exemple\"/></Extension>"}, {0}};
        services_make(scene, plans);
        verdict_has(scene, 0, "SERVICE_NOT_GRANTED", "NO_CERTIFICATE_CHAIN_FOUND");
}

static void an_overdue_list_is_noted(void **state)
{
        struct scene *scene = *state;
        services_make(scene, granted);
        verdict_has(scene, 40, "LIST_OVERDUE", "\"indication\":\"TOTAL-PASSED\"");
}

/* ---- lists of others ---- */

static bool data_read(const char *name, struct signing_bytes *out)
{
        char path[512];
        const char *root = getenv("PLI_DATA");
        snprintf(path, sizeof path, "%s/xades/%s", root != NULL ? root : "../shared/data", name);
        FILE *file = fopen(path, "rb");
        if (file == NULL)
                return false;
        uint8_t *data = malloc(8 << 20);
        assert_non_null(data);
        *out = (struct signing_bytes){data, fread(data, 1, 8 << 20, file)};
        fclose(file);
        return true;
}

static void data_free(struct signing_bytes bytes)
{
        free((void *)(uintptr_t)bytes.data);
}

#define ESTONIA "open-eid_libdigidocpp/test/data/"
#define LISTS "esig_dss/dss-tsl-validation/src/test/resources/lotlCache/"

/* A container signed on 2016-11-28, right and qualified by these lists only. */
static void estonian_lists_decide_as_published(void **state)
{
        static const struct {
                const char *list;
                bool valid;
        } rows[] = {
                {"EE_T.xml", true},
                {"EE_T-CA-noqscd-granted-before.xml", true},
                {"EE_T-CA-withdrawn-granted-before.xml", true},
                {"EE_T-OCSP-withdrawn-granted-before.xml", true},
                {"EE_T-CA-granted-later.xml", false},
                {"EE_T-CA-non-qa.xml", false},
                {"EE_T-CA-withdrawn-granted-later.xml", false},
                {"EE_T-CA-withdrawn.xml", false},
                {"EE_T-OCSP-granted-later.xml", false},
                {"EE_T-OCSP-withdrawn.xml", false},
                {"EE_T-TSA-invalid-type.xml", false},
                {"EE_T-TSA-noqscd-granted-later.xml", false},
                {"EE_T-TSA-withdrawn-granted-later.xml", false},
                {"EE_T-no_QCSD.xml", false},
                {"EE_T-no_QCStatement.xml", false},
        };
        struct scene *scene = *state;
        struct signing_bytes container, list;
        size_t seen = 0;
        if (!data_read(ESTONIA "tsl.asice", &container))
                skip();
        for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
                char name[128];
                snprintf(name, sizeof name, ESTONIA "%s", rows[n].list);
                if (!data_read(name, &list))
                        continue;
                signing_trust *trust = signing_trust_new();
                signing_report *report = NULL;
                assert_true(signing_trust_list(trust, list, (struct signing_bytes){0}, pki_day(0), &scene->why));
                const struct signing_request request = {
                        .document = source_memory(&container), .trust = trust, .at = INT64_C(1480550400)};
                assert_true(signing_verify(&request, &report, &scene->why));
                bool valid = signing_report_indication(report) == SIGNING_PASSED &&
                             strstr(signing_report_json(report), "\"qualification\":\"QESIG\"") != NULL;
                if (valid != rows[n].valid)
                        fail_msg("%s: %s", rows[n].list, signing_report_json(report));
                signing_report_free(report);
                signing_trust_free(trust);
                data_free(list);
                seen++;
        }
        data_free(container);
        assert_true(seen > 10);
}

static void european_lists_are_taken_in_their_order(void **state)
{
        static const struct {
                const char *list, *code;
        } rows[] = {
                {"tl_pivot_172_mp.xml", ""},
                {"tl_pivot_191_mp_broken-sig.xml", "LIST_SIGNATURE"},
                {"tl_pivot_191_mp_no-sig.xml", "LIST_SIGNATURES"},
                {"tl_pivot_226_mp.xml", "LIST_UNPINNED"}, /* the one between is missing */
                {"tl_pivot_191_mp.xml", ""},
                {"tl_pivot_226_mp.xml", ""},
                {"tl_pivot_247_mp_not-parsable.xml", "MALFORMED"},
                {"tl_pivot_247_mp_with-bom.xml", ""},
                {"eu-lotl_broken-sig.xml", "LIST_SIGNATURE"},
                {"eu-lotl_original.xml", ""},
                {"AT.xml", ""},
                {"BE.xml", ""},
                {"CZ_two-sigs.xml", "LIST_SIGNATURES"},
                {"CZ_no-sig.xml", "LIST_SIGNATURES"},
                {"CZ.xml", ""},
                {"PL.xml", ""},
                {"FR_59.xml", "LIST_UNPINNED"}, /* of a later year */
                {"tl_pivot_226_mp.xml", "LIST_ROLLED_BACK"},
        };
        struct scene *scene = *state;
        struct signing_bytes list;
        size_t seen = 0;
        for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
                char name[160];
                snprintf(name, sizeof name, LISTS "%s", rows[n].list);
                if (!data_read(name, &list))
                        continue;
                scene->why = (struct signing_refusal){0};
                bool taken = signing_trust_list(scene->trust, list, (struct signing_bytes){0}, INT64_C(1500000000), &scene->why);
                if (strcmp(scene->why.code, rows[n].code) != 0 && !(strcmp(rows[n].code, "LIST_ROLLED_BACK") == 0 && !taken))
                        fail_msg("%s: %s %s", rows[n].list, scene->why.code, scene->why.sentence);
                assert_true(taken == (rows[n].code[0] == '\0'));
                data_free(list);
                seen++;
        }
        if (seen == 0)
                skip();
        assert_int_equal(seen, sizeof rows / sizeof rows[0]);
}

static int library_open(void **state)
{
        struct signing_refusal why = {0};
        (void)state;
        return signing_start(&why) ? 0 : -1;
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, scene_open, scene_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                SCENE(a_list_needs_its_pinned_signer),
                SCENE(a_list_that_was_changed_is_refused),
                SCENE(what_is_no_list_is_not_taken_for_one),
                SCENE(a_number_never_goes_back),
                SCENE(a_list_of_lists_says_who_signs_what),
                SCENE(pivots_hand_over_from_signer_to_signer),
                SCENE(a_broken_pivot_stops_all_behind_it),
                SCENE(a_granted_service_makes_a_qualified_signature),
                SCENE(a_service_counts_while_it_is_granted),
                SCENE(a_service_is_known_by_its_key_and_not_by_its_name),
                SCENE(the_list_overrules_the_certificate),
                SCENE(an_extension_that_matters_and_is_not_known_ends_trust),
                SCENE(an_overdue_list_is_noted),
                SCENE(estonian_lists_decide_as_published),
                SCENE(european_lists_are_taken_in_their_order),
        };
        return cmocka_run_group_tests(tests, library_open, NULL);
}
