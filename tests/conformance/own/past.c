/*
 * past.c - what was when: each sub-indication that only time decides (EN 319 102-1 5.5, 5.6).
 */
#include "tests/conformance/own/chapters.h"

/* A root; under it an authority, signers and those who stamp. Days are from now. */
struct era {
        struct samples *samples;
        struct pki_holder root, authority, signer, stamper;
        signing_trust *trust;
};

static const struct pki_extension signing_use[] = {{NID_key_usage, "critical,nonRepudiation", NULL}, {0}};

static struct pki_holder signer_rsa(const struct pki_holder *issuer, int from, int to)
{
        return pki_issue_for(EVP_RSA_gen(2048), issuer, "Camille Duval", from, to, signing_use);
}

static X509_CRL *list_of(const struct pki_holder *issuer, int issued, X509 *revoked, int since)
{
        const struct pki_list plan = {
                .issuer = issuer, .revoked = revoked, .revoked_at = since, .issued = issued, .next = issued + 7, .reason = -1};
        return pki_list(&plan);
}

static void era_judge(const struct era *era, const char *name, const char *verdict, const char *reason, char *text)
{
        sample_text(era->samples, name, verdict, reason, text, era->trust);
}

/* ---- 5.5: the signer's certificate ---- */

static void signers_judge(const struct era *era)
{
        struct pki_holder old = signer_rsa(&era->root, -100, -10), young = signer_rsa(&era->root, -20, 100);
        era_judge(era, "expired_unproven", "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", "CERTIFICATE_VALIDITY", past_signed(&old));
        era_judge(era, "expired_proven", "TOTAL-PASSED", "PROVEN_EARLIER", past_stamped(past_signed(&old), &era->stamper, -50));
        era_judge(era, "expired_not_revoked", "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED", "CERTIFICATE_EXPIRED_GOOD",
                  past_list(past_stamped(past_signed(&old), &era->stamper, -5), list_of(&era->root, -12, NULL, 0)));
        era_judge(era, "signed_after_its_end", "TOTAL-FAILED/EXPIRED", "CERTIFICATE_EXPIRED",
                  past_content(&old, &era->stamper, -5));
        era_judge(era, "signed_before_its_end", "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", "CERTIFICATE_VALIDITY",
                  past_content(&old, &era->stamper, -50));
        era_judge(era, "older_than_its_certificate", "TOTAL-FAILED/NOT_YET_VALID", "CERTIFICATE_YOUNGER",
                  past_stamped(past_signed(&young), &era->stamper, -50));
        era_judge(era, "revoked_before_it_signed", "TOTAL-FAILED/REVOKED", "CERTIFICATE_REVOKED",
                  past_list(past_stamped(past_content(&young, &era->stamper, -5), &era->stamper, -4),
                            list_of(&era->root, -1, young.certificate, -10)));
        era_judge(
                era, "revoked_after_it_signed", "TOTAL-PASSED", "PROVEN_EARLIER",
                past_list(past_stamped(past_signed(&young), &era->stamper, -15), list_of(&era->root, -1, young.certificate, -10)));
        pki_free(&old);
        pki_free(&young);
}

/* ---- 5.5.4: times of time-stamps ---- */

static void order_judge(const struct era *era)
{
        struct pki_holder signer = signer_rsa(&era->root, -100, 100);
        era_judge(era, "A17_content_stamped_after_the_signature", "INDETERMINATE/TIMESTAMP_ORDER_FAILURE", "STAMP_ORDER",
                  past_stamped(past_content(&signer, &era->stamper, -10), &era->stamper, -20));
        era_judge(era, "archived_before_it_was_stamped", "INDETERMINATE/TIMESTAMP_ORDER_FAILURE", "STAMP_ORDER",
                  past_archived(past_stamped(past_signed(&signer), &era->stamper, -20), &era->stamper, -30));
        era_judge(era, "stamped_in_order", "TOTAL-PASSED", "-",
                  past_archived(past_stamped(past_content(&signer, &era->stamper, -20), &era->stamper, -20), &era->stamper, -20));
        pki_free(&signer);
}

/* ---- 5.6: authorities and responders that are gone ---- */

static char *under_authority(const struct era *era, int day)
{
        char *text = past_stamped(past_signed(&era->signer), &era->stamper, day);
        return past_list(past_certificate(text, era->authority.certificate), list_of(&era->authority, day, NULL, 0));
}

static char *authority_revoked(const struct era *era, char *text)
{
        return past_list(text, list_of(&era->root, -1, era->authority.certificate, -20));
}

static void authorities_judge(const struct era *era)
{
        era_judge(era, "authority_revoked_before", "INDETERMINATE/REVOKED_CA_NO_POE", "AUTHORITY_REVOKED_NO_POE",
                  authority_revoked(era, under_authority(era, -10)));
        era_judge(era, "authority_revoked_since_its_list_unproven", "INDETERMINATE/REVOCATION_OUT_OF_BOUNDS_NO_POE",
                  "REVOCATION_UNPROVEN", authority_revoked(era, under_authority(era, -50)));
        era_judge(era, "authority_revoked_since_all_archived", "TOTAL-PASSED", "-",
                  authority_revoked(era, past_archived(under_authority(era, -50), &era->stamper, -45)));
        struct pki_holder below = pki_authority(&era->authority, "AC déléguée"), signer = pki_signer(&below, "Alex Martin");
        char *text = past_stamped(past_signed(&signer), &era->stamper, -50);
        text = past_certificate(past_certificate(text, era->authority.certificate), below.certificate);
        text = past_list(text, list_of(&below, -50, NULL, 0));
        era_judge(era, "certificate_perhaps_made_up_since", "INDETERMINATE/NO_POE", "PROOF_MISSING", authority_revoked(era, text));
        pki_free(&below);
        pki_free(&signer);
}

/* ---- 5.2.8: methods, on both sides of the day they end ---- */

static int day_of(int year, int month, int day)
{
        struct tm fields = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = 12};
        return (int)(((int64_t)timegm(&fields) - pki_day(0)) / PKI_DAY);
}

static char *signed_by_sha_1(const struct pki_holder *signer)
{
        unsigned char digest[20];
        static const char canonical[] = "<offre xmlns=\"urn:exemple\" Id=\"offre\"><prix>100</prix></offre>";
        EVP_Digest(canonical, sizeof canonical - 1, digest, NULL, EVP_sha1(), NULL);
        char *value = part_base64(digest, sizeof digest), *with = NULL;
        assert_true(asprintf(&with,
                             "</ds:Transforms><ds:DigestMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#sha1\"/>"
                             "<ds:DigestValue>%s</ds:DigestValue>",
                             value) > 0);
        char *text = past_enveloping_as(signer,
                                        "</ds:Transforms><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>"
                                        "<ds:DigestValue>@OFFRE@</ds:DigestValue>",
                                        with);
        free(with);
        free(value);
        return text;
}

static void methods_judge(const struct era *era)
{
        struct pki_holder signer = signer_rsa(&era->root, -9000, 100), stamper = past_stamper(&era->root, -9000, 900);
        struct pki_holder small = pki_issue_for(EVP_RSA_gen(1024), &era->root, "Petite Clé", -9000, 100, signing_use);
        const struct {
                const char *name;
                char *text;
                int day;
                bool strong;
        } cases[] = {
                {"A8_sha_1_before_its_end", signed_by_sha_1(&signer), day_of(2012, 7, 31), true},
                {"A8_sha_1_after_its_end", signed_by_sha_1(&signer), day_of(2012, 8, 1), false},
                {"A8_rsa_1024_before_its_end", past_signed(&small), day_of(2010, 7, 31), true},
                {"A8_rsa_1024_after_its_end", past_signed(&small), day_of(2010, 8, 1), false},
        };
        for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++)
                era_judge(era, cases[n].name, cases[n].strong ? "TOTAL-PASSED" : "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
                          cases[n].strong                        ? "PROVEN_EARLIER"
                          : strstr(cases[n].name, "rsa") != NULL ? "KEY_WEAK"
                                                                 : "METHOD_WEAK",
                          past_stamped(cases[n].text, &stamper, cases[n].day));
        pki_free(&signer);
        pki_free(&stamper);
        pki_free(&small);
}

/* ---- 5.2.4: another policy document than the signer's ---- */

static bool policy_find(void *context, const char *name, struct signing_source *out)
{
        static const struct signing_bytes policy = {(const uint8_t *)"Politique", 9};
        (void)context;
        *out = source_memory(&policy);
        return strcmp(name, "politique.pdf") == 0;
}

static void policy_judge_wrong(const struct ground *ground)
{
        static const struct signing_detached given = {NULL, policy_find};
        char *template = swapped(
                PART_SIGNATURE, "</x:SignedSignatureProperties>",
                "<x:SignaturePolicyIdentifier><x:SignaturePolicyId><x:SigPolicyId><x:Identifier>urn:exemple:politique</x:Identifier>"
                "</x:SigPolicyId><x:SigPolicyHash><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>"
                "<ds:DigestValue>roF9+cfRHNPtVJolhdqfIqGMVuUXX8aR4rpiquf0u5E=</ds:DigestValue></x:SigPolicyHash>"
                "<x:SigPolicyQualifiers><x:SigPolicyQualifier><x:SPURI>http://politiques.exemple.fr/politique.pdf</x:SPURI>"
                "</x:SigPolicyQualifier></x:SigPolicyQualifiers></x:SignaturePolicyId></x:SignaturePolicyIdentifier>"
                "</x:SignedSignatureProperties>");
        char *enveloping = swapped(template, "</ds:Signature>", "<ds:Object><offre Id=\"offre\"/></ds:Object></ds:Signature>");
        char *text = part_signed_as("@SIGNATURE@", enveloping, "", &ground->holder);
        const struct sample sample = {.name = "policy_of_another_document",
                                      .verdict = "INDETERMINATE/POLICY_PROCESSING_ERROR",
                                      .reason = "POLICY_DIGEST_WRONG",
                                      .document = {(const uint8_t *)text, strlen(text)},
                                      .trust = ground->trust,
                                      .beside = &given};
        sample_judge(ground->samples, &sample);
        free(template);
        free(enveloping);
}

void chapter_past(const struct ground *ground)
{
        struct era era = {.samples = ground->samples, .root = pki_authority_from(NULL, "Racine Exemple", -9000)};
        era.authority = pki_authority(&era.root, "AC Exemple");
        era.signer = pki_signer(&era.authority, "Camille Duval");
        era.stamper = past_stamper(&era.root, -900, 900);
        era.trust = signing_trust_new();
        past_trust(era.trust, &era.root, signing_trust_anchor);
        signers_judge(&era);
        order_judge(&era);
        authorities_judge(&era);
        methods_judge(&era);
        policy_judge_wrong(ground);
        pki_free(&era.root);
        pki_free(&era.authority);
        pki_free(&era.signer);
        pki_free(&era.stamper);
        signing_trust_free(era.trust);
}
