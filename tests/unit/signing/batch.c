/* One token for many signatures: each proves its own time, and no record fits another's. */
#include "tests/unit/signing/authority.h"
#include "tests/unit/signing/forgery.h"

enum { MOST = 9 };

struct ground {
        struct holder holder;
        struct authority authority;
        signing_trust *trust;
        char *texts[MOST];
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
        for (int i = 0; i < MOST; i++) {
                char text[64];
                snprintf(text, sizeof text, "<recu><depot>%d</depot></recu>", i);
                ground->texts[i] = signed_text(text, &ground->holder);
        }
        *state = ground;
        return 0;
}

static int ground_free(void **state)
{
        struct ground *ground = *state;
        holder_free(&ground->holder);
        authority_free(&ground->authority);
        signing_trust_free(ground->trust);
        for (int i = 0; i < MOST; i++)
                free(ground->texts[i]);
        free(ground);
        return 0;
}

static struct signing_bytes text_bytes(const char *text)
{
        return (struct signing_bytes){(const uint8_t *)text, strlen(text)};
}

static signing_batch *batch_make(const struct ground *ground, size_t count, uint64_t asked, uint64_t expected,
                                 struct signing_refusal *why)
{
        uint8_t leaves[MOST][SIGNING_LEAF];
        signing_batch *batch = NULL;
        struct sink_memory request = memory_sink();
        const struct signing_sink sink = sink_memory(&request);
        for (size_t i = 0; i < count; i++)
                assert_true(signing_batch_leaf(text_bytes(ground->texts[i]), leaves[i], why));
        assert_true(signing_batch_new((const uint8_t(*)[SIGNING_LEAF])leaves, count, &batch, why));
        assert_true(signing_batch_request(batch, asked, &sink, why));
        struct signing_bytes answer = authority_answer(&ground->authority, sink_bytes(&request));
        free(request.data);
        bool good = signing_batch_answer(batch, answer, expected, ground->trust, why);
        OPENSSL_free((void *)(uintptr_t)answer.data);
        if (good)
                return batch;
        signing_batch_free(batch);
        return NULL;
}

static bool applied(const signing_batch *batch, size_t n, struct signing_bytes document, struct sink_memory *out,
                    struct signing_refusal *why)
{
        *out = memory_sink();
        const struct signing_sink sink = sink_memory(out);
        return signing_batch_apply(batch, n, document, &sink, why);
}

static void found_passes(const struct ground *ground, struct signing_bytes document, size_t stamps)
{
        struct found found = judged(document, ground->trust);
        const json_t *list = json_object_get(first_signature(&found), "timestamps");
        assert_int_equal(found.indication, SIGNING_PASSED);
        assert_true(found.covers_all);
        assert_string_equal(json_string_value(json_object_get(first_signature(&found), "level")), "XAdES-E-ERS");
        assert_int_equal(json_array_size(list), stamps);
        for (size_t i = 0; i < stamps; i++) {
                assert_string_equal(json_string_value(json_object_get(json_array_get(list, i), "type")), "SealingEvidenceRecords");
                assert_true(json_is_true(json_object_get(json_array_get(list, i), "intact")));
                assert_true(json_is_true(json_object_get(json_array_get(list, i), "trusted")));
        }
        json_decref(found.json);
}

static void every_signature_of_every_size_of_batch_is_proven(void **state)
{
        const struct ground *ground = *state;
        struct signing_refusal why = {0};
        for (size_t count = 1; count <= MOST; count++) {
                signing_batch *batch = batch_make(ground, count, 4711, 4711, &why);
                assert_non_null(batch);
                for (size_t n = 0; n < count; n++) {
                        struct sink_memory out;
                        if (!applied(batch, n, text_bytes(ground->texts[n]), &out, &why))
                                fail_msg("%zu of %zu: %s", n, count, why.sentence);
                        found_passes(ground, sink_bytes(&out), 1);
                        free(out.data);
                }
                signing_batch_free(batch);
        }
}

static void no_record_fits_another_signature(void **state)
{
        const struct ground *ground = *state;
        struct signing_refusal why = {0};
        struct sink_memory out;
        signing_batch *batch = batch_make(ground, 5, 4711, 4711, &why);
        assert_false(applied(batch, 1, text_bytes(ground->texts[2]), &out, &why));
        assert_string_equal(why.code, "BATCH_MISMATCH");
        assert_false(applied(batch, 5, text_bytes(ground->texts[5]), &out, &why));
        signing_batch_free(batch);
}

static void an_answer_to_another_request_is_refused(void **state)
{
        const struct ground *ground = *state;
        struct signing_refusal why = {0};
        assert_null(batch_make(ground, 3, 4711, 4712, &why));
        assert_string_equal(why.code, "STAMP_NONCE");
}

static void a_second_record_renews_the_first(void **state)
{
        const struct ground *ground = *state;
        struct signing_refusal why = {0};
        struct sink_memory out, again;
        uint8_t leaf[1][SIGNING_LEAF];
        signing_batch *batch = batch_make(ground, 4, 4711, 4711, &why), *second = NULL;
        assert_true(applied(batch, 3, text_bytes(ground->texts[3]), &out, &why));
        assert_true(signing_batch_leaf(sink_bytes(&out), leaf[0], &why));
        assert_true(signing_batch_new((const uint8_t(*)[SIGNING_LEAF])leaf, 1, &second, &why));
        struct sink_memory request = memory_sink();
        const struct signing_sink sink = sink_memory(&request);
        assert_true(signing_batch_request(second, 7, &sink, &why));
        struct signing_bytes answer = authority_answer(&ground->authority, sink_bytes(&request));
        assert_true(signing_batch_answer(second, answer, 7, ground->trust, &why));
        assert_true(applied(second, 0, sink_bytes(&out), &again, &why));
        found_passes(ground, sink_bytes(&again), 2);
        OPENSSL_free((void *)(uintptr_t)answer.data);
        free(request.data);
        free(out.data);
        free(again.data);
        signing_batch_free(batch);
        signing_batch_free(second);
}

/* Base64 digits of its lists of hashes bent (what follows is the token, token.c's own matter): nothing that results is trusted. */
static void a_bent_record_proves_nothing(void **state)
{
        const struct ground *ground = *state;
        struct signing_refusal why = {0};
        struct sink_memory out;
        signing_batch *batch = batch_make(ground, 3, 4711, 4711, &why);
        assert_true(applied(batch, 1, text_bytes(ground->texts[1]), &out, &why));
        enum { LISTS = 7 * 34 * 4 / 3 }; /* five data objects, two siblings */
        char *start = (char *)memmem(out.data, out.size, "ASN1EvidenceRecord>", 19) + 19;
        for (char *at = start; at < start + LISTS; at += 3) {
                char kept = *at;
                *at = kept == 'A' ? 'B' : 'A';
                struct found found = judged(sink_bytes(&out), ground->trust);
                const json_t *stamp = json_array_get(json_object_get(first_signature(&found), "timestamps"), 0);
                if (json_is_true(json_object_get(stamp, "trusted")))
                        fail_msg("digit %zd", at - start);
                json_decref(found.json);
                *at = kept;
        }
        free(out.data);
        signing_batch_free(batch);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_signature_of_every_size_of_batch_is_proven),
                cmocka_unit_test(no_record_fits_another_signature),
                cmocka_unit_test(an_answer_to_another_request_is_refused),
                cmocka_unit_test(a_second_record_renews_the_first),
                cmocka_unit_test(a_bent_record_proves_nothing),
        };
        return cmocka_run_group_tests(tests, ground_make, ground_free);
}
