/*
 * main.c - a conformance corpus of our own: makes, with keys and certificates of this run, one document for each attack,
 * each cost and each sub-indication, writes it to FOLDER/VERDICT/REASON/NAME.xml, and judges it: own FOLDER.
 */
#include "tests/conformance/own/sample.h"
#include "tests/unit/signing/pki.h"
#include "tests/unit/signing/wraps.h"

#include "signing/dsig.h"
#include "signing/limits.h"

static const char DOCUMENT[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<offre xmlns=\"urn:exemple:offre\">"
                               "<soumissionnaire>Menuiserie Duval SARL</soumissionnaire><prix>100</prix></offre>";

static struct signing_bytes text_bytes(char *text)
{
        return (struct signing_bytes){(const uint8_t *)text, strlen(text)};
}

static void judge_text(struct samples *samples, const char *name, const char *verdict, const char *reason, char *text,
                       const signing_trust *trust)
{
        const struct sample sample = {name, verdict, reason, text_bytes(text), trust};
        sample_judge(samples, &sample);
}

/* ---- one replacement each ---- */

static const struct bend {
        const char *name, *verdict, *reason, *from, *to;
} bends[] = {
#define B(name, verdict, reason, from, to) {#name, verdict, reason, from, to},
#include "tests/conformance/own/bends.h"
#undef B
};

/* What stands between `head` and the next `end`. */
static char *between(const char *text, const char *head, const char *end)
{
        const char *from = strstr(text, head);
        assert_non_null(from);
        from += strlen(head);
        return strndup(from, (size_t)(strstr(from, end) - from));
}

static void bends_judge(struct samples *samples, const char *text, const signing_trust *trust)
{
        char *value = between(text, "-v\">", "<"), *properties = between(text, "URI=\"#", "\"");
        for (size_t n = 0; n < sizeof bends / sizeof bends[0]; n++) {
                const char *from = strcmp(bends[n].from, "@VALUE@") == 0 ? value : bends[n].from;
                char *to =
                        strstr(bends[n].to, "@PROPS@") != NULL ? swapped(bends[n].to, "@PROPS@", properties) : strdup(bends[n].to);
                judge_text(samples, bends[n].name, bends[n].verdict, bends[n].reason, swapped(text, from, to), trust);
                free(to);
        }
        free(value);
        free(properties);
}

/* ---- wrapping, and what a transform takes away ---- */

#define PARTIAL "INDETERMINATE/SIG_CONSTRAINTS_FAILURE"
#define XPATH_2 "http://www.w3.org/2002/06/xmldsig-filter2"

/* A transform takes an element away before the digest: whoever puts one there breaks nothing, and signs nothing. */
static void filter_judge(struct samples *samples, const struct holder *holder, const signing_trust *trust)
{
        static const char filter[] = "<ds:Transform Algorithm=\"" XPATH_2 "\"><f:XPath xmlns:f=\"" XPATH_2
                                     "\" Filter=\"subtract\">//*[local-name()='prix']</f:XPath></ds:Transform>";
        char *text = part_signed("<dossier><offre Id=\"offre\"><lot>1</lot></offre>@SIGNATURE@</dossier>", filter, holder);
        judge_text(samples, "A23_filter", PARTIAL, "COVERAGE_PARTIAL", swapped(text, "<lot>1</lot>", "<lot>1</lot><prix>1</prix>"),
                   trust);
        free(text);
}

static void wraps_judge(struct samples *samples, const struct holder *holder, const signing_trust *trust)
{
        char *document = NULL, name[32];
        assert_true(asprintf(&document, "<dossier>%s@SIGNATURE@</dossier>", WRAP_ORIGINAL) > 0);
        char *text = part_signed(document, "", holder), *inner = between(text, "<ds:Signature ", "</dossier>"), *signature = NULL;
        assert_true(asprintf(&signature, "<ds:Signature %s", inner) > 0);
        for (size_t n = 0; n < sizeof wraps / sizeof wraps[0]; n++) {
                snprintf(name, sizeof name, "A1_wrapping_%c", wraps[n].name[0]);
                judge_text(samples, name, wraps[n].ambiguous ? "TOTAL-FAILED/FORMAT_FAILURE" : PARTIAL,
                           wraps[n].ambiguous ? "ID_AMBIGUOUS" : "COVERAGE_PARTIAL", wrapped(signature, &wraps[n]), trust);
        }
        filter_judge(samples, holder, trust);
        char *object = between(text, "<ds:Object>", "</ds:Object>"), *whole = NULL, *moved = NULL;
        assert_true(asprintf(&whole, "<ds:Object>%s</ds:Object>", object) > 0);
        assert_true(asprintf(&moved, "<copie xmlns:ds=\"" DSIG_SPACE "\">%s</copie></dossier>", whole) > 0);
        char *without = swapped(text, whole, "");
        judge_text(samples, "A10_properties_moved_out", "INDETERMINATE/SIGNED_DATA_NOT_FOUND", "PROPERTIES_ELSEWHERE",
                   swapped(without, "</dossier>", moved), trust);
        char *unclaimed = between(PART_SIGNATURE, "<x:SigningCertificateV2>", "</x:SigningCertificateV2>"), *claim = NULL;
        assert_true(asprintf(&claim, "<x:SigningCertificateV2>%s</x:SigningCertificateV2>", unclaimed) > 0);
        char *bare = swapped(PART_SIGNATURE, claim, "<x:SigningCertificateV2/><!--@CERTDIGEST@-->");
        judge_text(samples, "A11_no_certificate_named", PARTIAL, "CERTIFICATE_UNCLAIMED",
                   part_signed_as(document, bare, "", holder), trust);
        char *all[] = {document, text, inner, signature, object, whole, moved, without, unclaimed, claim, bare};
        for (size_t n = 0; n < sizeof all / sizeof all[0]; n++)
                free(all[n]);
}

/* A15: a manifest whose entry is wrong. */
static void manifest_judge(struct samples *samples, const struct holder *holder, const signing_trust *trust)
{
        char *text = part_signed("<d xmlns:ds=\"" DSIG_SPACE
                                 "\"><ds:Manifest Id=\"offre\"><ds:Reference URI=\"#piece\"><ds:DigestMethod "
                                 "Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>AAAA</ds:DigestValue>"
                                 "</ds:Reference></ds:Manifest><piece Id=\"piece\"/>@SIGNATURE@</d>",
                                 "", holder);
        judge_text(samples, "A15_manifest", "TOTAL-FAILED/HASH_FAILURE", "DIGEST_DIFFERS", text, trust);
}

static void weak_key_judge(struct samples *samples)
{
        struct holder holder = holder_of(EVP_RSA_gen(1024), "Petite Clé SARL");
        signing_trust *trust = trust_in(&holder);
        judge_text(samples, "A8_short_key", "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "METHOD_WEAK",
                   signed_text(DOCUMENT, &holder), trust);
        signing_trust_free(trust);
        holder_free(&holder);
}

/* ---- certificates ---- */

static struct holder holder_with(const struct pki_holder *from)
{
        BIO *bio = BIO_new(BIO_s_mem());
        unsigned char *der = NULL;
        int size = i2d_X509(from->certificate, &der);
        assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, from->key, NULL, NULL, 0, NULL, NULL), 1);
        return (struct holder){from->key, {der, (size_t)size}, bytes_of_bio(bio)};
}

/* A document by `signer`, judged with `anchor` and perhaps a CRL. */
static void signer_judge(struct samples *samples, const struct sample *wanted, const struct pki_holder *signer,
                         const struct pki_holder *anchor, const struct pki_list *plan)
{
        struct holder holder = holder_with(signer), above = holder_with(anchor);
        struct signing_refusal why = {0};
        signing_trust *trust = trust_in(&above);
        X509_CRL *list = plan != NULL ? pki_list(plan) : NULL;
        unsigned char *der = NULL;
        int size = list != NULL ? i2d_X509_CRL(list, &der) : 0;
        if (size > 0)
                assert_true(signing_trust_evidence(trust, (struct signing_bytes){der, (size_t)size}, &why));
        judge_text(samples, wanted->name, wanted->verdict, wanted->reason, signed_text(DOCUMENT, &holder), trust);
        X509_CRL_free(list);
        OPENSSL_free(der);
        signing_trust_free(trust);
        for (struct holder *one = &holder; one != NULL; one = one == &holder ? &above : NULL) {
                OPENSSL_free((void *)(uintptr_t)one->certificate.data);
                free((void *)(uintptr_t)one->pem.data);
        }
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

static void certificates_judge(struct samples *samples, const struct pki_holder *root)
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

/* ---- work (5.2 of the study: each bounded before it is done) ---- */

struct flood {
        const char *name, *verdict, *reason, *head, *each, *tail;
        int count;
};

static const struct flood floods[] = {
        {"attributes_in_one_tag", "REFUSED", "TOO_MUCH", "<r", " a%d=''", "/>", 200000},
        {"attributes_short", "REFUSED", "TOO_MUCH", "<r", " a%d=''", "/>", LIMIT_ATTRIBUTES + 1},
        {"namespaces", "REFUSED", "TOO_MUCH", "<r", " xmlns:n%d='urn:n'", "/>", LIMIT_NAMESPACES + 1},
        {"depth", "REFUSED", "TOO_MUCH", "", "<e>", "", 100000},
        {"signatures", "REFUSED", "TOO_MUCH", "<r xmlns:ds='" DSIG_SPACE "'>", "<ds:Signature Id='s%d'/>", "</r>",
         LIMIT_SIGNATURES + 1},
        {"references", "TOTAL-FAILED/FORMAT_FAILURE", "SIGNATURE_MALFORMED",
         "<r xmlns:ds='" DSIG_SPACE "'><ds:Signature><ds:SignedInfo><ds:CanonicalizationMethod Algorithm='x'/><ds:SignatureMethod "
         "Algorithm='y'/>",
         "<ds:Reference URI='#n%d'><ds:DigestMethod Algorithm='x'/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>",
         "</ds:SignedInfo><ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature></r>", LIMIT_REFERENCES + 1},
};

static char *flood_make(const struct flood *flood)
{
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        fputs(flood->head, out);
        for (int n = 0; n < flood->count; n++) {
                const char *mark = strstr(flood->each, "%d");
                if (mark == NULL)
                        fputs(flood->each, out);
                else
                        fprintf(out, "%.*s%d%s", (int)(mark - flood->each), flood->each, n, mark + 2);
        }
        fputs(flood->tail, out);
        fclose(out);
        return text;
}

static void floods_judge(struct samples *samples, const struct holder *holder)
{
        const struct flood fill = {NULL,          NULL,         NULL, "<dossier><offre Id=\"offre\"/>@SIGNATURE@",
                                   "<a><b/></a>", "</dossier>", 2000};
        for (size_t n = 0; n < sizeof floods / sizeof floods[0]; n++)
                judge_text(samples, floods[n].name, floods[n].verdict, floods[n].reason, flood_make(&floods[n]), NULL);
        char *document = flood_make(&fill);
        static const char expression[] = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>"
                                         "count(//*[count(//*[count(//*) &gt; 1]) &gt; 1]) &gt; 1</ds:XPath></ds:Transform>";
        judge_text(samples, "A4_expression", "TOTAL-FAILED/FORMAT_FAILURE", "TOO_MUCH", part_signed(document, expression, holder),
                   NULL);
        free(document);
}

/* Inside cmocka, whose checks the makers of documents use. */
static void corpus_judge(void **state)
{
        struct samples *samples = *state;
        struct holder holder = holder_rsa("Menuiserie Duval SARL");
        struct pki_holder root = pki_authority(NULL, "AC Exemple"), stranger = pki_authority(NULL, "AC étrangère");
        signing_trust *trust = trust_in(&holder);
        char *text = signed_text(DOCUMENT, &holder);
        judge_text(samples, "right", "TOTAL-PASSED", "-", strdup(text), trust);
        judge_text(samples, "no_anchor", "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND", "CHAIN_UNJUDGED", strdup(text), NULL);
        bends_judge(samples, text, trust);
        wraps_judge(samples, &holder, trust);
        manifest_judge(samples, &holder, trust);
        weak_key_judge(samples);
        revocations_judge(samples, &root, &stranger);
        certificates_judge(samples, &root);
        floods_judge(samples, &holder);
        free(text);
        signing_trust_free(trust);
        pki_free(&root);
        pki_free(&stranger);
        holder_free(&holder);
}

int main(int count, char **arguments)
{
        struct samples samples = {.folder = arguments[1]};
        struct signing_refusal why;
        if (count != 2 || !signing_start(&why)) {
                fprintf(stderr, "usage: own FOLDER\n");
                return 64;
        }
        const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(corpus_judge, &samples)};
        samples.failed += cmocka_run_group_tests(tests, NULL, NULL) != 0;
        printf("slowest: %s, %.0f ms of processor time\n", samples.slowest_name, samples.slowest * 1e3);
        printf("%u passed, %u failed, 0 skipped\n", samples.passed, samples.failed);
        signing_stop();
        return samples.failed > 0 ? 1 : 0;
}
