/* Sealing by properties: each holds for every size, quorum and changed bit. Where all are too many, a sample is drawn; its seed is
 * printed, and PLI_SEED repeats it. */
#include "tests/unit/signing/material.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

#include "signing/manifest.h"
#include "signing/share.h"
#include "signing/stream.h"

enum { MEMBERS = 9 };

/* ---- numbers drawn: xorshift64* ---- */

static uint64_t drawn;

static uint64_t draw(uint64_t below)
{
        drawn ^= drawn >> 12;
        drawn ^= drawn << 25;
        drawn ^= drawn >> 27;
        return drawn * 0x2545f4914f6cdd1dULL % below;
}

/* ---- a commission of nine, each with a substitute ---- */

struct commission {
        struct holder members[MEMBERS], substitutes[MEMBERS];
        struct signing_bytes certificates[MEMBERS], seconds[MEMBERS];
};

static int commission_make(void **state)
{
        struct commission *made = calloc(1, sizeof *made);
        assert_non_null(made);
        const char *seed = getenv("PLI_SEED");
        uint8_t fresh[8];
        assert_int_equal(RAND_bytes(fresh, sizeof fresh), 1);
        memcpy(&drawn, fresh, sizeof drawn);
        if (seed != NULL)
                drawn = strtoull(seed, NULL, 10);
        drawn |= drawn == 0;
        print_message("PLI_SEED=%llu\n", (unsigned long long)drawn);
        for (int i = 0; i < MEMBERS; i++) {
                made->members[i] =
                        i == 0 ? holder_rsa("Présidente") : holder_ec("Titulaire", i % 2 == 0 ? "prime256v1" : "secp384r1");
                made->substitutes[i] = holder_ec("Suppléant", "prime256v1");
                made->certificates[i] = made->members[i].certificate;
                made->seconds[i] = made->substitutes[i].certificate;
        }
        *state = made;
        return signing_start(NULL) ? 0 : -1;
}

static int commission_drop(void **state)
{
        struct commission *made = *state;
        for (int i = 0; i < MEMBERS; i++) {
                holder_free(&made->members[i]);
                holder_free(&made->substitutes[i]);
        }
        free(made);
        signing_stop();
        return 0;
}

/* A container with one stored file: its whole size is the file's plus a constant. */
static void container_pack(size_t size, struct sink_memory *out)
{
        uint8_t *content = noise(size);
        const struct signing_bytes bytes = {content, size};
        const struct signing_file file = {"offre.pdf", "application/pdf", source_memory(&bytes)};
        const struct signing_sink sink = sink_memory(out);
        *out = memory_sink();
        assert_true(signing_pack_container(&file, 1, &sink, NULL));
        free(content);
}

struct envelope {
        struct sink_memory plaintext, ciphertext, manifest;
        signing_manifest *read;
};

static void envelope_make(const struct commission *commission, size_t members, unsigned threshold, size_t size,
                          struct envelope *out)
{
        *out = (struct envelope){.ciphertext = memory_sink(), .manifest = memory_sink()};
        container_pack(size, &out->plaintext);
        const struct signing_bytes plaintext = sink_bytes(&out->plaintext);
        const struct signing_seal_request request = {.consultation = "c-1",
                                                     .lot = "",
                                                     .kind = "offre",
                                                     .members = commission->certificates,
                                                     .substitutes = commission->seconds,
                                                     .member_count = members,
                                                     .threshold = threshold,
                                                     .plaintext = source_memory(&plaintext)};
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

static void share_take(const struct envelope *envelope, const struct holder *holder, uint8_t share[SIGNING_SHARE])
{
        struct signing_refusal why = {0};
        if (!signing_share_unwrap(envelope->read, holder->pem, holder->certificate, NULL, share, &why))
                fail_msg("%s: %s", why.code, why.sentence);
}

typedef const uint8_t (*share_list)[SIGNING_SHARE];

/* Does the whole plaintext come out, and is it the one that was sealed? Another one must never come out. */
static bool opens(const struct envelope *envelope, share_list shares, size_t count)
{
        signing_opened *opened = NULL;
        const struct signing_bytes ciphertext = sink_bytes(&envelope->ciphertext);
        if (!signing_unseal(envelope->read, shares, count, source_memory(&ciphertext), &opened, NULL))
                return false;
        struct sink_memory got = memory_sink();
        const struct signing_sink sink = sink_memory(&got);
        const struct signing_source source = signing_opened_source(opened);
        bool whole = source_copy(&source, &sink, NULL);
        if (whole && (got.size != envelope->plaintext.size || memcmp(got.data, envelope->plaintext.data, got.size) != 0))
                fail_msg("another plaintext came out");
        free(got.data);
        signing_opened_free(opened);
        return whole;
}

/* ---- sizes ---- */

/* The layer of chunks takes any plaintext, an empty one too; from none to three chunks and a byte. */
static void every_size_from_nothing_to_three_chunks_comes_back_in_place(void **state)
{
        (void)state;
        uint8_t key[STREAM_KEY] = {7}, *in = noise(SIGNING_CHUNK), *sealed = malloc(SIGNING_SEALED_CHUNK),
                *out = malloc(SIGNING_CHUNK);
        assert_true(sealed != NULL && out != NULL);
        struct stream *stream = stream_new(key);
        for (unsigned turn = 0; turn < 60; turn++) {
                uint64_t border = turn / 3 % 4 * (uint64_t)SIGNING_CHUNK;
                uint64_t size = turn < 12 ? border + turn % 3 - (border > 0) : draw(3 * (uint64_t)SIGNING_CHUNK + 2);
                uint32_t chunks = stream_chunks(size);
                uint64_t sum = 0, whole = 0;
                assert_int_equal(chunks, size == 0 ? 1 : (size - 1) / SIGNING_CHUNK + 1);
                for (uint32_t n = 0; n < chunks; n++) {
                        const struct stream_place place = {n, n == chunks - 1};
                        size_t part = stream_chunk_size(size, n);
                        assert_true(stream_seal(stream, place, (struct signing_bytes){in, part}, sealed));
                        assert_true(stream_open(stream, place, (struct signing_bytes){sealed, part + STREAM_OVERHEAD}, out));
                        assert_memory_equal(out, in, part);
                        sum += part;
                        whole += part + STREAM_OVERHEAD;
                }
                assert_int_equal(sum, size);
                assert_int_equal(whole, stream_sealed_size(size));
        }
        stream_free(stream);
        free(in);
        free(sealed);
        free(out);
}

static void an_envelope_of_any_size_around_the_borders_opens(void **state)
{
        const struct commission *commission = *state;
        struct sink_memory probe;
        container_pack(1, &probe);
        size_t added = probe.size - 1;
        free(probe.data);
        for (size_t chunks = 1; chunks <= 3; chunks++)
                for (size_t over = 0; over < 3; over++) {
                        struct envelope envelope;
                        uint8_t share[1][SIGNING_SHARE];
                        envelope_make(commission, 2, 1, chunks * SIGNING_CHUNK + over - 1 - added, &envelope);
                        assert_int_equal(envelope.plaintext.size, chunks * SIGNING_CHUNK + over - 1);
                        share_take(&envelope, &commission->members[1], share[0]);
                        assert_true(opens(&envelope, (share_list)share, 1));
                        envelope_free(&envelope);
                }
}

/* ---- quorums ---- */

/* The arithmetic for every k of m and every set of members, 9 at most. */
static void exactly_the_sets_of_a_quorum_give_the_key_back(void **state)
{
        (void)state;
        for (unsigned m = 1; m <= MEMBERS; m++)
                for (unsigned k = 1; k <= m; k++) {
                        uint8_t secret[SHARE_SECRET], shares[MEMBERS][SIGNING_SHARE], chosen[MEMBERS][SIGNING_SHARE],
                                got[SHARE_SECRET];
                        assert_int_equal(RAND_bytes(secret, sizeof secret), 1);
                        assert_true(share_split(secret, k, shares, m));
                        for (unsigned set = 1; set < 1u << m; set++) {
                                size_t count = 0;
                                for (unsigned n = 0; n < m; n++)
                                        if (set >> n & 1u)
                                                memcpy(chosen[count++], shares[n], SIGNING_SHARE);
                                assert_true(share_combine((share_list)chosen, count, got));
                                bool same = memcmp(got, secret, sizeof secret) == 0;
                                assert_int_equal(same, count >= k);
                        }
                }
}

/* For every k of m: the first k seats, taken by members or by those who stand in for them, open; one less does not; and a member
 * with its own substitute is one seat. */
static void a_seat_counts_once_whoever_sits_on_it(void **state)
{
        const struct commission *commission = *state;
        for (unsigned m = 1; m <= MEMBERS; m++)
                for (unsigned k = 1; k <= m; k++) {
                        struct envelope envelope;
                        uint8_t shares[MEMBERS + 1][SIGNING_SHARE], second[SIGNING_SHARE];
                        envelope_make(commission, m, k, 100, &envelope);
                        for (unsigned n = 0; n < k; n++)
                                share_take(&envelope,
                                           draw(2) == 0 ? &commission->members[m - 1 - n] : &commission->substitutes[m - 1 - n],
                                           shares[n]);
                        assert_true(opens(&envelope, (share_list)shares, k));
                        share_take(&envelope, &commission->substitutes[m - 1], second);
                        assert_memory_equal(second, shares[0], SIGNING_SHARE);
                        memcpy(shares[k - 1], second, SIGNING_SHARE);
                        assert_int_equal(opens(&envelope, (share_list)shares, k), k == 1);
                        envelope_free(&envelope);
                }
}

/* ---- changed bits ---- */

static void no_changed_bit_of_the_ciphertext_opens(void **state)
{
        const struct commission *commission = *state;
        struct envelope envelope;
        uint8_t share[1][SIGNING_SHARE];
        envelope_make(commission, 1, 1, 600, &envelope);
        share_take(&envelope, &commission->members[0], share[0]);
        for (size_t bit = 0; bit < 8 * envelope.ciphertext.size; bit++) {
                envelope.ciphertext.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
                assert_false(opens(&envelope, (share_list)share, 1));
                envelope.ciphertext.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        envelope_free(&envelope);
        envelope_make(commission, 1, 1, 3 * SIGNING_CHUNK, &envelope);
        share_take(&envelope, &commission->members[0], share[0]);
        for (unsigned turn = 0; turn < 200; turn++) {
                size_t bit = draw(8 * envelope.ciphertext.size);
                envelope.ciphertext.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
                if (opens(&envelope, (share_list)share, 1))
                        fail_msg("bit %zu of the ciphertext does not count", bit);
                envelope.ciphertext.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        assert_true(opens(&envelope, (share_list)share, 1));
        envelope_free(&envelope);
}

static void no_changed_bit_of_any_share_is_taken(void **state)
{
        const struct commission *commission = *state;
        struct envelope envelope;
        envelope_make(commission, MEMBERS, 5, 10, &envelope);
        for (unsigned n = 0; n < MEMBERS; n++) {
                uint8_t share[SIGNING_SHARE];
                share_take(&envelope, &commission->members[n], share);
                for (unsigned bit = 0; bit < 8 * SIGNING_SHARE; bit++) {
                        share[bit / 8] ^= (uint8_t)(1u << bit % 8);
                        assert_false(signing_share_check(envelope.read, share, NULL));
                        share[bit / 8] ^= (uint8_t)(1u << bit % 8);
                }
        }
        envelope_free(&envelope);
}

/* A signed manifest: whatever bit changes, it is not read any more, or its signature no longer passes as the depositor's. The chain
 * is not judged here, so an untouched one is INDETERMINATE at best: what is asked is that the digests and the value fit. */
static bool manifest_stands(struct signing_bytes signed_manifest)
{
        signing_manifest *read = NULL;
        signing_report *report = NULL;
        const struct signing_request request = {.document = source_memory(&signed_manifest), .at = 1700000000};
        bool stands = signing_manifest_read(signed_manifest, &read, NULL) && signing_verify(&request, &report, NULL) &&
                      signing_report_indication(report) != SIGNING_FAILED && signing_report_covers_all(report, 0);
        signing_report_free(report);
        signing_manifest_free(read);
        return stands;
}

/* All that stands before the signature's own element. */
static void no_changed_bit_of_a_signed_manifest_keeps_its_signature(void **state)
{
        const struct commission *commission = *state;
        struct envelope envelope;
        struct sink_memory out = memory_sink();
        const struct signing_sink sink = sink_memory(&out);
        envelope_make(commission, 2, 2, 10, &envelope);
        signing_memory_key *key = holder_key(&commission->members[1]);
        assert_true(signing_sign_enveloped(sink_bytes(&envelope.manifest), signing_memory_key_use(key), 1700000000, &sink, NULL));
        assert_true(manifest_stands(sink_bytes(&out)));
        const char *signature = memmem(out.data, out.size, "<ds:Signature", 13);
        assert_non_null(signature);
        size_t content = (size_t)((const uint8_t *)signature - out.data), start = 0;
        start = (size_t)((const uint8_t *)memmem(out.data, out.size, "<Consultation>", 14) - out.data);
        for (unsigned turn = 0; turn < 400; turn++) {
                size_t bit = 8 * start + draw(8 * (content - start));
                out.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
                if (manifest_stands(sink_bytes(&out)))
                        fail_msg("bit %zu of the manifest does not count: %.40s", bit, (const char *)out.data + bit / 8);
                out.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        signing_memory_key_free(key);
        free(out.data);
        envelope_free(&envelope);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_size_from_nothing_to_three_chunks_comes_back_in_place),
                cmocka_unit_test(an_envelope_of_any_size_around_the_borders_opens),
                cmocka_unit_test(exactly_the_sets_of_a_quorum_give_the_key_back),
                cmocka_unit_test(a_seat_counts_once_whoever_sits_on_it),
                cmocka_unit_test(no_changed_bit_of_the_ciphertext_opens),
                cmocka_unit_test(no_changed_bit_of_any_share_is_taken),
                cmocka_unit_test(no_changed_bit_of_a_signed_manifest_keeps_its_signature),
        };
        return cmocka_run_group_tests(tests, commission_make, commission_drop);
}
