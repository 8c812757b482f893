/* Sealing and opening: what a quorum can read, and everything that must be refused. */
#include "tests/unit/signing/material.h"

#include <jansson.h>
#include <openssl/rand.h>

#include "signing/manifest.h"
#include "signing/stream.h"

enum { MEMBERS = 3 };

struct commission {
        struct holder members[MEMBERS];
        struct signing_bytes certificates[MEMBERS];
};

static int commission_make(void **state)
{
        struct commission *made = calloc(1, sizeof *made);
        assert_non_null(made);
        made->members[0] = holder_rsa("Présidente de la commission");
        made->members[1] = holder_ec("Secrétaire", "prime256v1");
        made->members[2] = holder_ec("Membre", "secp384r1");
        for (int i = 0; i < MEMBERS; i++)
                made->certificates[i] = made->members[i].certificate;
        *state = made;
        return 0;
}

static int commission_drop(void **state)
{
        struct commission *made = *state;
        for (int i = 0; i < MEMBERS; i++)
                holder_free(&made->members[i]);
        free(made);
        return 0;
}

struct envelope {
        struct sink_memory plaintext, ciphertext, manifest;
        signing_manifest *read;
};

/* A container with one stored file, so that its whole size is the file's plus a constant. */
static void container_pack(size_t size, struct sink_memory *out)
{
        uint8_t *content = noise(size);
        const struct signing_bytes bytes = {content, size};
        const struct signing_file file = {"mémoire technique.pdf", "application/pdf", source_memory(&bytes)};
        const struct signing_sink sink = sink_memory(out);
        struct signing_refusal why = {0};
        if (!signing_pack_container(&file, 1, &sink, &why))
                fail_msg("%s", why.sentence);
        free(content);
}

static struct signing_seal_request request_for(const struct commission *commission, unsigned threshold,
                                               struct signing_source plaintext)
{
        return (struct signing_seal_request){.consultation = "8f14e45f-ceea-467f-a0e6-4b1d9d1c0a01",
                                             .lot = "1",
                                             .kind = "offre",
                                             .members = commission->certificates,
                                             .member_count = MEMBERS,
                                             .threshold = threshold,
                                             .plaintext = plaintext};
}

static void envelope_make(const struct commission *commission, unsigned threshold, size_t file_size, struct envelope *out)
{
        *out = (struct envelope){memory_sink(), memory_sink(), memory_sink(), NULL};
        container_pack(file_size, &out->plaintext);
        const struct signing_bytes plaintext = sink_bytes(&out->plaintext);
        const struct signing_seal_request request = request_for(commission, threshold, source_memory(&plaintext));
        const struct signing_sink ciphertext = sink_memory(&out->ciphertext), manifest = sink_memory(&out->manifest);
        struct signing_refusal why = {0};
        if (!signing_seal(&request, &ciphertext, &manifest, &why) ||
            !signing_manifest_read(sink_bytes(&out->manifest), &out->read, &why))
                fail_msg("%s: %s", why.code, why.sentence);
}

static void envelope_free(struct envelope *envelope)
{
        free(envelope->plaintext.data);
        free(envelope->ciphertext.data);
        free(envelope->manifest.data);
        signing_manifest_free(envelope->read);
}

static void share_take(const struct commission *commission, const struct envelope *envelope, size_t n, uint8_t share[SIGNING_SHARE])
{
        struct signing_refusal why = {0};
        if (!signing_share_unwrap(envelope->read, commission->members[n].pem, commission->certificates[n], NULL, share, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        assert_int_equal(share[0], n + 1);
}

static bool opens_to_plaintext(const struct envelope *envelope, const uint8_t (*shares)[SIGNING_SHARE], size_t count,
                               struct signing_refusal *why)
{
        signing_opened *opened = NULL;
        const struct signing_bytes ciphertext = sink_bytes(&envelope->ciphertext);
        if (!signing_unseal(envelope->read, shares, count, source_memory(&ciphertext), &opened, why))
                return false;
        struct sink_memory got = memory_sink();
        const struct signing_sink sink = sink_memory(&got);
        const struct signing_source source = signing_opened_source(opened);
        bool same = source_copy(&source, &sink, why) && got.size == envelope->plaintext.size &&
                    memcmp(got.data, envelope->plaintext.data, got.size) == 0;
        free(got.data);
        signing_opened_free(opened);
        return same;
}

/* The container adds a constant to the file; sizes are set so that the plaintext lies around chunk borders. */
static void every_size_around_the_chunk_borders_opens_again(void **state)
{
        const struct commission *commission = *state;
        struct envelope probe;
        envelope_make(commission, 2, 1, &probe);
        size_t added = probe.plaintext.size - 1;
        envelope_free(&probe);
        const size_t sizes[] = {
                added + 1,         SIGNING_CHUNK - 1,     SIGNING_CHUNK,    SIGNING_CHUNK + 1, 2 * SIGNING_CHUNK - 1,
                2 * SIGNING_CHUNK, 2 * SIGNING_CHUNK + 1, 3 * SIGNING_CHUNK};
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                struct envelope envelope;
                struct signing_refusal why = {0};
                uint8_t shares[2][SIGNING_SHARE];
                envelope_make(commission, 2, sizes[i] - added, &envelope);
                assert_int_equal(envelope.plaintext.size, sizes[i]);
                assert_int_equal(envelope.ciphertext.size, sizes[i] + 28 * ((sizes[i] - 1) / SIGNING_CHUNK + 1));
                share_take(commission, &envelope, 0, shares[0]);
                share_take(commission, &envelope, 2, shares[1]);
                assert_true(opens_to_plaintext(&envelope, (const uint8_t(*)[SIGNING_SHARE])shares, 2, &why));
                envelope_free(&envelope);
        }
}

static void any_quorum_of_members_opens_and_fewer_do_not(void **state)
{
        const struct commission *commission = *state;
        for (unsigned threshold = 1; threshold <= MEMBERS; threshold++) {
                struct envelope envelope;
                envelope_make(commission, threshold, 1000, &envelope);
                for (unsigned set = 1; set < 1u << MEMBERS; set++) {
                        uint8_t shares[MEMBERS][SIGNING_SHARE];
                        struct signing_refusal why = {0};
                        size_t count = 0;
                        for (size_t n = 0; n < MEMBERS; n++)
                                if (set >> n & 1u)
                                        share_take(commission, &envelope, n, shares[count++]);
                        bool opened = opens_to_plaintext(&envelope, (const uint8_t(*)[SIGNING_SHARE])shares, count, &why);
                        assert_int_equal(opened, count >= threshold);
                        if (!opened)
                                assert_string_equal(why.code, "SHARES_TOO_FEW");
                }
                envelope_free(&envelope);
        }
}

static void one_share_given_twice_is_no_quorum(void **state)
{
        const struct commission *commission = *state;
        struct envelope envelope;
        struct signing_refusal why = {0};
        uint8_t shares[2][SIGNING_SHARE];
        envelope_make(commission, 2, 10, &envelope);
        share_take(commission, &envelope, 1, shares[0]);
        memcpy(shares[1], shares[0], SIGNING_SHARE);
        assert_false(opens_to_plaintext(&envelope, (const uint8_t(*)[SIGNING_SHARE])shares, 2, &why));
        assert_string_equal(why.code, "SHARES_TOO_FEW");
        envelope_free(&envelope);
}

static void another_members_key_unwraps_nothing(void **state)
{
        const struct commission *commission = *state;
        struct envelope envelope;
        struct signing_refusal why = {0};
        uint8_t share[SIGNING_SHARE] = {0xee};
        envelope_make(commission, 1, 10, &envelope);
        assert_false(
                signing_share_unwrap(envelope.read, commission->members[1].pem, commission->certificates[0], NULL, share, &why));
        assert_string_equal(why.code, "KEY_UNUSABLE");
        struct holder stranger = holder_ec("Menuiserie Duval SARL", "prime256v1");
        assert_false(signing_share_unwrap(envelope.read, stranger.pem, stranger.certificate, NULL, share, &why));
        assert_string_equal(why.code, "SHARE_NOT_FOR_YOU");
        assert_false(signing_share_unwrap(envelope.read, stranger.pem, commission->certificates[1], NULL, share, &why));
        assert_string_equal(why.code, "KEY_UNUSABLE");
        assert_int_equal(share[0], 0xee);
        holder_free(&stranger);
        envelope_free(&envelope);
}

static void every_bit_of_a_share_counts(void **state)
{
        const struct commission *commission = *state;
        struct envelope envelope;
        uint8_t share[SIGNING_SHARE];
        envelope_make(commission, 2, 10, &envelope); /* with a quorum of 1 all shares are the key, and differ in x only */
        share_take(commission, &envelope, 0, share);
        assert_true(signing_share_check(envelope.read, share, NULL));
        for (unsigned bit = 0; bit < 8 * SIGNING_SHARE; bit++) {
                share[bit / 8] ^= (uint8_t)(1u << bit % 8);
                assert_false(signing_share_check(envelope.read, share, NULL));
                share[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        envelope_free(&envelope);
}

static void a_changed_bit_anywhere_in_the_ciphertext_is_refused(void **state)
{
        const struct commission *commission = *state;
        struct envelope envelope;
        uint8_t share[1][SIGNING_SHARE];
        envelope_make(commission, 1, SIGNING_CHUNK, &envelope);
        share_take(commission, &envelope, 1, share[0]);
        assert_int_equal(envelope.read->chunks, 2);
        size_t step = envelope.ciphertext.size / 97;
        for (size_t at = 0; at < envelope.ciphertext.size; at += at < 40 ? 1 : step) {
                struct signing_refusal why = {0};
                envelope.ciphertext.data[at] ^= (uint8_t)(1u << at % 8);
                assert_false(opens_to_plaintext(&envelope, (const uint8_t(*)[SIGNING_SHARE])share, 1, &why));
                envelope.ciphertext.data[at] ^= (uint8_t)(1u << at % 8);
        }
        assert_true(opens_to_plaintext(&envelope, (const uint8_t(*)[SIGNING_SHARE])share, 1, NULL));
        envelope_free(&envelope);
}

static void missing_added_and_exchanged_chunks_are_refused(void **state)
{
        const struct commission *commission = *state;
        struct envelope envelope;
        struct signing_refusal why = {0};
        uint8_t share[1][SIGNING_SHARE];
        envelope_make(commission, 1, 3 * SIGNING_CHUNK, &envelope);
        share_take(commission, &envelope, 0, share[0]);
        const uint8_t(*shares)[SIGNING_SHARE] = (const uint8_t(*)[SIGNING_SHARE])share;
        size_t whole = envelope.ciphertext.size;
        envelope.ciphertext.size = 3 * SIGNING_SEALED_CHUNK;
        assert_false(opens_to_plaintext(&envelope, shares, 1, &why));
        assert_string_equal(why.code, "CIPHERTEXT_SIZE");
        envelope.ciphertext.size = whole + 1;
        envelope.ciphertext.data = realloc(envelope.ciphertext.data, whole + 1);
        assert_non_null(envelope.ciphertext.data);
        envelope.ciphertext.data[whole] = 0;
        assert_false(opens_to_plaintext(&envelope, shares, 1, &why));
        assert_string_equal(why.code, "CIPHERTEXT_SIZE");
        envelope.ciphertext.size = whole;
        uint8_t *kept = malloc(SIGNING_SEALED_CHUNK);
        assert_non_null(kept);
        memcpy(kept, envelope.ciphertext.data, SIGNING_SEALED_CHUNK);
        memcpy(envelope.ciphertext.data, envelope.ciphertext.data + SIGNING_SEALED_CHUNK, SIGNING_SEALED_CHUNK);
        memcpy(envelope.ciphertext.data + SIGNING_SEALED_CHUNK, kept, SIGNING_SEALED_CHUNK);
        free(kept);
        assert_false(opens_to_plaintext(&envelope, shares, 1, &why));
        assert_string_equal(why.code, "CHUNK_REFUSED");
        envelope_free(&envelope);
}

/* The manifest shortened by a chunk must not make the shorter ciphertext acceptable: its end is no last chunk. */
static void a_manifest_that_says_less_does_not_make_a_cut_envelope_whole(void **state)
{
        const struct commission *commission = *state;
        struct envelope envelope;
        struct signing_refusal why = {0};
        uint8_t share[1][SIGNING_SHARE];
        envelope_make(commission, 1, 3 * SIGNING_CHUNK, &envelope);
        share_take(commission, &envelope, 0, share[0]);
        envelope.read->plaintext_size = 3 * SIGNING_CHUNK;
        envelope.read->chunks = 3;
        envelope.ciphertext.size = 3 * SIGNING_SEALED_CHUNK;
        assert_false(opens_to_plaintext(&envelope, (const uint8_t(*)[SIGNING_SHARE])share, 1, &why));
        envelope_free(&envelope);
}

static void reads_at_any_offset_agree_with_the_plaintext(void **state)
{
        const struct commission *commission = *state;
        struct envelope envelope;
        uint8_t share[1][SIGNING_SHARE], *buffer = malloc(SIGNING_CHUNK + 9);
        signing_opened *opened = NULL;
        assert_non_null(buffer);
        envelope_make(commission, 1, 6 * SIGNING_CHUNK, &envelope);
        share_take(commission, &envelope, 0, share[0]);
        const struct signing_bytes ciphertext = sink_bytes(&envelope.ciphertext);
        assert_true(signing_unseal(envelope.read, (const uint8_t(*)[SIGNING_SHARE])share, 1, source_memory(&ciphertext), &opened,
                                   NULL));
        const struct signing_source source = signing_opened_source(opened);
        assert_int_equal(source.size, envelope.plaintext.size);
        for (size_t turn = 0; turn < 60; turn++) {
                size_t size = turn * 4391 % (SIGNING_CHUNK + 9);
                size_t offset = turn * 777767 % (envelope.plaintext.size - size);
                assert_true(source.read(source.context, offset, buffer, size));
                assert_memory_equal(buffer, envelope.plaintext.data + offset, size);
        }
        assert_false(source.read(source.context, source.size, buffer, 1));
        assert_true(source.read(source.context, source.size - 1, buffer, 1));
        free(buffer);
        signing_opened_free(opened);
        envelope_free(&envelope);
}

static void the_manifest_lists_what_the_container_holds(void **state)
{
        const struct commission *commission = *state;
        struct envelope envelope;
        envelope_make(commission, 2, 4321, &envelope);
        json_t *json = json_loads(signing_manifest_json(envelope.read), 0, NULL);
        const json_t *document = json_array_get(json_object_get(json, "documents"), 0);
        assert_int_equal(json_array_size(json_object_get(json, "documents")), 1);
        assert_string_equal(json_string_value(json_object_get(document, "name")), "mémoire technique.pdf");
        assert_string_equal(json_string_value(json_object_get(document, "mediaType")), "application/pdf");
        assert_int_equal(json_integer_value(json_object_get(document, "size")), 4321);
        assert_int_equal(json_integer_value(json_object_get(json, "threshold")), 2);
        assert_int_equal(json_array_size(json_object_get(json, "members")), MEMBERS);
        json_decref(json);
        envelope_free(&envelope);
}

/* The digest that the gateway computes again from what it stored. */
static void the_digest_is_that_of_the_chunks_digests(void **state)
{
        const struct commission *commission = *state;
        struct envelope envelope;
        uint8_t sha256[32], digests[3][32];
        envelope_make(commission, 1, 2 * SIGNING_CHUNK, &envelope);
        assert_int_equal(envelope.read->chunks, 3);
        for (size_t n = 0; n < 3; n++) {
                size_t left = envelope.ciphertext.size - n * SIGNING_SEALED_CHUNK;
                EVP_Digest(envelope.ciphertext.data + n * SIGNING_SEALED_CHUNK,
                           left < SIGNING_SEALED_CHUNK ? left : SIGNING_SEALED_CHUNK, digests[n], NULL, EVP_sha256(), NULL);
        }
        EVP_Digest(digests, sizeof digests, sha256, NULL, EVP_sha256(), NULL);
        assert_memory_equal(sha256, envelope.read->digest, sizeof sha256);
        envelope_free(&envelope);
}

/* A signed file inside the file system's limits, but no container: nothing to list on the receipt. */
static void what_is_no_container_is_not_sealed(void **state)
{
        const struct commission *commission = *state;
        const struct signing_bytes text = {(const uint8_t *)"not a container at all", 22};
        const struct signing_seal_request request = request_for(commission, 1, source_memory(&text));
        struct sink_memory ciphertext = memory_sink(), manifest = memory_sink();
        const struct signing_sink ciphertext_sink = sink_memory(&ciphertext), manifest_sink = sink_memory(&manifest);
        struct signing_refusal why = {0};
        assert_false(signing_seal(&request, &ciphertext_sink, &manifest_sink, &why));
        assert_string_equal(why.code, "CONTAINER_MALFORMED");
        assert_int_equal(ciphertext.size, 0);
}

/* The layer below, where the plaintext may be empty. */
static void single_chunks_open_only_where_they_were_sealed(void **state)
{
        (void)state;
        const size_t sizes[] = {0, 1, SIGNING_CHUNK - 1, SIGNING_CHUNK};
        uint8_t key[STREAM_KEY], *in = noise(SIGNING_CHUNK), *sealed = malloc(SIGNING_SEALED_CHUNK), *out = malloc(SIGNING_CHUNK);
        RAND_bytes(key, sizeof key);
        struct stream *stream = stream_new(key);
        assert_true(stream != NULL && sealed != NULL && out != NULL);
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                const struct stream_place place = {7, true};
                const struct signing_bytes chunk = {sealed, sizes[i] + STREAM_OVERHEAD};
                assert_true(stream_seal(stream, place, (struct signing_bytes){in, sizes[i]}, sealed));
                assert_true(stream_open(stream, place, chunk, out));
                assert_memory_equal(out, in, sizes[i]);
                assert_false(stream_open(stream, (struct stream_place){8, true}, chunk, out));
                assert_false(stream_open(stream, (struct stream_place){7, false}, chunk, out));
                assert_false(stream_open(stream, place, (struct signing_bytes){sealed, chunk.size - 1}, out));
        }
        const uint8_t iv[STREAM_IV] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 1};
        assert_memory_equal(sealed, iv, sizeof iv);
        stream_free(stream);
        free(in);
        free(sealed);
        free(out);
}

static int start(void **state)
{
        (void)state;
        return signing_start(NULL) ? 0 : -1;
}

static int stop(void **state)
{
        (void)state;
        signing_stop();
        return 0;
}

#define WITH_COMMISSION(test) cmocka_unit_test_setup_teardown(test, commission_make, commission_drop)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WITH_COMMISSION(every_size_around_the_chunk_borders_opens_again),
                WITH_COMMISSION(any_quorum_of_members_opens_and_fewer_do_not),
                WITH_COMMISSION(one_share_given_twice_is_no_quorum),
                WITH_COMMISSION(another_members_key_unwraps_nothing),
                WITH_COMMISSION(every_bit_of_a_share_counts),
                WITH_COMMISSION(a_changed_bit_anywhere_in_the_ciphertext_is_refused),
                WITH_COMMISSION(missing_added_and_exchanged_chunks_are_refused),
                WITH_COMMISSION(a_manifest_that_says_less_does_not_make_a_cut_envelope_whole),
                WITH_COMMISSION(reads_at_any_offset_agree_with_the_plaintext),
                WITH_COMMISSION(the_manifest_lists_what_the_container_holds),
                WITH_COMMISSION(the_digest_is_that_of_the_chunks_digests),
                WITH_COMMISSION(what_is_no_container_is_not_sealed),
                cmocka_unit_test(single_chunks_open_only_where_they_were_sealed),
        };
        return cmocka_run_group_tests(tests, start, stop);
}
