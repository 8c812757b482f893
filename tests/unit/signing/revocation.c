/* Revocation: CRLs and OCSP answers, who may give them, and at what time they count. */
#include "pki.h"

#include "signing/path.h"
#include "signing/revocation.h"

/* A root, an authority below it, and a signer of that authority; what is at hand about them. */
struct scene {
        struct pki_holder root, authority, signer;
        struct evidence evidence;
        STACK_OF(X509) * anchors, *helpers;
        struct path_found found;
        char detail[256];
};

static void scene_list(struct scene *scene, struct pki_list plan)
{
        assert_true(sk_X509_CRL_push(scene->evidence.lists, pki_list(&plan)) > 0);
}

static void scene_answer(struct scene *scene, struct pki_answer plan)
{
        plan.subject = plan.subject != NULL ? plan.subject : scene->signer.certificate;
        plan.issuer = plan.issuer != NULL ? plan.issuer : scene->authority.certificate;
        assert_true(sk_OCSP_BASICRESP_push(scene->evidence.answers, pki_answer(&plan)) > 0);
}

static int scene_open(void **state)
{
        struct scene *scene = calloc(1, sizeof *scene);
        assert_non_null(scene);
        scene->root = pki_authority(NULL, "Racine Exemple");
        scene->authority = pki_authority(&scene->root, "AC Exemple");
        scene->signer = pki_signer(&scene->authority, "Camille Duval");
        scene->evidence = evidence_new();
        scene->anchors = certificates_new();
        scene->helpers = certificates_new();
        X509_up_ref(scene->root.certificate);
        X509_up_ref(scene->authority.certificate);
        assert_true(sk_X509_push(scene->anchors, scene->root.certificate) > 0);
        assert_true(sk_X509_push(scene->helpers, scene->authority.certificate) > 0);
        *state = scene;
        return 0;
}

static int scene_close(void **state)
{
        struct scene *scene = *state;
        evidence_free(&scene->evidence);
        certificates_free(scene->anchors);
        certificates_free(scene->helpers);
        pki_free(&scene->root);
        pki_free(&scene->authority);
        pki_free(&scene->signer);
        free(scene);
        return 0;
}

static enum path_outcome scene_judge(struct scene *scene, int day)
{
        const struct path_request request = {.leaf = scene->signer.certificate,
                                             .anchors = scene->anchors,
                                             .helpers = {scene->helpers},
                                             .evidence = {&scene->evidence},
                                             .at = pki_day(day),
                                             .found = &scene->found};
        return path_check(&request, scene->detail);
}

static struct pki_list list_of(const struct pki_holder *issuer)
{
        return (struct pki_list){.issuer = issuer, .issued = -1, .next = 7, .reason = -1};
}

static struct pki_answer answer_of(const struct pki_holder *responder)
{
        return (struct pki_answer){.responder = responder, .status = V_OCSP_CERTSTATUS_GOOD, .reason = -1, .issued = -1, .next = 7};
}

static struct pki_holder delegate(struct scene *scene, int from, int to, const char *use)
{
        const struct pki_extension extensions[] = {{NID_key_usage, "critical,digitalSignature", NULL},
                                                   {NID_ext_key_usage, use, NULL},
                                                   {NID_id_pkix_OCSP_noCheck, "NULL", NULL},
                                                   {0}};
        return pki_issue(&scene->authority, "Répondeur Exemple", from, to, extensions);
}

/* ---- CRLs ---- */

static void a_list_of_the_issuer_lets_pass(void **state)
{
        struct scene *scene = *state;
        scene_list(scene, list_of(&scene->authority));
        assert_int_equal(scene_judge(scene, 0), PATH_GOOD_REVOCATION_UNJUDGED); /* the authority's own issuer publishes nothing */
        scene_list(scene, list_of(&scene->root));
        assert_int_equal(scene_judge(scene, 0), PATH_GOOD);
}

static void what_is_missing_is_named_with_its_place(void **state)
{
        struct scene *scene = *state;
        assert_int_equal(scene_judge(scene, 0), PATH_REVOCATION_MISSING);
        assert_non_null(strstr(scene->detail, "Camille Duval"));
        assert_non_null(strstr(scene->detail, "http://listes.exemple.fr/ca.crl"));
}

static void a_revoked_signer_is_revoked_from_that_day_on(void **state)
{
        struct scene *scene = *state;
        struct pki_list plan = list_of(&scene->authority);
        plan.revoked = scene->signer.certificate;
        plan.revoked_at = -10;
        scene_list(scene, plan);
        assert_int_equal(scene_judge(scene, 0), PATH_REVOKED);
        assert_int_equal(scene->found.revoked, pki_day(-10));
        assert_int_equal(scene_judge(scene, -11), PATH_GOOD_REVOCATION_UNJUDGED);
}

static void a_revoked_authority_is_found_too(void **state)
{
        struct scene *scene = *state;
        struct pki_list plan = list_of(&scene->root);
        plan.revoked = scene->authority.certificate;
        plan.revoked_at = -10;
        scene_list(scene, list_of(&scene->authority));
        scene_list(scene, plan);
        assert_int_equal(scene_judge(scene, 0), PATH_AUTHORITY_REVOKED);
        assert_non_null(strstr(scene->detail, "AC Exemple"));
}

static void a_hold_is_not_a_revocation_and_can_be_lifted(void **state)
{
        struct scene *scene = *state;
        struct pki_list plan = list_of(&scene->authority);
        plan.revoked = scene->signer.certificate;
        plan.revoked_at = -10;
        plan.reason = CRL_REASON_CERTIFICATE_HOLD;
        plan.issued = -5;
        scene_list(scene, plan);
        assert_int_equal(scene_judge(scene, 0), PATH_HELD);
        scene_list(scene, list_of(&scene->authority)); /* newer, and the hold is gone */
        assert_int_equal(scene_judge(scene, 0), PATH_GOOD_REVOCATION_UNJUDGED);
}

static void a_stale_list_does_not_tell_but_still_accuses(void **state)
{
        struct scene *scene = *state;
        struct pki_list plan = list_of(&scene->authority);
        plan.issued = -20;
        plan.next = -13;
        scene_list(scene, plan);
        assert_int_equal(scene_judge(scene, 0), PATH_REVOCATION_STALE);
        assert_int_equal(scene_judge(scene, -15), PATH_GOOD_REVOCATION_UNJUDGED);
        plan.revoked = scene->signer.certificate;
        plan.revoked_at = -30;
        scene_list(scene, plan);
        assert_int_equal(scene_judge(scene, 0), PATH_REVOKED);
}

static void a_list_of_another_key_is_not_believed(void **state)
{
        struct scene *scene = *state;
        struct pki_holder stranger = pki_authority(&scene->root, "AC Exemple"); /* same name, other key */
        struct pki_list plan = list_of(&stranger);
        plan.revoked = scene->signer.certificate;
        plan.revoked_at = -10;
        scene_list(scene, plan);
        assert_int_equal(scene_judge(scene, 0), PATH_REVOCATION_UNENTITLED);
        struct pki_holder other = pki_authority(&scene->root, "AC Autre");
        scene_list(scene, list_of(&other));
        assert_int_equal(scene_judge(scene, 0), PATH_REVOCATION_UNENTITLED);
        pki_free(&stranger);
        pki_free(&other);
}

static void a_list_older_than_the_certificate_tells_nothing_of_it(void **state)
{
        struct scene *scene = *state;
        struct pki_list plan = list_of(&scene->authority);
        plan.issued = -200;
        scene_list(scene, plan);
        assert_int_equal(scene_judge(scene, 0), PATH_REVOCATION_UNUSABLE);
}

static void indirect_partial_and_critical_lists_tell_nothing(void **state)
{
        struct scene *scene = *state;
        static const struct pki_extension extensions[] = {
                {0, "critical,indirectCRL:TRUE", "issuingDistributionPoint"},
                {0, "critical,onlysomereasons:keyCompromise", "issuingDistributionPoint"},
                {0, "critical,DER:0500", "1.2.3.4.5.6"},
                {0, "critical,DER:020101", "deltaCRL"},
        };
        for (size_t n = 0; n < sizeof extensions / sizeof extensions[0]; n++) {
                const struct pki_list plan = {&scene->authority, NULL, 0, -1, 7, -1, extensions[n]};
                scene_list(scene, plan);
                assert_int_equal(scene_judge(scene, 0), PATH_REVOCATION_UNUSABLE);
        }
}

static void a_list_about_authorities_is_not_about_signers(void **state)
{
        struct scene *scene = *state;
        const struct pki_list authorities = {
                &scene->authority, NULL, 0, -1, 7, -1, {0, "critical,onlyCA:TRUE", "issuingDistributionPoint"}};
        const struct pki_list elsewhere = {&scene->authority,
                                           NULL,
                                           0,
                                           -1,
                                           7,
                                           -1,
                                           {0, "critical,fullname:URI:http://listes.exemple.fr/b.crl", "issuingDistributionPoint"}};
        const struct pki_list here = {&scene->authority,
                                      NULL,
                                      0,
                                      -1,
                                      7,
                                      -1,
                                      {0, "critical,fullname:URI:http://listes.exemple.fr/ca.crl", "issuingDistributionPoint"}};
        scene_list(scene, authorities);
        scene_list(scene, elsewhere);
        assert_int_equal(scene_judge(scene, 0), PATH_REVOCATION_MISSING);
        scene_list(scene, here);
        assert_int_equal(scene_judge(scene, 0), PATH_GOOD_REVOCATION_UNJUDGED);
}

/* ---- OCSP ---- */

static void the_issuer_answers_by_name_or_by_key(void **state)
{
        struct scene *scene = *state;
        struct pki_answer plan = answer_of(&scene->authority);
        plan.bare = true;
        scene_answer(scene, plan);
        assert_int_equal(scene_judge(scene, 0), PATH_GOOD_REVOCATION_UNJUDGED);
        plan.by_key = true;
        plan.status = V_OCSP_CERTSTATUS_REVOKED;
        plan.revoked_at = -3;
        scene_answer(scene, plan);
        assert_int_equal(scene_judge(scene, 0), PATH_REVOKED);
        assert_int_equal(scene_judge(scene, -4), PATH_GOOD_REVOCATION_UNJUDGED);
}

static void a_delegated_responder_needs_the_right_use(void **state)
{
        struct scene *scene = *state;
        struct pki_holder wrong = delegate(scene, -50, 50, "clientAuth"), right = delegate(scene, -50, 50, "OCSPSigning");
        scene_answer(scene, answer_of(&wrong));
        assert_int_equal(scene_judge(scene, 0), PATH_REVOCATION_UNENTITLED);
        scene_answer(scene, answer_of(&right));
        assert_int_equal(scene_judge(scene, 0), PATH_GOOD_REVOCATION_UNJUDGED);
        pki_free(&wrong);
        pki_free(&right);
}

static void an_expired_responder_is_not_believed(void **state)
{
        struct scene *scene = *state;
        struct pki_holder responder = delegate(scene, -50, -1, "OCSPSigning");
        scene_answer(scene, answer_of(&responder));
        assert_int_equal(scene_judge(scene, 0), PATH_REVOCATION_UNENTITLED);
        pki_free(&responder);
}

static void a_responder_of_another_authority_is_not_believed(void **state)
{
        struct scene *scene = *state;
        const struct pki_extension extensions[] = {{NID_ext_key_usage, "OCSPSigning", NULL}, {0}};
        struct pki_holder other = pki_authority(&scene->root, "AC Autre");
        struct pki_holder responder = pki_issue(&other, "Répondeur Autre", -50, 50, extensions);
        scene_answer(scene, answer_of(&responder));
        scene_answer(scene, answer_of(&scene->root)); /* above the issuer is not the issuer either */
        assert_int_equal(scene_judge(scene, 0), PATH_REVOCATION_UNENTITLED);
        pki_free(&other);
        pki_free(&responder);
}

static void a_revoked_responder_is_not_believed(void **state)
{
        struct scene *scene = *state;
        const struct pki_extension extensions[] = {{NID_ext_key_usage, "OCSPSigning", NULL}, {0}};
        struct pki_holder responder = pki_issue(&scene->authority, "Répondeur Exemple", -50, 50, extensions);
        struct pki_list plan = list_of(&scene->authority);
        scene_answer(scene, answer_of(&responder));
        assert_int_equal(scene_judge(scene, 0), PATH_GOOD_REVOCATION_UNJUDGED);
        plan.revoked = responder.certificate;
        plan.revoked_at = -3;
        plan.issued = -30;
        plan.next = -20; /* too old to clear the signer */
        scene_list(scene, plan);
        assert_int_equal(scene_judge(scene, 0), PATH_REVOCATION_STALE);
        pki_free(&responder);
}

static void an_answer_about_another_certificate_says_nothing(void **state)
{
        struct scene *scene = *state;
        struct pki_holder other = pki_signer(&scene->authority, "Alex Martin");
        struct pki_answer plan = answer_of(&scene->authority);
        plan.subject = other.certificate;
        scene_answer(scene, plan);
        assert_int_equal(scene_judge(scene, 0), PATH_REVOCATION_MISSING);
        pki_free(&other);
}

static void an_answer_counts_within_its_times_only(void **state)
{
        struct scene *scene = *state;
        struct pki_answer plan = answer_of(&scene->authority);
        plan.issued = -30;
        plan.next = -20;
        scene_answer(scene, plan);
        assert_int_equal(scene_judge(scene, 0), PATH_REVOCATION_STALE);
        assert_int_equal(scene_judge(scene, -25), PATH_GOOD_REVOCATION_UNJUDGED);
        plan.issued = -150; /* before the certificate was valid */
        plan.next = 20;
        sk_OCSP_BASICRESP_pop_free(scene->evidence.answers, OCSP_BASICRESP_free);
        scene->evidence.answers = sk_OCSP_BASICRESP_new_null();
        scene_answer(scene, plan);
        assert_int_equal(scene_judge(scene, 0), PATH_REVOCATION_UNUSABLE);
}

static void an_unknown_certificate_is_not_a_good_one(void **state)
{
        struct scene *scene = *state;
        struct pki_answer plan = answer_of(&scene->authority);
        plan.status = V_OCSP_CERTSTATUS_UNKNOWN;
        scene_answer(scene, plan);
        assert_int_equal(scene_judge(scene, 0), PATH_REVOCATION_MISSING);
}

/* ---- the path itself ---- */

static enum path_outcome leaf_judge(struct scene *scene, const struct pki_extension *extensions, bool ca)
{
        struct pki_holder leaf = pki_issue(ca ? &scene->signer : &scene->authority, "Alex Martin", -5, 5, extensions);
        X509_up_ref(scene->signer.certificate);
        assert_true(sk_X509_push(scene->helpers, scene->signer.certificate) > 0);
        const struct path_request request = {.leaf = leaf.certificate,
                                             .anchors = scene->anchors,
                                             .helpers = {scene->helpers},
                                             .evidence = {&scene->evidence},
                                             .at = pki_day(0)};
        enum path_outcome outcome = path_check(&request, scene->detail);
        pki_free(&leaf);
        return outcome;
}

static void key_usage_and_constraints_are_held_to(void **state)
{
        struct scene *scene = *state;
        const struct pki_extension agreement[] = {{NID_key_usage, "critical,keyAgreement", NULL}, {0}};
        const struct pki_extension stamper[] = {{NID_ext_key_usage, "critical,timeStamping", NULL}, {0}};
        const struct pki_extension unknown[] = {{0, "critical,DER:0500", "1.2.3.4.5.6"}, {0}};
        const struct pki_extension plain[] = {{NID_key_usage, "digitalSignature", NULL}, {0}};
        assert_int_equal(leaf_judge(scene, agreement, false), PATH_WRONG_USE);
        assert_int_equal(leaf_judge(scene, stamper, false), PATH_WRONG_USE);
        assert_int_equal(leaf_judge(scene, unknown, false), PATH_FAULTY);
        assert_int_equal(leaf_judge(scene, plain, false), PATH_GOOD_REVOCATION_UNJUDGED);
        assert_int_not_equal(leaf_judge(scene, plain, true), PATH_GOOD_REVOCATION_UNJUDGED); /* a signer issues nothing */
}

static enum path_outcome constrained_judge(struct scene *scene, const struct pki_extension *constraint, const char *policy)
{
        const struct pki_extension authority[] = {{NID_basic_constraints, "critical,CA:TRUE", NULL}, *constraint, {0}};
        const struct pki_extension leaf[] = {
                {NID_subject_alt_name, "email:camille@exemple.fr", NULL},
                {policy != NULL ? NID_certificate_policies : NID_key_usage, policy != NULL ? policy : "digitalSignature", NULL},
                {0}};
        struct pki_holder between = pki_issue(&scene->root, "AC Bornée", -50, 50, authority);
        struct pki_holder signer = pki_issue(&between, "Camille Duval", -5, 5, leaf);
        X509_up_ref(between.certificate);
        assert_true(sk_X509_push(scene->helpers, between.certificate) > 0);
        const struct path_request request = {
                .leaf = signer.certificate, .anchors = scene->anchors, .helpers = {scene->helpers}, .at = pki_day(0)};
        enum path_outcome outcome = path_check(&request, scene->detail);
        pki_free(&between);
        pki_free(&signer);
        return outcome;
}

static void name_and_policy_constraints_are_held_to(void **state)
{
        struct scene *scene = *state;
        const struct pki_extension elsewhere = {NID_name_constraints, "critical,permitted;email:autre.fr", NULL};
        const struct pki_extension here = {NID_name_constraints, "critical,permitted;email:exemple.fr", NULL};
        const struct pki_extension explicit = {NID_policy_constraints, "critical,requireExplicitPolicy:0", NULL};
        assert_int_equal(constrained_judge(scene, &elsewhere, NULL), PATH_FAULTY);
        assert_int_equal(constrained_judge(scene, &here, NULL), PATH_GOOD_REVOCATION_UNJUDGED);
        assert_int_equal(constrained_judge(scene, &explicit, NULL), PATH_FAULTY);
}

static void a_place_is_expected_only_where_it_is_named(void **state)
{
        struct scene *scene = *state;
        char place[64];
        assert_true(revocation_expected(scene->signer.certificate));
        assert_false(revocation_expected(scene->authority.certificate));
        revocation_place(scene->authority.certificate, place, sizeof place);
        assert_string_equal(place, "");
}

/* ---- what a caller may fetch ---- */

static json_t *wanted_of(struct scene *scene)
{
        (void)scene_judge(scene, 0);
        json_t *wanted = wanted_json(&scene->found.wanted);
        assert_non_null(wanted);
        return wanted;
}

static void what_is_missing_is_wanted_from_where_its_issuer_says(void **state)
{
        struct scene *scene = *state;
        json_t *wanted = wanted_of(scene);
        assert_int_equal(json_array_size(wanted), 1);
        const json_t *one = json_array_get(wanted, 0);
        assert_string_equal(json_string_value(json_object_get(one, "kind")), "crl");
        assert_string_equal(json_string_value(json_object_get(one, "url")), "http://listes.exemple.fr/ca.crl");
        json_decref(wanted);
        scene_list(scene, list_of(&scene->authority));
        wanted = wanted_of(scene);
        assert_int_equal(json_array_size(wanted), 0);
        json_decref(wanted);
}

static void a_question_is_about_the_certificate_and_goes_over_http_only(void **state)
{
        struct scene *scene = *state;
        const struct pki_extension extensions[] = {
                {NID_info_access, "OCSP;URI:ldap://annuaire.exemple.fr,OCSP;URI:http://ocsp.exemple.fr/", NULL},
                {NID_crl_distribution_points, "URI:file:///etc/passwd", NULL},
                {0}};
        struct pki_holder signer = pki_issue(&scene->authority, "Dominique Petit", -10, 100, extensions);
        struct wanted list = {0};
        unsigned char der[2048];
        wanted_add(&list, signer.certificate, scene->authority.certificate);
        json_t *wanted = wanted_json(&list);
        assert_int_equal(json_array_size(wanted), 1);
        assert_string_equal(json_string_value(json_object_get(json_array_get(wanted, 0), "url")), "http://ocsp.exemple.fr/");
        const char *text = json_string_value(json_object_get(json_array_get(wanted, 0), "request"));
        int size = EVP_DecodeBlock(der, (const unsigned char *)text, (int)strlen(text));
        const unsigned char *at = der;
        OCSP_REQUEST *request = d2i_OCSP_REQUEST(NULL, &at, size);
        OCSP_CERTID *mine = OCSP_cert_to_id(EVP_sha1(), signer.certificate, scene->authority.certificate);
        assert_non_null(request);
        assert_int_equal(OCSP_request_onereq_count(request), 1);
        assert_int_equal(OCSP_id_cmp(OCSP_onereq_get0_id(OCSP_request_onereq_get0(request, 0)), mine), 0);
        OCSP_CERTID_free(mine);
        OCSP_REQUEST_free(request);
        json_decref(wanted);
        pki_free(&signer);
}

static void nobody_outside_a_path_to_an_anchor_is_asked(void **state)
{
        struct scene *scene = *state;
        X509_free(sk_X509_pop(scene->anchors));
        json_t *wanted = wanted_of(scene);
        assert_int_equal(json_array_size(wanted), 0);
        json_decref(wanted);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, scene_open, scene_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                SCENE(a_list_of_the_issuer_lets_pass),
                SCENE(what_is_missing_is_named_with_its_place),
                SCENE(a_revoked_signer_is_revoked_from_that_day_on),
                SCENE(a_revoked_authority_is_found_too),
                SCENE(a_hold_is_not_a_revocation_and_can_be_lifted),
                SCENE(a_stale_list_does_not_tell_but_still_accuses),
                SCENE(a_list_of_another_key_is_not_believed),
                SCENE(a_list_older_than_the_certificate_tells_nothing_of_it),
                SCENE(indirect_partial_and_critical_lists_tell_nothing),
                SCENE(a_list_about_authorities_is_not_about_signers),
                SCENE(the_issuer_answers_by_name_or_by_key),
                SCENE(a_delegated_responder_needs_the_right_use),
                SCENE(an_expired_responder_is_not_believed),
                SCENE(a_responder_of_another_authority_is_not_believed),
                SCENE(a_revoked_responder_is_not_believed),
                SCENE(an_answer_about_another_certificate_says_nothing),
                SCENE(an_answer_counts_within_its_times_only),
                SCENE(an_unknown_certificate_is_not_a_good_one),
                SCENE(key_usage_and_constraints_are_held_to),
                SCENE(name_and_policy_constraints_are_held_to),
                SCENE(a_place_is_expected_only_where_it_is_named),
                SCENE(what_is_missing_is_wanted_from_where_its_issuer_says),
                SCENE(a_question_is_about_the_certificate_and_goes_over_http_only),
                SCENE(nobody_outside_a_path_to_an_anchor_is_asked),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
