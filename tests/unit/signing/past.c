/* Past signature validation (EN 319 102-1 5.6): what is proven by when, and what may be believed for it. */
#include "tests/unit/signing/past.h"

#include <openssl/cms.h>

/* A root, an authority under it, a signer and a short-lived responder under that; a time-stamping authority. */
struct world {
        struct pki_holder root, authority, signer, responder, stamper;
        signing_trust *trust;
};

static const struct pki_extension responder_use[] = {
        {NID_ext_key_usage, "OCSPSigning", NULL}, {NID_id_pkix_OCSP_noCheck, "null", NULL}, {0}};

static int world_open(void **state)
{
        struct world *world = calloc(1, sizeof *world);
        assert_true(signing_start(NULL));
        world->root = pki_authority(NULL, "Racine de Saint-Exemple");
        world->authority = pki_authority(&world->root, "AC de Saint-Exemple");
        world->signer = pki_signer(&world->authority, "Camille Duval");
        world->responder = pki_issue(&world->authority, "Répondeur", -60, -40, responder_use);
        world->stamper = past_stamper(&world->root, -900, 900);
        world->trust = signing_trust_new();
        past_trust(world->trust, &world->root, signing_trust_anchor);
        *state = world;
        return 0;
}

static int world_close(void **state)
{
        struct world *world = *state;
        struct pki_holder *all[] = {&world->root, &world->authority, &world->signer, &world->responder, &world->stamper};
        for (size_t n = 0; n < sizeof all / sizeof all[0]; n++)
                pki_free(all[n]);
        signing_trust_free(world->trust);
        free(world);
        return 0;
}

/* "TOTAL-PASSED", or the sub-indication. */
static void assert_verdict(const struct world *world, char *text, const char *wanted)
{
        struct found found = judged_text(text, world->trust);
        assert_true(found.readable);
        const char *sub = json_string_value(json_object_get(first_signature(&found), "subIndication"));
        const char *said = sub != NULL ? sub : json_string_value(json_object_get(first_signature(&found), "indication"));
        if (strcmp(said, wanted) != 0)
                fail_msg("expected %s: %s", wanted,
                         json_dumps(json_object_get(first_signature(&found), "reasons"), JSON_INDENT(1)));
        json_decref(found.json);
        free(text);
}

static char *stamped_with(const struct world *world, int day)
{
        char *text = past_stamped(past_signed(&world->signer), &world->stamper, day);
        return past_certificate(text, world->authority.certificate);
}

static X509_CRL *list(const struct pki_holder *issuer, int issued, X509 *revoked, int since)
{
        const struct pki_list plan = {
                .issuer = issuer, .revoked = revoked, .revoked_at = since, .issued = issued, .next = issued + 7, .reason = -1};
        return pki_list(&plan);
}

static OCSP_BASICRESP *answer(const struct world *world, int issued)
{
        const struct pki_answer plan = {.responder = &world->responder,
                                        .subject = world->signer.certificate,
                                        .issuer = world->authority.certificate,
                                        .status = V_OCSP_CERTSTATUS_GOOD,
                                        .reason = -1,
                                        .issued = issued,
                                        .next = issued + 7};
        return pki_answer(&plan);
}

/* ---- revocation data whose signer is gone ---- */

/* OpenSSL dates producedAt by the clock; the responder of this world is gone by then. */
static char *answered(const struct world *world)
{
        OCSP_BASICRESP *basic = answer(world, -50);
        assert_non_null(ASN1_GENERALIZEDTIME_set((ASN1_GENERALIZEDTIME *)(uintptr_t)OCSP_resp_get0_produced_at(basic),
                                                 (time_t)pki_day(-50)));
        OCSP_BASICRESP *again = basic;
        assert_int_equal(
                OCSP_basic_sign(again, world->responder.certificate, world->responder.key, EVP_sha256(), NULL, OCSP_NOTIME), 1);
        return past_ocsp(stamped_with(world, -50), again);
}

static void an_answer_outlives_its_responder_only_where_it_is_proven_older(void **state)
{
        const struct world *world = *state;
        assert_verdict(world, answered(world), "REVOCATION_OUT_OF_BOUNDS_NO_POE");
        assert_verdict(world, past_archived(answered(world), &world->stamper, -45), "TOTAL-PASSED");
        assert_verdict(world, past_archived(answered(world), &world->stamper, -30), "REVOCATION_OUT_OF_BOUNDS_NO_POE");
}

/* ---- an authority revoked later ---- */

static char *under_revoked(const struct world *world, int stamped)
{
        char *text = past_list(stamped_with(world, stamped), list(&world->authority, stamped, NULL, 0));
        return past_list(text, list(&world->root, -1, world->authority.certificate, -20));
}

static void what_a_revoked_authority_signed_counts_where_it_is_proven_older(void **state)
{
        const struct world *world = *state;
        assert_verdict(world, under_revoked(world, -50), "REVOCATION_OUT_OF_BOUNDS_NO_POE");
        assert_verdict(world, past_archived(under_revoked(world, -50), &world->stamper, -45), "TOTAL-PASSED");
        assert_verdict(world, past_archived(under_revoked(world, -50), &world->stamper, -10), "REVOCATION_OUT_OF_BOUNDS_NO_POE");
        assert_verdict(world, under_revoked(world, -10), "REVOKED_CA_NO_POE");
}

/* An authority between the revoked one and the signer could have been made up since. */
static void a_certificate_issued_by_a_revoked_authority_has_to_be_proven_older(void **state)
{
        struct world *world = *state;
        struct pki_holder below = pki_authority(&world->authority, "AC déléguée"), signer = pki_signer(&below, "Alex Martin");
        for (int proven = 0; proven < 2; proven++) {
                char *text = past_stamped(past_signed(&signer), &world->stamper, -50);
                text = past_certificate(past_certificate(text, world->authority.certificate), below.certificate);
                text = past_list(text, list(&below, -50, NULL, 0));
                text = proven ? past_archived(text, &world->stamper, -45) : text;
                text = past_list(text, list(&world->root, -1, world->authority.certificate, -20));
                assert_verdict(world, text, proven ? "TOTAL-PASSED" : "NO_POE");
        }
        pki_free(&below);
        pki_free(&signer);
}

/* ---- time-stamps ---- */

/* Of XAdES-X: about the references to validation data, of which there are none here, or one. */
static char *refs_stamped(const struct world *world, const struct pki_holder *signer, bool some)
{
        static const char refs[] = "<xades:CompleteRevocationRefs/>";
        static const char canonical[] = "<xades:CompleteRevocationRefs xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\">"
                                        "</xades:CompleteRevocationRefs>";
        char *text = past_stamped(past_signed(signer), &world->stamper, -5), *property = NULL;
        uint8_t digest[32];
        EVP_Digest(canonical, some ? sizeof canonical - 1 : 0, digest, NULL, EVP_sha256(), NULL);
        char *token = past_token(&world->stamper, -50, digest);
        assert_true(asprintf(&property,
                             "%s<xades:RefsOnlyTimeStamp><ds:CanonicalizationMethod Algorithm=\"" PART_EXCLUSIVE
                             "\"/><xades:EncapsulatedTimeStamp>%s</xades:EncapsulatedTimeStamp></xades:RefsOnlyTimeStamp>",
                             some ? refs : "", token) > 0);
        text = past_property(text, property);
        free(property);
        free(token);
        return text;
}

static void a_time_stamp_on_references_alone_does_not_prove_the_signature(void **state)
{
        struct world *world = *state;
        struct pki_holder signer = pki_issue(&world->root, "Certificat échu", -100, -10, NULL);
        for (int some = 0; some < 2; some++) {
                char *text = refs_stamped(world, &signer, some != 0);
                struct found found = judged_text(text, world->trust);
                assert_int_equal(has_reason(&found, "STAMP_WRONG"), some == 0); /* about nothing at all */
                json_decref(found.json);
                assert_verdict(world, text, "OUT_OF_BOUNDS_NO_POE");
        }
        pki_free(&signer);
}

static void an_expired_certificate_known_to_have_been_good_is_said_to_be(void **state)
{
        struct world *world = *state;
        struct pki_holder signer = pki_issue(&world->root, "Certificat échu", -100, -10, NULL);
        char *text = past_stamped(past_signed(&signer), &world->stamper, -5);
        assert_verdict(world, past_list(text, list(&world->root, -12, NULL, 0)), "OUT_OF_BOUNDS_NOT_REVOKED");
        text = past_stamped(past_signed(&signer), &world->stamper, -5);
        assert_verdict(world, past_list(text, list(&world->root, -30, NULL, 0)), "OUT_OF_BOUNDS_NO_POE");
        pki_free(&signer);
}

static void a_signature_older_than_its_certificate_fails(void **state)
{
        struct world *world = *state;
        assert_verdict(world, stamped_with(world, -200), "NOT_YET_VALID");
}

static void the_stamp_over_a_stamp_is_not_older(void **state)
{
        struct world *world = *state;
        char *text = past_list(stamped_with(world, -50), list(&world->authority, -50, NULL, 0));
        assert_verdict(world, past_archived(text, &world->stamper, -55), "TIMESTAMP_ORDER_FAILURE");
}

/* ---- what a token carries for its own judging ---- */

/* SEQUENCE { [0] SEQUENCE { CRL } } of EN 319 122-1 A.1.2.2, in DER by hand: each length in two bytes. */
static size_t values_of(struct signing_bytes list, uint8_t *out)
{
        const uint8_t tags[] = {0x30, 0xa0, 0x30};
        size_t size = list.size + 12, at = 0;
        for (size_t n = 0; n < sizeof tags; n++) {
                size -= 4;
                const uint8_t head[] = {tags[n], 0x82, (uint8_t)(size >> 8), (uint8_t)size};
                memcpy(out + at, head, sizeof head);
                at += sizeof head;
        }
        memcpy(out + at, list.data, list.size);
        return at + list.size;
}

/* The document's token again, with a CRL in its SignedData or in an unsigned attribute. */
static char *token_with(const char *text, X509_CRL *crl, bool attribute)
{
        static const char head[] = "EncapsulatedTimeStamp xmlns:x=\"http://uri.etsi.org/01903/v1.3.2#\">";
        const char *from = strstr(text, head) + sizeof head - 1;
        char *token = strndup(from, strcspn(from, "<"));
        uint8_t der[16384], values[4096];
        unsigned char *list = NULL, *made = NULL;
        int size = EVP_DecodeBlock(der, (const unsigned char *)token, (int)strlen(token)), length = i2d_X509_CRL(crl, &list);
        const unsigned char *at = der;
        CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, size);
        assert_non_null(cms);
        size_t values_size = values_of((struct signing_bytes){list, (size_t)length}, values);
        if (attribute)
                assert_int_equal(CMS_unsigned_add1_attr_by_NID(sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0),
                                                               NID_id_smime_aa_ets_revocationValues, V_ASN1_SEQUENCE, values,
                                                               (int)values_size),
                                 1);
        else
                assert_int_equal(CMS_add1_crl(cms, crl), 1);
        size = i2d_CMS_ContentInfo(cms, &made);
        char *encoded = part_base64(made, (size_t)size), *out = swapped(text, token, encoded);
        free(encoded);
        free(token);
        OPENSSL_free(list);
        OPENSSL_free(made);
        CMS_ContentInfo_free(cms);
        return out;
}

static void revocation_data_in_a_token_are_read(void **state)
{
        struct world *world = *state;
        char *text = past_stamped(past_signed(&world->signer), &world->stamper, -5);
        for (int attribute = 0; attribute < 2; attribute++) {
                for (int revoked = 0; revoked < 2; revoked++) {
                        X509_CRL *crl = list(&world->root, -5, revoked ? world->stamper.certificate : NULL, -30);
                        char *with = token_with(text, crl, attribute != 0);
                        struct found found = judged_text(with, world->trust);
                        const json_t *stamp = json_array_get(json_object_get(first_signature(&found), "timestamps"), 0);
                        assert_true(json_is_true(json_object_get(stamp, "intact")));
                        assert_int_equal(json_is_true(json_object_get(stamp, "trusted")), revoked == 0);
                        json_decref(found.json);
                        free(with);
                        X509_CRL_free(crl);
                }
        }
        free(text);
}

#define WORLD(test) cmocka_unit_test_setup_teardown(test, world_open, world_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WORLD(an_answer_outlives_its_responder_only_where_it_is_proven_older),
                WORLD(what_a_revoked_authority_signed_counts_where_it_is_proven_older),
                WORLD(a_certificate_issued_by_a_revoked_authority_has_to_be_proven_older),
                WORLD(a_time_stamp_on_references_alone_does_not_prove_the_signature),
                WORLD(an_expired_certificate_known_to_have_been_good_is_said_to_be),
                WORLD(a_signature_older_than_its_certificate_fails),
                WORLD(the_stamp_over_a_stamp_is_not_older),
                WORLD(revocation_data_in_a_token_are_read),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
