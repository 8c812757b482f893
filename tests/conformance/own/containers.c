/*
 * containers.c - archives that two readers could read as two (A21), and files that nobody signed.
 */
#include "tests/conformance/own/chapters.h"

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
}
