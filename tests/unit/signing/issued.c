/* What was found right is remembered; nothing else passes for it, and what changes with time is looked at each time. */
#include "pki.h"

#include "signing/issued.h"

struct scene {
        struct pki_holder root, authority, signer, impostor;
};

static int scene_open(void **state)
{
        struct scene *scene = calloc(1, sizeof *scene);
        assert_non_null(scene);
        issued_clear();
        scene->root = pki_authority(NULL, "Racine Exemple");
        scene->authority = pki_authority(&scene->root, "AC Exemple");
        scene->impostor = pki_authority(NULL, "AC Exemple");
        scene->signer = pki_signer(&scene->authority, "Camille Duval");
        *state = scene;
        return 0;
}

static int scene_close(void **state)
{
        struct scene *scene = *state;
        pki_free(&scene->root);
        pki_free(&scene->authority);
        pki_free(&scene->signer);
        pki_free(&scene->impostor);
        free(scene);
        return 0;
}

/* The chain signer, authority, root with everything warm; 0 or OpenSSL's error. */
static int chain_error(const struct scene *scene, X509 *leaf, X509 *authority, int day)
{
        X509_STORE *store = X509_STORE_new();
        X509_STORE_CTX *context = X509_STORE_CTX_new();
        STACK_OF(X509) *helpers = sk_X509_new_null();
        assert_int_equal(X509_STORE_add_cert(store, scene->root.certificate), 1);
        assert_true(sk_X509_push(helpers, authority) > 0);
        X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)pki_day(day));
        assert_int_equal(X509_STORE_CTX_init(context, store, leaf, helpers), 1);
        issued_watch(context);
        int error = X509_verify_cert(context) == 1 ? 0 : X509_STORE_CTX_get_error(context);
        sk_X509_free(helpers);
        X509_STORE_CTX_free(context);
        X509_STORE_free(store);
        return error;
}

/* The same certificate with one bit of its signature turned. */
static X509 *spoiled(X509 *certificate)
{
        unsigned char *der = NULL;
        int size = i2d_X509(certificate, &der);
        assert_true(size > 0);
        der[size - 1] ^= 1;
        const unsigned char *at = der;
        X509 *out = d2i_X509(NULL, &at, size);
        assert_non_null(out);
        OPENSSL_free(der);
        return out;
}

static void a_right_signature_stays_right(void **state)
{
        const struct scene *scene = *state;
        for (int n = 0; n < 3; n++) {
                assert_true(issued_certificate(scene->signer.certificate, scene->authority.certificate));
                assert_int_equal(chain_error(scene, scene->signer.certificate, scene->authority.certificate, 0), 0);
        }
}

static void another_key_or_another_byte_is_not_remembered(void **state)
{
        const struct scene *scene = *state;
        assert_true(issued_certificate(scene->signer.certificate, scene->authority.certificate));
        assert_false(issued_certificate(scene->signer.certificate, scene->impostor.certificate));
        X509 *other = spoiled(scene->signer.certificate);
        for (int n = 0; n < 2; n++)
                assert_false(issued_certificate(other, scene->authority.certificate));
        X509_free(other);
}

static void a_spoiled_link_breaks_a_chain_that_was_right_before(void **state)
{
        const struct scene *scene = *state;
        assert_int_equal(chain_error(scene, scene->signer.certificate, scene->authority.certificate, 0), 0);
        X509 *leaf = spoiled(scene->signer.certificate), *authority = spoiled(scene->authority.certificate);
        assert_int_equal(chain_error(scene, leaf, scene->authority.certificate, 0), X509_V_ERR_CERT_SIGNATURE_FAILURE);
        assert_int_equal(chain_error(scene, scene->signer.certificate, authority, 0), X509_V_ERR_CERT_SIGNATURE_FAILURE);
        assert_int_not_equal(chain_error(scene, scene->signer.certificate, scene->impostor.certificate, 0), 0);
        assert_int_equal(chain_error(scene, scene->signer.certificate, scene->authority.certificate, 0), 0);
        X509_free(leaf);
        X509_free(authority);
}

static void dates_are_looked_at_each_time(void **state)
{
        const struct scene *scene = *state;
        assert_int_equal(chain_error(scene, scene->signer.certificate, scene->authority.certificate, 0), 0);
        assert_int_equal(chain_error(scene, scene->signer.certificate, scene->authority.certificate, 901),
                         X509_V_ERR_CERT_HAS_EXPIRED);
        assert_int_equal(chain_error(scene, scene->signer.certificate, scene->authority.certificate, -101),
                         X509_V_ERR_CERT_NOT_YET_VALID);
}

static void a_list_is_its_issuers_only(void **state)
{
        const struct scene *scene = *state;
        const struct pki_list plan = {.issuer = &scene->authority, .issued = -1, .next = 7, .reason = -1};
        X509_CRL *list = pki_list(&plan);
        for (int n = 0; n < 2; n++) {
                assert_true(issued_list(list, scene->authority.certificate));
                assert_false(issued_list(list, scene->impostor.certificate));
        }
        X509_CRL_free(list);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, scene_open, scene_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                SCENE(a_right_signature_stays_right),
                SCENE(another_key_or_another_byte_is_not_remembered),
                SCENE(a_spoiled_link_breaks_a_chain_that_was_right_before),
                SCENE(dates_are_looked_at_each_time),
                SCENE(a_list_is_its_issuers_only),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
