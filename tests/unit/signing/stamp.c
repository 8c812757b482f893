/* Raising a signature to B-T: the request, the authority's answer, and answers that lie. */
#include "tests/unit/signing/authority.h"
#include "tests/unit/signing/forgery.h"

struct ground {
        struct holder holder;
        struct authority authority;
        signing_trust *trust;
        char *text;
};

static int ground_make(void **state)
{
        struct ground *ground = calloc(1, sizeof *ground);
        struct signing_refusal why;
        assert_true(signing_start(&why));
        ground->holder = holder_rsa("Cachet de la passerelle");
        ground->authority = authority_make("Horodatage de Saint-Exemple", "critical,timeStamping");
        ground->trust = trust_in(&ground->holder);
        assert_true(signing_trust_stamper(ground->trust, ground->authority.der, &why));
        ground->text = signed_text("<recu><depot>1</depot></recu>", &ground->holder);
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
        free(ground);
        return 0;
}

static struct signing_bytes text_bytes(const char *text)
{
        return (struct signing_bytes){(const uint8_t *)text, strlen(text)};
}

static struct signing_bytes request_for(struct signing_bytes document, uint64_t nonce, struct sink_memory *memory)
{
        struct signing_refusal why = {0};
        *memory = memory_sink();
        const struct signing_sink sink = sink_memory(memory);
        if (!signing_stamp_request(document, &sink, nonce, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        return sink_bytes(memory);
}

/* The document stamped by `authority`, answering with `nonce` what was asked with `asked`. */
static bool stamped(const struct ground *ground, struct signing_bytes document, const struct authority *authority, uint64_t asked,
                    uint64_t expected, struct sink_memory *out, struct signing_refusal *why)
{
        struct sink_memory request;
        struct signing_bytes answer = authority_answer(authority, request_for(document, asked, &request));
        *out = memory_sink();
        const struct signing_sink sink = sink_memory(out);
        bool good = signing_stamp_apply(document, answer, expected, ground->trust, &sink, why);
        OPENSSL_free((void *)(uintptr_t)answer.data);
        free(request.data);
        return good;
}

static void a_stamped_signature_is_b_t_and_its_time_is_proven(void **state)
{
        const struct ground *ground = *state;
        struct sink_memory out;
        struct signing_refusal why = {0};
        if (!stamped(ground, text_bytes(ground->text), &ground->authority, 4711, 4711, &out, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        struct found found = judged(sink_bytes(&out), ground->trust);
        assert_int_equal(found.indication, SIGNING_PASSED);
        assert_true(found.covers_all);
        assert_string_equal(json_string_value(json_object_get(first_signature(&found), "level")), "XAdES-B-T");
        const json_t *stamp = json_array_get(json_object_get(first_signature(&found), "timestamps"), 0);
        assert_true(json_is_true(json_object_get(stamp, "intact")));
        assert_true(json_is_true(json_object_get(stamp, "trusted")));
        assert_string_equal(json_string_value(json_object_get(stamp, "time")),
                            json_string_value(json_object_get(first_signature(&found), "bestSignatureTime")));
        json_decref(found.json);
        struct sink_memory again;
        const struct signing_sink sink = sink_memory(&again);
        again = memory_sink();
        assert_false(signing_stamp_request(sink_bytes(&out), &sink, 1, &why));
        assert_string_equal(why.code, "STAMP_NO_PLACE");
        free(out.data);
}

static void a_container_is_stamped_too(void **state)
{
        const struct ground *ground = *state;
        const struct signing_bytes offer = text_bytes("Offre");
        const struct signing_file file = {"offre.txt", "text/plain", source_memory(&offer)};
        struct sink_memory container = memory_sink(), out;
        const struct signing_sink sink = sink_memory(&container);
        struct signing_refusal why = {0};
        signing_memory_key *key = holder_key(&ground->holder);
        assert_true(signing_sign_container(&file, 1, signing_memory_key_use(key), time(NULL) - 60, &sink, &why));
        if (!stamped(ground, sink_bytes(&container), &ground->authority, 5, 5, &out, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        struct found found = judged(sink_bytes(&out), ground->trust);
        assert_int_equal(found.indication, SIGNING_PASSED);
        assert_string_equal(json_string_value(json_object_get(first_signature(&found), "level")), "XAdES-B-T");
        json_decref(found.json);
        signing_memory_key_free(key);
        free(container.data);
        free(out.data);
}

static void an_answer_to_another_request_is_refused(void **state)
{
        const struct ground *ground = *state;
        struct sink_memory out;
        struct signing_refusal why = {0};
        assert_false(stamped(ground, text_bytes(ground->text), &ground->authority, 1, 2, &out, &why));
        assert_string_equal(why.code, "STAMP_NONCE");
        assert_null(out.data);
}

static void a_stamp_over_another_signature_is_refused(void **state)
{
        const struct ground *ground = *state;
        char *other = signed_text("<recu><depot>2</depot></recu>", &ground->holder);
        struct sink_memory request, out = memory_sink();
        const struct signing_sink sink = sink_memory(&out);
        struct signing_refusal why = {0};
        struct signing_bytes answer = authority_answer(&ground->authority, request_for(text_bytes(other), 3, &request));
        assert_false(signing_stamp_apply(text_bytes(ground->text), answer, 3, ground->trust, &sink, &why));
        assert_string_equal(why.code, "STAMP_IMPRINT");
        OPENSSL_free((void *)(uintptr_t)answer.data);
        free(request.data);
        free(other);
}

static void an_authority_that_is_not_trusted_is_refused(void **state)
{
        const struct ground *ground = *state;
        struct authority unknown = authority_make("Horodatage inconnu", "critical,timeStamping");
        struct sink_memory out;
        struct signing_refusal why = {0};
        assert_false(stamped(ground, text_bytes(ground->text), &unknown, 1, 1, &out, &why));
        assert_string_equal(why.code, "STAMP_UNTRUSTED");
        authority_free(&unknown);
}

static void a_changed_token_is_refused(void **state)
{
        const struct ground *ground = *state;
        struct sink_memory request, out = memory_sink();
        const struct signing_sink sink = sink_memory(&out);
        struct signing_refusal why = {0};
        struct signing_bytes answer = authority_answer(&ground->authority, request_for(text_bytes(ground->text), 9, &request));
        uint8_t *bytes = (uint8_t *)(uintptr_t)answer.data;
        bytes[answer.size - 10] ^= 1; /* in the signature value, which comes last */
        assert_false(signing_stamp_apply(text_bytes(ground->text), answer, 9, ground->trust, &sink, &why));
        assert_string_equal(why.code, "STAMP_SIGNATURE");
        OPENSSL_free(bytes);
        free(request.data);
}

/* XADES A17: a token copied from another signature proves nothing, and the signature stays right. */
static void a_copied_stamp_is_no_proof(void **state)
{
        const struct ground *ground = *state;
        char *other = signed_text("<recu><depot>2</depot></recu>", &ground->holder);
        struct sink_memory out;
        struct signing_refusal why = {0};
        assert_true(stamped(ground, text_bytes(other), &ground->authority, 1, 1, &out, &why));
        char *text = strndup((const char *)out.data, out.size);
        const char *from = strstr(text, "<x:UnsignedProperties"),
                   *end = strstr(text, "</x:UnsignedProperties>") + strlen("</x:UnsignedProperties>");
        char *copied = NULL;
        assert_true(asprintf(&copied, "%.*s</xades:QualifyingProperties>", (int)(end - from), from) > 0);
        char *bent = swapped(ground->text, "</xades:QualifyingProperties>", copied);
        struct found found = judged_text(bent, ground->trust);
        assert_true(flag_of(&found, "intact"));
        assert_true(has_reason(&found, "STAMP_WRONG"));
        json_decref(found.json);
        free(bent);
        free(copied);
        free(text);
        free(out.data);
        free(other);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_stamped_signature_is_b_t_and_its_time_is_proven),
                cmocka_unit_test(a_container_is_stamped_too),
                cmocka_unit_test(an_answer_to_another_request_is_refused),
                cmocka_unit_test(a_stamp_over_another_signature_is_refused),
                cmocka_unit_test(an_authority_that_is_not_trusted_is_refused),
                cmocka_unit_test(a_changed_token_is_refused),
                cmocka_unit_test(a_copied_stamp_is_no_proof),
        };
        return cmocka_run_group_tests(tests, ground_make, ground_free);
}
