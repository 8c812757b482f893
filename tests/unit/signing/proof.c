/* What a time-stamp proves once certificates have expired (EN 319 102-1 5.6), and what policies a signature names. */
#include "tests/unit/signing/authority.h"
#include "tests/unit/signing/part.h"

struct ground {
        struct holder holder;
        struct authority authority;
        signing_trust *trust;
        char *text, *stamped;
};

static char *stamp(const struct ground *ground)
{
        struct sink_memory request = memory_sink(), out = memory_sink();
        const struct signing_sink request_sink = sink_memory(&request), sink = sink_memory(&out);
        const struct signing_bytes document = {(const uint8_t *)ground->text, strlen(ground->text)};
        struct signing_refusal why = {0};
        assert_true(signing_stamp_request(document, &request_sink, 5, &why));
        struct signing_bytes answer = authority_answer(&ground->authority, sink_bytes(&request));
        assert_true(signing_stamp_apply(document, answer, 5, ground->trust, &sink, &why));
        OPENSSL_free((void *)(uintptr_t)answer.data);
        free(request.data);
        char *text = strndup((const char *)out.data, out.size);
        free(out.data);
        return text;
}

static int ground_make(void **state)
{
        struct ground *ground = calloc(1, sizeof *ground);
        struct signing_refusal why;
        assert_true(signing_start(&why));
        ground->holder = holder_rsa("Menuiserie Duval SARL");
        ground->authority = authority_make("Horodatage de Saint-Exemple", "critical,timeStamping");
        ground->trust = trust_in(&ground->holder);
        assert_true(signing_trust_stamper(ground->trust, ground->authority.der, &why));
        ground->text = signed_text("<offre><prix>100</prix></offre>", &ground->holder);
        ground->stamped = stamp(ground);
        *state = ground;
        return 0;
}

static int ground_free(void **state)
{
        struct ground *ground = *state;
        holder_free(&ground->holder);
        authority_free(&ground->authority);
        signing_trust_free(ground->trust);
        free(ground->text);
        free(ground->stamped);
        free(ground);
        return 0;
}

static struct found judged_at(const char *text, const signing_trust *trust, const struct signing_detached *detached, int64_t at)
{
        struct found found = {0};
        signing_report *report = NULL;
        const struct signing_bytes document = {(const uint8_t *)text, strlen(text)};
        const struct signing_request request = {
                .document = source_memory(&document), .detached = detached, .trust = trust, .at = at};
        found.readable = signing_verify(&request, &report, &found.why);
        assert_true(found.readable);
        found.json = json_loads(signing_report_json(report), 0, NULL);
        found.indication = signing_report_indication(report);
        signing_report_free(report);
        return found;
}

static int64_t moment(const ASN1_TIME *time, int seconds)
{
        struct tm fields;
        assert_int_equal(ASN1_TIME_to_tm(time, &fields), 1);
        return (int64_t)timegm(&fields) + seconds;
}

static void without_a_stamp_an_expired_certificate_does_not_pass(void **state)
{
        const struct ground *ground = *state;
        struct found found = judged_at(ground->text, ground->trust, NULL, time(NULL) + 2 * 86400);
        assert_int_equal(found.indication, SIGNING_INDETERMINATE);
        assert_true(has_reason(&found, "CERTIFICATE_VALIDITY"));
        json_decref(found.json);
}

static void a_stamp_carries_the_signature_past_its_certificate(void **state)
{
        const struct ground *ground = *state;
        struct found found = judged_at(ground->stamped, ground->trust, NULL, time(NULL) + 2 * 86400);
        assert_int_equal(found.indication, SIGNING_PASSED);
        assert_true(has_reason(&found, "PROVEN_EARLIER"));
        json_decref(found.json);
}

static void a_stamp_whose_authority_has_expired_proves_nothing_any_more(void **state)
{
        const struct ground *ground = *state;
        int64_t after = moment(X509_get0_notAfter(ground->authority.certificate), 60);
        struct found found = judged_at(ground->stamped, ground->trust, NULL, after);
        assert_int_equal(found.indication, SIGNING_INDETERMINATE);
        assert_true(has_reason(&found, "STAMP_UNTRUSTED"));
        json_decref(found.json);
}

/* ---- policies ---- */

#define POLICY_HEAD                                                                                                                \
        "<x:SignaturePolicyIdentifier><x:SignaturePolicyId><x:SigPolicyId><x:Identifier>%s</x:Identifier></x:SigPolicyId>"         \
        "<x:SigPolicyHash><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>%s"              \
        "</ds:DigestValue></x:SigPolicyHash><x:SigPolicyQualifiers><x:SigPolicyQualifier>"                                         \
        "<x:SPURI>http://politiques.exemple.fr/textes/politique.pdf</x:SPURI></x:SigPolicyQualifier></x:SigPolicyQualifiers>"      \
        "</x:SignaturePolicyId></x:SignaturePolicyIdentifier></x:SignedSignatureProperties>"

#define DGFIP "urn:oid:1.2.250.1.131.1.5.18.21.1.7"

static char *signed_under(const struct ground *ground, const char *id, const char *digest)
{
        char *policy = NULL;
        assert_true(asprintf(&policy, POLICY_HEAD, id, digest) > 0);
        char *document = strdup("<d><offre Id=\"offre\"/>@SIGNATURE@</d>");
        char *signature = swapped(PART_SIGNATURE, "</x:SignedSignatureProperties>", policy);
        char *text = part_signed_as(document, signature, "", &ground->holder);
        free(policy);
        free(document);
        free(signature);
        return text;
}

static bool policy_find(void *context, const char *name, struct signing_source *out)
{
        static const struct signing_bytes policy = {(const uint8_t *)"Politique", 9};
        (void)context;
        *out = source_memory(&policy);
        return strcmp(name, "politique.pdf") == 0;
}

static const struct {
        const char *id, *digest, *reason; /* NULL: nothing to say of the policy */
        bool given;
} policies[] = {
        {DGFIP, "roF9+cfRHNPtVJolhdqfIqGMVuUXX8aR4rpiquf0u5E=", NULL, false},
        {DGFIP, "roF9+cfRHNPtVJolhdqfIqGMVuUXX8aR4rpiquf0u5E", NULL, false},
        {DGFIP, " pYtFgzn09kQWZywqdIGVd1fFI07tjKmEAyQHr0l/YAk=\n", NULL, false},
        {DGFIP, "AAAA", "POLICY_DIGEST_UNKNOWN", false},
        {DGFIP "7", "roF9+cfRHNPtVJolhdqfIqGMVuUXX8aR4rpiquf0u5E=", "POLICY_UNJUDGED", false},
        {"urn:exemple:politique", "ErjzYHtIwSdTc05jLo55SURMRuj/2fodVI9stG9JJz0=", "POLICY_UNJUDGED", false},
        {"urn:exemple:politique", "@", NULL, true},
        {"urn:exemple:politique", "roF9+cfRHNPtVJolhdqfIqGMVuUXX8aR4rpiquf0u5E=", "POLICY_DIGEST_WRONG", true},
};

static bool says_of_policy(const struct found *found, const char *reason)
{
        bool any = has_reason(found, "POLICY_DIGEST_UNKNOWN") || has_reason(found, "POLICY_UNJUDGED") ||
                   has_reason(found, "POLICY_DIGEST_WRONG");
        return reason != NULL ? has_reason(found, reason) : !any;
}

static void a_policy_is_known_by_any_of_its_digests(void **state)
{
        const struct signing_detached given = {NULL, policy_find};
        unsigned char digest[32];
        EVP_Digest("Politique", 9, digest, NULL, EVP_sha256(), NULL);
        char *right = part_base64(digest, sizeof digest);
        for (size_t n = 0; n < sizeof policies / sizeof policies[0]; n++) {
                const char *value = policies[n].digest[0] == '@' ? right : policies[n].digest;
                char *text = signed_under(*state, policies[n].id, value);
                struct found found =
                        judged_at(text, ((const struct ground *)*state)->trust, policies[n].given ? &given : NULL, time(NULL));
                assert_true(flag_of(&found, "intact"));
                if (!says_of_policy(&found, policies[n].reason))
                        fail_msg("policy %zu: %s", n, json_dumps(found.json, JSON_INDENT(1)));
                json_decref(found.json);
                free(text);
        }
        free(right);
}

/* ---- formats named and not judged ---- */

static void other_kinds_of_signatures_are_named(void **state)
{
        static const char pdf[] = "%PDF-1.7\n1 0 obj", cms[] = "\x30\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0";
        (void)state;
        struct found found = judged((struct signing_bytes){(const uint8_t *)pdf, sizeof pdf - 1}, NULL);
        assert_false(found.readable);
        assert_string_equal(found.why.code, "PADES");
        found = judged((struct signing_bytes){(const uint8_t *)cms, sizeof cms - 1}, NULL);
        assert_false(found.readable);
        assert_string_equal(found.why.code, "CADES");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(without_a_stamp_an_expired_certificate_does_not_pass),
                cmocka_unit_test(a_stamp_carries_the_signature_past_its_certificate),
                cmocka_unit_test(a_stamp_whose_authority_has_expired_proves_nothing_any_more),
                cmocka_unit_test(a_policy_is_known_by_any_of_its_digests),
                cmocka_unit_test(other_kinds_of_signatures_are_named),
        };
        return cmocka_run_group_tests(tests, ground_make, ground_free);
}
