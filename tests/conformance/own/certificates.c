/*
 * certificates.c - signers whose key is short, whose certificate is revoked, expired, or not for signing.
 */
#include "tests/conformance/own/chapters.h"

static const char DOCUMENT[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<offre xmlns=\"urn:exemple:offre\">"
                               "<soumissionnaire>Menuiserie Duval SARL</soumissionnaire><prix>100</prix></offre>";

static void weak_key_judge(struct samples *samples)
{
        struct holder holder = holder_of(EVP_RSA_gen(1024), "Petite Clé SARL");
        signing_trust *trust = trust_in(&holder);
        sample_text(samples, "A8_short_key", "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "KEY_WEAK",
                    signed_text(DOCUMENT, &holder), trust);
        signing_trust_free(trust);
        holder_free(&holder);
}

/* A document by `signer`, judged with `anchor` and perhaps a CRL. */
static void signer_judge(struct samples *samples, const struct sample *wanted, const struct pki_holder *signer,
                         const struct pki_holder *anchor, const struct pki_list *plan)
{
        struct holder holder = past_holder(signer), above = past_holder(anchor);
        struct signing_refusal why = {0};
        signing_trust *trust = trust_in(&above);
        X509_CRL *list = plan != NULL ? pki_list(plan) : NULL;
        unsigned char *der = NULL;
        int size = list != NULL ? i2d_X509_CRL(list, &der) : 0;
        if (size > 0)
                assert_true(signing_trust_evidence(trust, (struct signing_bytes){der, (size_t)size}, &why));
        sample_text(samples, wanted->name, wanted->verdict, wanted->reason, signed_text(DOCUMENT, &holder), trust);
        X509_CRL_free(list);
        OPENSSL_free(der);
        signing_trust_free(trust);
        past_holder_free(&holder);
        past_holder_free(&above);
}

static void revocations_judge(struct samples *samples, const struct pki_holder *root, const struct pki_holder *stranger)
{
        struct pki_holder signer = pki_signer(root, "Camille Duval");
        const struct {
                struct sample sample;
                struct pki_list list;
        } cases[] = {
                {{.name = "good", .verdict = "TOTAL-PASSED", .reason = "-"}, {root, NULL, 0, -1, 5, -1, {0}}},
                {{.name = "A25_revoked", .verdict = "INDETERMINATE/REVOKED_NO_POE", .reason = "CERTIFICATE_REVOKED_NO_POE"},
                 {root, signer.certificate, -5, -1, 5, 1, {0}}},
                {{.name = "A25_suspended", .verdict = "INDETERMINATE/TRY_LATER", .reason = "CERTIFICATE_HELD"},
                 {root, signer.certificate, -5, -1, 5, 6, {0}}},
                {{.name = "A25_list_too_old", .verdict = "INDETERMINATE/TRY_LATER", .reason = "REVOCATION_STALE"},
                 {root, NULL, 0, -90, -80, -1, {0}}},
        };
        for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++)
                signer_judge(samples, &cases[n].sample, &signer, root, &cases[n].list);
        const struct sample missing = {.name = "no_list", .verdict = "INDETERMINATE/TRY_LATER", .reason = "REVOCATION_MISSING"};
        signer_judge(samples, &missing, &signer, root, NULL);
        const struct sample unknown = {
                .name = "unknown_authority", .verdict = "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND", .reason = "CHAIN_MISSING"};
        signer_judge(samples, &unknown, &signer, stranger, NULL);
        pki_free(&signer);
}

static void uses_judge(struct samples *samples, const struct pki_holder *root)
{
        const struct pki_extension usage[] = {{NID_key_usage, "critical,nonRepudiation", NULL}, {0}};
        const struct pki_extension wrong[] = {{NID_key_usage, "critical,keyEncipherment", NULL}, {0}};
        const struct pki_extension leaf[] = {{NID_basic_constraints, "critical,CA:FALSE", NULL}, {0}};
        struct pki_holder expired = pki_issue(root, "Certificat échu", -100, -10, usage),
                          use = pki_issue(root, "Chiffrement", -100, 900, wrong);
        struct pki_holder false_authority = pki_issue(root, "Fausse autorité", -100, 900, leaf);
        struct pki_holder below = pki_issue(&false_authority, "Sous une fausse autorité", -100, 900, usage);
        const struct sample out = {
                .name = "expired", .verdict = "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", .reason = "CERTIFICATE_VALIDITY"};
        const struct sample not_for_signing = {
                .name = "not_for_signing", .verdict = "INDETERMINATE/CHAIN_CONSTRAINTS_FAILURE", .reason = "CERTIFICATE_USE"};
        signer_judge(samples, &out, &expired, root, NULL);
        signer_judge(samples, &not_for_signing, &use, root, NULL);
        const struct sample faulty = {.name = "issuer_no_authority",
                                      .verdict = "INDETERMINATE/CERTIFICATE_CHAIN_GENERAL_FAILURE",
                                      .reason = "CHAIN_FAULTY"};
        signer_judge(samples, &faulty, &below, &false_authority, NULL);
        pki_free(&expired);
        pki_free(&use);
        pki_free(&below);
        pki_free(&false_authority);
}

void chapter_certificates(const struct ground *ground)
{
        struct pki_holder root = pki_authority(NULL, "AC Exemple"), stranger = pki_authority(NULL, "AC étrangère");
        weak_key_judge(ground->samples);
        revocations_judge(ground->samples, &root, &stranger);
        uses_judge(ground->samples, &root);
        pki_free(&root);
        pki_free(&stranger);
}
