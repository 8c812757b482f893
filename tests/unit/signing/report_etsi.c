/* The ETSI validation report: its structure, its order, and that its references lead somewhere. */
#include "tests/unit/signing/authority.h"
#include "tests/unit/signing/past.h"

#include "signing/dsig.h"

#define SPACE "http://uri.etsi.org/19102/v1.2.1#"

struct desk {
        struct holder holder;
        signing_trust *trust;
        char *text;
};

static int desk_open(void **state)
{
        struct desk *desk = calloc(1, sizeof *desk);
        assert_true(signing_start(NULL));
        desk->holder = holder_ec("Claire <Duval> & fils", "P-256");
        desk->trust = trust_in(&desk->holder);
        desk->text = signed_text("<offre><prix>100</prix></offre>", &desk->holder);
        *state = desk;
        return 0;
}

static int desk_close(void **state)
{
        struct desk *desk = *state;
        holder_free(&desk->holder);
        signing_trust_free(desk->trust);
        free(desk->text);
        free(desk);
        signing_stop();
        return 0;
}

static xml_document *report_of(const char *text, const signing_trust *trust)
{
        const struct signing_bytes document = {(const uint8_t *)text, strlen(text)};
        const struct signing_request request = {
                .document = source_memory(&document), .trust = trust, .at = time(NULL) + 1, .detailed = true};
        struct sink_memory out = memory_sink();
        const struct signing_sink sink = sink_memory(&out);
        struct signing_refusal why = {0};
        signing_report *report = NULL;
        xml_document *read = NULL;
        if (!signing_verify(&request, &report, &why) || !signing_report_etsi(report, request.at, &sink, &why) ||
            !xml_read(sink_bytes(&out), &read, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        signing_report_free(report);
        free(out.data);
        return read;
}

static xmlNode *element_in(xmlNode *top, const char *name)
{
        for (xmlNode *node = top; node != NULL; node = xml_walk(top, node))
                if (xml_is(node, SPACE, name))
                        return node;
        fail_msg("no %s", name);
        return NULL;
}

static void assert_text(xmlNode *top, const char *name, const char *expected)
{
        const char *text = xml_text(element_in(top, name));
        assert_non_null(text);
        assert_string_equal(text, expected);
}

/* TS 119 102-2's schema: the sequences of the elements that are written, in their order; "*" may come again. */
static const char *const sequences[][10] = {
        {"ValidationReport", "SignatureValidationReport*", "SignatureValidationObjects", "SignatureValidator"},
        {"SignatureValidationReport", "SignatureIdentifier", "ValidationTimeInfo", "SignersDocument", "SignatureAttributes",
         "SignerInformation", "SignatureQuality", "SignatureValidationProcess", "SignatureValidationStatus"},
        {"SignatureIdentifier", "DigestAlgAndValue", "SignatureValue", "HashOnly", "DocHashOnly", "DAIdentifier"},
        {"ValidationTimeInfo", "ValidationTime", "BestSignatureTime"},
        {"BestSignatureTime", "POETime", "TypeOfProof", "POEObject"},
        {"SignersDocument", "DigestAlgAndValue", "SignersDocumentRef"},
        {"SignerInformation", "SignerCertificate", "Signer"},
        {"SignatureValidationStatus", "MainIndication", "SubIndication*", "AssociatedValidationReportData*"},
        {"AssociatedValidationReportData", "TrustAnchor", "CertificateChain", "RelatedValidationObject*",
         "RevocationStatusInformation", "CryptoInformation", "AdditionalValidationReportData"},
        {"AdditionalValidationReportData", "ReportData*"},
        {"ReportData", "Type", "Value"},
        {"SignatureValidationObjects", "ValidationObject*"},
        {"ValidationObject", "ObjectType", "ValidationObjectRepresentation", "POE", "POEProvisioning", "ValidationReport"},
        {"ValidationObjectRepresentation", "DigestAlgAndValue"},
        {"POE", "POETime", "TypeOfProof", "POEObject"},
        {"CertificateChain", "SigningCertificate", "IntermediateCertificate*", "TrustAnchor"},
        {"DigestAlgAndValue", "DigestMethod", "DigestValue"},
};

static bool same_name(const xmlNode *node, const char *name)
{
        size_t size = strcspn(name, "*");
        return strlen((const char *)node->name) == size && strncmp((const char *)node->name, name, size) == 0;
}

static void assert_sequence(const xmlNode *parent, const char *const *row)
{
        size_t at = 1;
        for (const xmlNode *node = xml_child(parent, NULL, NULL); node != NULL; node = xml_next(node, NULL, NULL)) {
                while (at < 10 && row[at] != NULL && !same_name(node, row[at]))
                        at++;
                if (at == 10 || row[at] == NULL)
                        fail_msg("%s in %s: not there, or not in this order", (const char *)node->name, row[0]);
                at += strchr(row[at], '*') == NULL;
        }
}

static void assert_order(const xml_document *document)
{
        const xmlNode *top = xml_root(document);
        for (const xmlNode *node = top; node != NULL; node = xml_walk(top, node)) {
                /* of an object: of the type of a SignatureValidationReport */
                bool inner = node != top && xml_is(node, SPACE, "ValidationReport");
                for (size_t n = 0; n < sizeof sequences / sizeof *sequences; n++)
                        if (inner ? n == 1 : same_name(node, sequences[n][0]))
                                assert_sequence(node, sequences[n]);
        }
}

/* Each VOReference is the id of a ValidationObject; each id stands once. */
static void assert_references(const xml_document *document)
{
        xmlNode *top = xml_root(document), *found = NULL;
        size_t count = 0;
        for (xmlNode *node = top; node != NULL; node = xml_walk(top, node)) {
                const char *names = xml_attribute(node, "VOReference");
                char *copy = names != NULL ? strdup(names) : NULL, *rest = NULL;
                for (char *name = copy != NULL ? strtok_r(copy, " ", &rest) : NULL; name != NULL;
                     name = strtok_r(NULL, " ", &rest)) {
                        if (xml_by_id(document, name, &found) != XML_UNIQUE)
                                fail_msg("%s leads nowhere", name);
                        assert_true(xml_is(found, SPACE, "ValidationObject"));
                        count++;
                }
                free(copy);
        }
        assert_true(count > 0);
}

static void a_good_signature_is_total_passed_and_in_the_standards_order(void **state)
{
        const struct desk *desk = *state;
        xml_document *document = report_of(desk->text, desk->trust);
        xmlNode *root = xml_root(document), *report = xml_child(root, SPACE, "SignatureValidationReport");
        assert_true(xml_is(root, SPACE, "ValidationReport"));
        assert_non_null(report);
        assert_true(xml_is(xml_next(report, NULL, NULL), SPACE, "SignatureValidationObjects"));
        assert_order(document);
        assert_references(document);
        assert_text(report, "MainIndication", "urn:etsi:019102:mainindication:total-passed");
        assert_text(report, "HashOnly", "false");
        assert_text(report, "TypeOfProof", "urn:etsi:019102:poetype:validation");
        assert_text(report, "Signer", "CN=Claire \\<Duval\\> & fils");
        assert_text(root, "ObjectType", "urn:etsi:019102:validationObject:certificate");
        assert_non_null(xml_child(element_in(report, "SignatureIdentifier"), DSIG_SPACE, "SignatureValue"));
        xml_document_free(document);
}

static void a_changed_document_is_total_failed_and_says_why(void **state)
{
        const struct desk *desk = *state;
        char *bent = swapped(desk->text, "<prix>100", "<prix>1");
        xml_document *document = report_of(bent, desk->trust);
        xmlNode *root = xml_root(document), *status = element_in(root, "SignatureValidationStatus");
        assert_order(document);
        assert_references(document);
        assert_text(status, "MainIndication", "urn:etsi:019102:mainindication:total-failed");
        assert_text(status, "SubIndication", "urn:etsi:019102:subindication:HASH_FAILURE");
        assert_text(status, "Type", "urn:pli:finding:DIGEST_DIFFERS");
        xml_document_free(document);
        free(bent);
}

static void a_signature_nobody_vouches_for_is_indeterminate(void **state)
{
        const struct desk *desk = *state;
        xml_document *document = report_of(desk->text, NULL);
        assert_text(xml_root(document), "MainIndication", "urn:etsi:019102:mainindication:indeterminate");
        assert_text(xml_root(document), "SubIndication", "urn:etsi:019102:subindication:NO_CERTIFICATE_CHAIN_FOUND");
        xml_document_free(document);
}

static void a_signature_without_certificate_or_time_still_makes_a_report(void **state)
{
        const struct desk *desk = *state;
        const char *from = strstr(desk->text, "<ds:KeyInfo>"), *end = strstr(desk->text, "</ds:KeyInfo>");
        char *info = strndup(from, (size_t)(end - from) + strlen("</ds:KeyInfo>"));
        char *bare = swapped(desk->text, info, ""), *odd = swapped(bare, "<xades:SigningTime>", "<xades:SigningTime>hier ");
        xml_document *document = report_of(odd, desk->trust);
        assert_order(document);
        assert_references(document);
        for (xmlNode *node = xml_root(document); node != NULL; node = xml_walk(xml_root(document), node))
                assert_false(xml_is(node, SPACE, "SigningTime") || xml_is(node, SPACE, "SignerInformation"));
        xml_document_free(document);
        free(info);
        free(bare);
        free(odd);
}

static void a_time_stamp_is_an_object_with_a_verdict_of_its_own(void **state)
{
        const struct desk *desk = *state;
        struct authority authority = authority_make("Horodatage de Saint-Exemple", "critical,timeStamping");
        struct sink_memory request = memory_sink(), out = memory_sink();
        const struct signing_sink request_sink = sink_memory(&request), sink = sink_memory(&out);
        const struct signing_bytes text = {(const uint8_t *)desk->text, strlen(desk->text)};
        signing_trust *trust = trust_in(&desk->holder);
        struct signing_refusal why = {0};
        assert_true(signing_trust_stamper(trust, authority.der, &why));
        assert_true(signing_stamp_request(text, &request_sink, 9, &why));
        struct signing_bytes answer = authority_answer(&authority, sink_bytes(&request));
        assert_true(signing_stamp_apply(text, answer, 9, trust, &sink, &why));
        char *stamped = strndup((const char *)out.data, out.size);
        xml_document *document = report_of(stamped, trust);
        xmlNode *root = xml_root(document);
        assert_references(document);
        assert_order(document);
        assert_text(root, "SignatureValidationProcessID", "urn:etsi:019102:validationprocess:LTVM");
        assert_string_equal(xml_attribute(element_in(root, "POEObject"), "VOReference"), "time-stamp-1-1");
        assert_text(element_in(element_in(root, "SignatureValidationObjects"), "ValidationReport"), "MainIndication",
                    "urn:etsi:019102:mainindication:passed");
        xml_document_free(document);
        OPENSSL_free((void *)(uintptr_t)answer.data);
        authority_free(&authority);
        signing_trust_free(trust);
        free(request.data);
        free(out.data);
        free(stamped);
}

static size_t count_of(xmlNode *top, const char *name)
{
        size_t count = 0;
        for (xmlNode *node = top; node != NULL; node = xml_walk(top, node))
                count += xml_is(node, SPACE, name);
        return count;
}

static void chain_and_revocation_data_are_objects_and_what_was_signed_has_its_digest(void **state)
{
        struct pki_holder root = pki_authority(NULL, "Racine Exemple"), authority = pki_authority(&root, "AC Exemple");
        struct pki_holder signer = pki_signer(&authority, "Camille Duval"), stamper = past_stamper(&root, -900, 900);
        const struct pki_list plan = {.issuer = &authority, .issued = -1, .next = 7, .reason = -1};
        signing_trust *trust = signing_trust_new();
        (void)state;
        past_trust(trust, &root, signing_trust_anchor);
        char *text = past_stamped(past_signed(&signer), &stamper, -1);
        text = past_archived(past_list(past_certificate(text, authority.certificate), pki_list(&plan)), &stamper, 0);
        struct sink_memory info = part_canonical(text, NULL);
        unsigned char digest[32];
        EVP_Digest(info.data, info.size, digest, NULL, EVP_sha256(), NULL);
        char *value = part_base64(digest, sizeof digest);
        xml_document *document = report_of(text, trust);
        xmlNode *top = xml_root(document), *identifier = element_in(top, "SignatureIdentifier"), *objects;
        assert_order(document);
        assert_references(document);
        assert_text(top, "MainIndication", "urn:etsi:019102:mainindication:total-passed");
        assert_string_equal(xml_text(xml_child(element_in(identifier, "DigestAlgAndValue"), DSIG_SPACE, "DigestValue")), value);
        assert_int_equal(count_of(element_in(top, "CertificateChain"), "IntermediateCertificate"), 1);
        assert_int_equal(count_of(element_in(top, "CertificateChain"), "TrustAnchor"), 1);
        objects = element_in(top, "SignatureValidationObjects");
        assert_int_equal(count_of(objects, "POE"), 1);
        free(value);
        free(info.data);
        free(text);
        xml_document_free(document);
        signing_trust_free(trust);
        struct pki_holder *all[] = {&root, &authority, &signer, &stamper};
        for (size_t n = 0; n < 4; n++)
                pki_free(all[n]);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_good_signature_is_total_passed_and_in_the_standards_order),
                cmocka_unit_test(a_changed_document_is_total_failed_and_says_why),
                cmocka_unit_test(a_signature_nobody_vouches_for_is_indeterminate),
                cmocka_unit_test(a_signature_without_certificate_or_time_still_makes_a_report),
                cmocka_unit_test(a_time_stamp_is_an_object_with_a_verdict_of_its_own),
                cmocka_unit_test(chain_and_revocation_data_are_objects_and_what_was_signed_has_its_digest),
        };
        return cmocka_run_group_tests(tests, desk_open, desk_close);
}
