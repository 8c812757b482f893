/*
 * containers.c - archives that two readers could read as two (A21), and files that nobody signed.
 */
#include "tests/conformance/own/chapters.h"

#include "signing/pack.h"

static struct sink_memory packed(const struct ground *ground)
{
        static const struct signing_bytes contents[] = {{(const uint8_t *)"12 500 euros", 12}, {(const uint8_t *)"plan", 4}};
        const struct signing_file files[] = {{"offre.txt", "text/plain", source_memory(&contents[0])},
                                             {"AAAAA.txt", "text/plain", source_memory(&contents[1])}};
        struct sink_memory out = memory_sink();
        const struct signing_sink sink = sink_memory(&out);
        signing_memory_key *key = holder_key(&ground->holder);
        assert_true(signing_sign_container(files, 2, signing_memory_key_use(key), time(NULL) - 60, &sink, NULL));
        signing_memory_key_free(key);
        return out;
}

static void replace(struct sink_memory *archive, const char *from, const char *to, size_t size)
{
        for (size_t at = 0; at + size <= archive->size; at++)
                if (memcmp(archive->data + at, from, size) == 0)
                        memcpy(archive->data + at, to, size);
}

static void judge(const struct ground *ground, const char *name, const char *verdict, const char *reason,
                  const struct sink_memory *archive)
{
        const struct sample sample = {.name = name,
                                      .verdict = verdict,
                                      .reason = reason,
                                      .document = sink_bytes(archive),
                                      .trust = ground->trust,
                                      .extension = "asice"};
        sample_judge(ground->samples, &sample);
}

static const struct {
        const char *name, *verdict, *reason, *from, *to;
} swaps[] = {
        {"A21_right", "TOTAL-PASSED", "-", "12 500", "12 500"},
        {"A21_parent_folder", "REFUSED", "CONTAINER_NAME", "AAAAA.txt", "../AA.txt"},
        {"A21_absolute", "REFUSED", "CONTAINER_NAME", "AAAAA.txt", "/AAAA.txt"},
        {"A21_backslash", "REFUSED", "CONTAINER_NAME", "AAAAA.txt", "AA\\AA.txt"},
        {"A21_drive", "REFUSED", "CONTAINER_NAME", "AAAAA.txt", "C:AAA.txt"},
        {"A21_nul", "REFUSED", "CONTAINER_NAME", "AAAAA.txt", "AAA\0A.txt"},
        {"A21_same_name", "REFUSED", "CONTAINER_DUPLICATE", "AAAAA.txt", "offre.txt"},
        {"A21_same_name_in_capitals", "REFUSED", "CONTAINER_DUPLICATE", "AAAAA.txt", "OFFRE.txt"},
};

/* ---- a time-stamp and no signature ---- */

#define ASIC_MANIFEST                                                                                                                          \
        "<a:ASiCManifest xmlns:a=\"http://uri.etsi.org/02918/v1.2.1#\" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><a:SigReference "       \
        "URI=\"META-INF/t.tst\" MimeType=\"application/vnd.etsi.timestamp-token\"/><a:DataObjectReference URI=\"offre.txt\"><ds:DigestMethod " \
        "Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>%s</ds:DigestValue></a:DataObjectReference></a:ASiCManifest>"

struct alone {
        const struct ground *ground;
        const struct pki_holder *stamper;
        const signing_trust *trust;
};

static void alone_judge(const struct alone *alone, const char *name, const char *verdict, const char *reason, const char *content,
                        const char *stamped, bool manifest)
{
        uint8_t digest[32], der[8192];
        char *text = NULL;
        EVP_Digest(content, strlen(content), digest, NULL, EVP_sha256(), NULL);
        char *value = part_base64(digest, sizeof digest);
        assert_true(asprintf(&text, ASIC_MANIFEST, value) > 0);
        const char *covered = manifest ? text : stamped;
        EVP_Digest(covered, strlen(covered), digest, NULL, EVP_sha256(), NULL);
        char *token = past_token(alone->stamper, -1, digest);
        size_t size =
                (size_t)EVP_DecodeBlock(der, (const unsigned char *)token, (int)strlen(token)) - strlen(strchrnul(token, '='));
        static const char simple[] = "application/vnd.etsi.asic-s+zip", extended[] = "application/vnd.etsi.asic-e+zip";
        const struct signing_bytes bytes[] = {
                {(const uint8_t *)(manifest ? extended : simple), sizeof simple - 1},
                {(const uint8_t *)(manifest ? stamped : content), strlen(manifest ? stamped : content)},
                {der, size},
                {(const uint8_t *)text, strlen(text)}};
        const char *const names[] = {"mimetype", "offre.txt", manifest ? "META-INF/t.tst" : "META-INF/timestamp.tst",
                                     "META-INF/ASiCManifest.xml"};
        struct sink_memory out = memory_sink();
        const struct signing_sink sink = sink_memory(&out);
        struct pack *pack = pack_new(&sink);
        for (size_t n = 0; n < (manifest ? 4 : 3); n++) {
                const struct signing_file file = {names[n], NULL, source_memory(&bytes[n])};
                assert_true(pack_add(pack, &file, PACK_STORED, NULL, NULL));
        }
        assert_true(pack_finish(pack, NULL));
        pack_free(pack);
        const struct sample sample = {.name = name,
                                      .verdict = verdict,
                                      .reason = reason,
                                      .document = sink_bytes(&out),
                                      .trust = alone->trust,
                                      .extension = manifest ? "asice" : "asics"};
        sample_judge(alone->ground->samples, &sample);
        free(value);
        free(text);
        free(token);
}

static void stamps_alone_judge(const struct ground *ground)
{
        struct pki_holder root = pki_authority(NULL, "Racine des horodatages"), stamper = past_stamper(&root, -100, 100);
        signing_trust *trust = trust_in(&ground->holder);
        past_trust(trust, &root, signing_trust_stamper);
        const struct alone alone = {ground, &stamper, trust}, unknown = {ground, &stamper, ground->trust};
        static const char only[] = "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND", wrong[] = "TOTAL-FAILED/HASH_FAILURE";
        alone_judge(&alone, "stamp_alone", only, "STAMP_ALONE", "12 500 euros", "12 500 euros", false);
        alone_judge(&unknown, "stamp_alone_of_nobody_known", only, "STAMP_UNTRUSTED", "12 500 euros", "12 500 euros", false);
        alone_judge(&alone, "stamp_alone_over_another_file", wrong, "STAMP_ALONE_WRONG", "12 500 euros", "11 500 euros", false);
        alone_judge(&alone, "stamp_over_a_manifest", only, "STAMP_ALONE", "12 500 euros", "12 500 euros", true);
        alone_judge(&alone, "stamp_over_a_manifest_of_another_file", wrong, "STAMP_ALONE_WRONG", "12 500 euros", "11 500 euros",
                    true);
        signing_trust_free(trust);
        pki_free(&root);
        pki_free(&stamper);
}

void chapter_containers(const struct ground *ground)
{
        for (size_t n = 0; n < sizeof swaps / sizeof swaps[0]; n++) {
                struct sink_memory archive = packed(ground);
                replace(&archive, swaps[n].from, swaps[n].to, strlen(swaps[n].from));
                judge(ground, swaps[n].name, swaps[n].verdict, swaps[n].reason, &archive);
        }
        struct sink_memory archive = packed(ground);
        memcpy(memmem(archive.data, archive.size, "offre.txt", 9), "autre.txt", 9);
        judge(ground, "A21_local_name_differs", "REFUSED", "CONTAINER_MALFORMED", &archive);
        archive = packed(ground);
        const struct signing_sink sink = sink_memory(&archive);
        assert_true(sink.write(sink.context, (const uint8_t *)"PK\3\4", 4));
        judge(ground, "A21_bytes_behind", "REFUSED", "CONTAINER_MALFORMED", &archive);
        archive = packed(ground);
        archive.data[8] = 8;
        judge(ground, "A21_local_method_differs", "REFUSED", "CONTAINER_MALFORMED", &archive);
        stamps_alone_judge(ground);
}
