/* Signed notes and checkpoints against the published examples of their authors, and against bent ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/formats/note.h"

/* The example of the Go package golang.org/x/mod/sumdb/note. */
static const char go_key[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char go_note[] =
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
        "\n"
        "\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

/* The key of RFC 8032 7.1 TEST 1. */
static const char pem[] = "-----BEGIN PRIVATE KEY-----\n"
                          "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                          "-----END PRIVATE KEY-----\n";

static struct signing_bytes bytes(const char *text)
{
        return (struct signing_bytes){(const uint8_t *)text, strlen(text)};
}

static struct note_signer *signer_make(const char *name)
{
        struct note_signer *signer = NULL;
        struct signing_refusal why;
        assert_true(note_signer_new(bytes(pem), name, &signer, &why));
        return signer;
}

static void the_published_example_checks(void **state)
{
        (void)state;
        struct note_key key;
        struct signing_refusal why;
        char shown[NOTE_KEY_TEXT_MAX];
        size_t size = 0;
        assert_true(note_key_parse(go_key, &key, &why));
        note_key_show(&key, shown);
        assert_string_equal(shown, go_key);
        assert_true(note_check(bytes(go_note), &key, &size, &why));
        assert_memory_equal(go_note + size, "\n\xe2\x80\x94", 4);
}

static void every_flipped_bit_of_a_note_is_refused(void **state)
{
        (void)state;
        struct note_key key;
        struct signing_refusal why;
        size_t size = 0;
        assert_true(note_key_parse(go_key, &key, &why));
        for (size_t bit = 0; bit < 8 * (sizeof go_note - 1); bit++) {
                char bent[sizeof go_note];
                memcpy(bent, go_note, sizeof bent);
                bent[bit / 8] = (char)(bent[bit / 8] ^ 1 << bit % 8);
                assert_false(note_check((struct signing_bytes){(uint8_t *)bent, sizeof bent - 1}, &key, &size, &why));
        }
}

static void a_checkpoint_comes_back(void **state)
{
        (void)state;
        struct note_signer *signer = signer_make("pli.example/journal");
        struct checkpoint written = {.origin = "pli.example/journal", .size = 20852163, .root = {{1, 2, 3}}}, read;
        struct signing_refusal why;
        char note[NOTE_MAX];
        assert_true(checkpoint_sign(&written, signer, note, &why));
        assert_true(checkpoint_check(bytes(note), note_signer_key(signer), &read, &why));
        assert_string_equal(read.origin, written.origin);
        assert_int_equal(read.size, written.size);
        assert_memory_equal(&read.root, &written.root, sizeof read.root);
        note_signer_free(signer);
}

static void other_signatures_are_passed_over_and_ours_must_be_there(void **state)
{
        (void)state;
        struct note_signer *signer = signer_make("pli.example/journal");
        const struct note_key *key = note_signer_key(signer);
        struct signing_refusal why;
        char note[NOTE_MAX], both[2 * NOTE_MAX];
        size_t size = 0;
        assert_true(note_sign(signer, "one\n\ntwo\n", note, &why));
        const char *theirs = strstr(go_note, "\n\n") + 2;
        snprintf(both, sizeof both, "%s%s", note, theirs);
        assert_true(note_check(bytes(both), key, &size, &why));
        assert_int_equal(size, strlen("one\n\ntwo\n"));
        snprintf(both, sizeof both, "one\n\ntwo\n\n%s", theirs);
        assert_false(note_check(bytes(both), key, &size, &why));
        assert_string_equal(why.code, "NOTE_SIGNER_UNKNOWN");
        snprintf(both, sizeof both, "two\n%s%s", strstr(note, "\n\n\xe2\x80\x94") + 1, theirs);
        assert_false(note_check(bytes(both), key, &size, &why));
        assert_string_equal(why.code, "NOTE_SIGNATURE_WRONG");
        note_signer_free(signer);
}

static void the_checkpoint_of_another_journal_is_refused(void **state)
{
        (void)state;
        struct note_signer *signer = signer_make("pli.example/journal");
        struct checkpoint written = {.origin = "autre.example/journal", .size = 1}, read;
        struct signing_refusal why;
        char note[NOTE_MAX];
        assert_true(checkpoint_sign(&written, signer, note, &why));
        assert_true(checkpoint_parse(bytes(note), &read, &why));
        assert_false(checkpoint_check(bytes(note), note_signer_key(signer), &read, &why));
        assert_string_equal(why.code, "CHECKPOINT_ORIGIN");
        note_signer_free(signer);
}

#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
#define SIGNATURE "\xe2\x80\x94 a AAAAAAEB\n"

static void malformed_checkpoints_are_refused(void **state)
{
        (void)state;
        static const char *const good[] = {"a\n0\n" ROOT "\n\n" SIGNATURE, "a b\n12\n" ROOT "\nmore\n\n" SIGNATURE};
        static const char *const bad[] = {
                "",
                "\n",
                "\n\n",
                "a\n1\n" ROOT "\n\n",
                "a\n1\n" ROOT "\n" SIGNATURE,
                "\n1\n" ROOT "\n\n" SIGNATURE,
                "a\n01\n" ROOT "\n\n" SIGNATURE,
                "a\n-1\n" ROOT "\n\n" SIGNATURE,
                "a\n\n" ROOT "\n\n" SIGNATURE,
                "a\n99999999999999999999\n" ROOT "\n\n" SIGNATURE,
                "a\n9999999999999999999\n" ROOT "\n\n" SIGNATURE,
                "a\n1\nAAAA\n\n" SIGNATURE,
                "a\n1\n\n" SIGNATURE,
                "a\n1\n" ROOT " \n\n" SIGNATURE,
                "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n\n" SIGNATURE,
                "a\n1\n" ROOT "\n\nx\n\n" SIGNATURE,
                "a\r\n1\n" ROOT "\n\n" SIGNATURE,
                "a\n1\n" ROOT "\n\n\xe2\x80\x94 a AAAAAAEB",
                "a\n1\n" ROOT "\n\n\xe2\x80\x94 a AAAAAA==\n",
                "a\n1\n" ROOT "\n\n\xe2\x80\x94 a+b AAAAAAEB\n",
                "a\n1\n" ROOT "\n\n\xe2\x80\x94  AAAAAAEB\n",
                "a\n1\n" ROOT "\n\n- a AAAAAAEB\n",
                "a\n1\n" ROOT "\n\n\xe2\x80\x94 a\xe3\x80\x80z AAAAAAEB\n",
                "\xc3\n1\n" ROOT "\n\n" SIGNATURE,
                "\xed\xa0\x80\n1\n" ROOT "\n\n" SIGNATURE,
                "\xc0\xaf\n1\n" ROOT "\n\n" SIGNATURE,
                "a\n1\n" ROOT "\n\n" SIGNATURE "x",
        };
        struct checkpoint read;
        struct signing_refusal why;
        for (size_t i = 0; i < sizeof good / sizeof *good; i++)
                assert_true(checkpoint_parse(bytes(good[i]), &read, &why));
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                if (checkpoint_parse(bytes(bad[i]), &read, &why))
                        fail_msg("accepted: %s", bad[i]);
        }
}

static void note_lengthen(char *note, size_t room)
{
        size_t size = strlen(note);
        snprintf(note + size, room - size, "%s", SIGNATURE);
}

static void sixteen_signatures_are_read_and_no_more(void **state)
{
        (void)state;
        char note[4096] = "a\n1\n" ROOT "\n\n";
        struct checkpoint read;
        struct signing_refusal why;
        for (size_t i = 0; i < NOTE_SIGNATURES_MAX; i++)
                note_lengthen(note, sizeof note);
        assert_true(checkpoint_parse(bytes(note), &read, &why));
        note_lengthen(note, sizeof note);
        assert_false(checkpoint_parse(bytes(note), &read, &why));
}

static void malformed_keys_are_refused(void **state)
{
        (void)state;
        static const char *const bad[] = {
                "",
                "PeterNeumann",
                "PeterNeumann+c74f20a3",
                "PeterNeumann+c74f20a3+",
                "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                "PeterNeumanN+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T=",
                "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n",
        };
        struct note_key key;
        struct signing_refusal why;
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                assert_false(note_key_parse(bad[i], &key, &why));
}

static void only_an_ed25519_key_without_passphrase_signs(void **state)
{
        (void)state;
        struct note_signer *signer = NULL;
        struct signing_refusal why;
        assert_false(note_signer_new(bytes("no key"), "a", &signer, &why));
        assert_false(note_signer_new(bytes(pem), "a b", &signer, &why));
        assert_false(note_signer_new(bytes(pem), "", &signer, &why));
        assert_null(signer);
}

static void a_second_key_signs_the_same_text_and_either_proves_it(void **state)
{
        (void)state;
        static const char other_pem[] =
                "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n-----END PRIVATE KEY-----\n";
        struct note_signer *signer = NULL, *other = NULL;
        struct signing_refusal why;
        struct checkpoint read, written = {.origin = "pli.example/journal", .size = 3};
        char note[NOTE_MAX];
        assert_true(note_signer_new(bytes(pem), written.origin, &signer, &why));
        assert_true(note_signer_new((struct signing_bytes){(const uint8_t *)other_pem, strlen(other_pem)}, written.origin, &other,
                                    &why));
        assert_true(checkpoint_sign(&written, signer, note, &why));
        const size_t alone = strlen(note);
        assert_true(note_sign_also(other, note, &why));
        const struct signing_bytes whole = {(const uint8_t *)note, strlen(note)}, first = {(const uint8_t *)note, alone};
        assert_true(checkpoint_check(whole, note_signer_key(signer), &read, &why));
        assert_true(checkpoint_check(whole, note_signer_key(other), &read, &why));
        assert_false(checkpoint_check(first, note_signer_key(other), &read, &why));
        note_signer_free(other);
        note_signer_free(signer);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_published_example_checks),
                cmocka_unit_test(every_flipped_bit_of_a_note_is_refused),
                cmocka_unit_test(a_checkpoint_comes_back),
                cmocka_unit_test(other_signatures_are_passed_over_and_ours_must_be_there),
                cmocka_unit_test(the_checkpoint_of_another_journal_is_refused),
                cmocka_unit_test(malformed_checkpoints_are_refused),
                cmocka_unit_test(sixteen_signatures_are_read_and_no_more),
                cmocka_unit_test(malformed_keys_are_refused),
                cmocka_unit_test(only_an_ed25519_key_without_passphrase_signs),
                cmocka_unit_test(a_second_key_signs_the_same_text_and_either_proves_it),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
