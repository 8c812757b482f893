/* The manifest: read strictly, and understood by others' XML Encryption. */
#include "tests/unit/signing/material.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "signing/manifest.h"
#include "signing/stream.h"

struct sealed {
        struct holder rsa, ec;
        struct sink_memory plaintext, ciphertext, manifest;
};

static int sealed_make(void **state)
{
        struct sealed *made = calloc(1, sizeof *made);
        assert_non_null(made);
        made->rsa = holder_rsa("Présidente");
        made->ec = holder_ec("Secrétaire", "prime256v1");
        made->plaintext = made->ciphertext = made->manifest = memory_sink();
        const struct signing_bytes text = {(const uint8_t *)"12 500 euros", 12};
        const struct signing_file file = {"prix & délais.txt", "text/plain", source_memory(&text)};
        const struct signing_sink plaintext = sink_memory(&made->plaintext), ciphertext = sink_memory(&made->ciphertext),
                                  manifest = sink_memory(&made->manifest);
        assert_true(signing_pack_container(&file, 1, &plaintext, NULL));
        const struct signing_bytes members[] = {made->rsa.certificate, made->ec.certificate}, packed = sink_bytes(&made->plaintext);
        const struct signing_seal_request request = {.consultation = "c-1",
                                                     .lot = "",
                                                     .kind = "candidature",
                                                     .members = members,
                                                     .member_count = 2,
                                                     .threshold = 1,
                                                     .plaintext = source_memory(&packed)};
        assert_true(signing_seal(&request, &ciphertext, &manifest, NULL));
        *state = made;
        return 0;
}

static int sealed_drop(void **state)
{
        struct sealed *made = *state;
        holder_free(&made->rsa);
        holder_free(&made->ec);
        free(made->plaintext.data);
        free(made->ciphertext.data);
        free(made->manifest.data);
        free(made);
        return 0;
}

/* The manifest with one piece of text replaced. */
static char *changed(const struct sealed *sealed, const char *from, const char *to)
{
        char *text = strndup((const char *)sealed->manifest.data, sealed->manifest.size);
        char *at = strstr(text, from);
        if (at == NULL)
                fail_msg("the manifest does not hold %s", from);
        char *out = malloc(strlen(text) + strlen(to) + 1);
        sprintf(out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
        free(text);
        return out;
}

static void what_was_written_is_read_again(void **state)
{
        const struct sealed *sealed = *state;
        signing_manifest *read = NULL;
        assert_true(signing_manifest_read(sink_bytes(&sealed->manifest), &read, NULL));
        struct sink_memory again = memory_sink();
        const struct signing_sink sink = sink_memory(&again);
        assert_true(manifest_write(read, &sink, NULL));
        assert_int_equal(again.size, sealed->manifest.size);
        assert_memory_equal(again.data, sealed->manifest.data, again.size);
        free(again.data);
        signing_manifest_free(read);
}

static void anything_out_of_the_schema_is_refused(void **state)
{
        static const struct {
                const char *from, *to, *code;
        } cases[] = {
                {"urn:pli:sealed-envelope:1", "urn:pli:sealed-envelope:2", "MANIFEST_MALFORMED"},
                {"<Kind>candidature</Kind>", "", "MANIFEST_MALFORMED"},
                {"<Kind>candidature</Kind>", "<Kind></Kind>", "MANIFEST_MALFORMED"},
                {"<Kind>candidature</Kind>", "<Kind>a</Kind><Kind>b</Kind>", "MANIFEST_MALFORMED"},
                {"<Lot></Lot>", "<Lot></Lot>text", "MANIFEST_MALFORMED"},
                {"prix &amp; délais.txt", "../prix.txt", "CONTAINER_NAME"},
                {"Size=\"12\"", "Size=\"-1\"", "MANIFEST_MALFORMED"},
                {"Size=\"12\"", "Size=\"012\"", "MANIFEST_MALFORMED"},
                {"Size=\"12\"", "Size=\"99999999999999999999999\"", "MANIFEST_MALFORMED"},
                {"Chunks=\"1\"", "Chunks=\"2\"", "MANIFEST_MALFORMED"},
                {"Chunks=\"1\"", "Chunks=\"0\"", "MANIFEST_MALFORMED"},
                {"ChunkSize=\"262144\"", "ChunkSize=\"65536\"", "MANIFEST_MALFORMED"},
                {"xmlenc11#aes256-gcm", "xmlenc11#aes128-gcm", "MANIFEST_ALGORITHM"},
                {"xmlenc11#rsa-oaep", "xmlenc#rsa-1_5", "MANIFEST_ALGORITHM"},
                {"xmlenc11#mgf1sha256", "xmlenc11#mgf1sha1", "MANIFEST_ALGORITHM"},
                {"PartyUInfo=\"00\"", "PartyUInfo=\"04\"", "MANIFEST_ALGORITHM"},
                {"PartyUInfo=\"00\"", "PartyUInfo=\"00f\"", "MANIFEST_ALGORITHM"},
                {"urn:oid:1.2.840.10045.3.1.7", "urn:oid:1.3.132.0.10", "MANIFEST_ALGORITHM"},
                {"Threshold=\"1\"", "Threshold=\"3\"", "MANIFEST_MALFORMED"},
                {"Threshold=\"1\"", "Threshold=\"0\"", "MANIFEST_MALFORMED"},
                {"Member X=\"2\"", "Member X=\"1\"", "MANIFEST_MALFORMED"},
                {"<Share>", "<Share>AAAA", "MANIFEST_MALFORMED"},
                {"</SealedEnvelope>", "<Extra/></SealedEnvelope>", "MANIFEST_MALFORMED"},
        };
        const struct sealed *sealed = *state;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                char *text = changed(sealed, cases[i].from, cases[i].to);
                signing_manifest *read = NULL;
                struct signing_refusal why = {0};
                if (signing_manifest_read((struct signing_bytes){(const uint8_t *)text, strlen(text)}, &read, &why))
                        fail_msg("%s instead of %s was taken", cases[i].to, cases[i].from);
                if (strcmp(why.code, cases[i].code) != 0)
                        fail_msg("%s: %s, not %s", cases[i].to, why.code, cases[i].code);
                free(text);
        }
}

/* Whatever bit changes: refused at once, or the share it touches no longer fits, or nothing that protects was touched. */
static void a_changed_bit_never_opens_another_plaintext(void **state)
{
        const struct sealed *sealed = *state;
        const struct signing_bytes ciphertext = sink_bytes(&sealed->ciphertext);
        uint8_t *copy = malloc(sealed->manifest.size);
        for (size_t at = 0; at < sealed->manifest.size; at += 7) {
                signing_manifest *read = NULL;
                signing_opened *opened = NULL;
                uint8_t share[1][SIGNING_SHARE], *plaintext = malloc(sealed->plaintext.size);
                memcpy(copy, sealed->manifest.data, sealed->manifest.size);
                copy[at] ^= (uint8_t)(1u << at % 8);
                if (signing_manifest_read((struct signing_bytes){copy, sealed->manifest.size}, &read, NULL) &&
                    signing_share_unwrap(read, sealed->ec.pem, sealed->ec.certificate, NULL, share[0], NULL) &&
                    signing_unseal(read, (const uint8_t(*)[SIGNING_SHARE])share, 1, source_memory(&ciphertext), &opened, NULL)) {
                        const struct signing_source source = signing_opened_source(opened);
                        assert_int_equal(source.size, sealed->plaintext.size);
                        assert_true(source.read(source.context, 0, plaintext, sealed->plaintext.size));
                        assert_memory_equal(plaintext, sealed->plaintext.data, sealed->plaintext.size);
                }
                signing_opened_free(opened);
                signing_manifest_free(read);
                free(plaintext);
        }
        free(copy);
}

static void file_write(const char *path, const void *data, size_t size)
{
        FILE *file = fopen(path, "wbe");
        assert_non_null(file);
        assert_int_equal(fwrite(data, 1, size, file), size);
        fclose(file);
}

/* A chunk in xenc:EncryptedData, and the content key (a quorum of 1 holds it), given to an implementation that is not ours. */
static void the_xmlsec1_command_decrypts_a_chunk(void **state)
{
        const struct sealed *sealed = *state;
        if (system("command -v xmlsec1 >/dev/null 2>&1") != 0) {
                print_message("skipped: no xmlsec1 command\n");
                return;
        }
        signing_manifest *read = NULL;
        uint8_t share[SIGNING_SHARE];
        assert_true(signing_manifest_read(sink_bytes(&sealed->manifest), &read, NULL));
        assert_true(signing_share_unwrap(read, sealed->rsa.pem, sealed->rsa.certificate, NULL, share, NULL));
        signing_manifest_free(read);
        char folder[] = "/tmp/pli-manifest-XXXXXX", key[64], document[64], out[64], command[512];
        assert_non_null(mkdtemp(folder));
        snprintf(key, sizeof key, "%s/key", folder);
        snprintf(document, sizeof document, "%s/chunk.xml", folder);
        snprintf(out, sizeof out, "%s/out", folder);
        file_write(key, share + 1, STREAM_KEY);
        size_t base64_size = sealed->ciphertext.size * 4 / 3 + 8;
        char *xml = malloc(base64_size + 1024), *base64 = malloc(base64_size);
        EVP_EncodeBlock((unsigned char *)base64, sealed->ciphertext.data, (int)sealed->ciphertext.size);
        int size = sprintf(
                xml,
                "<EncryptedData xmlns=\"http://www.w3.org/2001/04/xmlenc#\"><EncryptionMethod "
                "Algorithm=\"http://www.w3.org/2009/xmlenc11#aes256-gcm\"/><CipherData><CipherValue>%s</CipherValue></CipherData>"
                "</EncryptedData>",
                base64);
        file_write(document, xml, (size_t)size);
        snprintf(command, sizeof command, "xmlsec1 --decrypt --aeskey %s --output %s %s >/dev/null 2>&1", key, out, document);
        assert_int_equal(system(command), 0);
        FILE *file = fopen(out, "rbe");
        uint8_t *got = malloc(sealed->plaintext.size + 1);
        assert_non_null(file);
        assert_int_equal(fread(got, 1, sealed->plaintext.size + 1, file), sealed->plaintext.size);
        assert_memory_equal(got, sealed->plaintext.data, sealed->plaintext.size);
        fclose(file);
        unlink(key);
        unlink(document);
        unlink(out);
        rmdir(folder);
        free(got);
        free(xml);
        free(base64);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_was_written_is_read_again),
                cmocka_unit_test(anything_out_of_the_schema_is_refused),
                cmocka_unit_test(a_changed_bit_never_opens_another_plaintext),
                cmocka_unit_test(the_xmlsec1_command_decrypts_a_chunk),
        };
        return cmocka_run_group_tests(tests, sealed_make, sealed_drop);
}
