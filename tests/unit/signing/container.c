/* Containers: what is written is read again; what could be read in two ways is refused. */
#include "tests/unit/signing/material.h"

#include "signing/container.h"
#include "signing/pack.h"

struct made {
        const char *name;
        const char *text;
};

static struct sink_memory archive_make(const struct made *files, size_t count)
{
        struct sink_memory out = memory_sink();
        const struct signing_sink sink = sink_memory(&out);
        struct pack *pack = pack_new(&sink);
        struct signing_refusal why = {0};
        for (size_t i = 0; i < count; i++) {
                const struct signing_bytes bytes = {(const uint8_t *)files[i].text, strlen(files[i].text)};
                const struct signing_file file = {files[i].name, "text/plain", source_memory(&bytes)};
                if (!pack_add(pack, &file, PACK_SMALLEST, NULL, &why))
                        fail_msg("%s", why.sentence);
        }
        assert_true(pack_finish(pack, &why));
        pack_free(pack);
        return out;
}

/* The archive with each `from` in its names replaced by `to` of the same length, in both directories. */
static void names_replace(struct sink_memory *archive, const char *from, const char *to, size_t size)
{
        for (size_t at = 0; at + size <= archive->size; at++)
                if (memcmp(archive->data + at, from, size) == 0)
                        memcpy(archive->data + at, to, size);
}

static void assert_refused(const struct sink_memory *archive, const char *code)
{
        signing_container *container = NULL;
        struct signing_refusal why = {0};
        const struct signing_bytes bytes = sink_bytes(archive);
        if (signing_container_open(source_memory(&bytes), &container, &why)) {
                signing_container_free(container);
                fail_msg("not refused; expected %s", code);
        }
        assert_string_equal(why.code, code);
        assert_true(why.sentence[0] != '\0');
}

static signing_container *container_of(const struct signing_bytes *bytes)
{
        signing_container *container = NULL;
        struct signing_refusal why = {0};
        if (!signing_container_open(source_memory(bytes), &container, &why))
                fail_msg("%s: %s", why.code, why.sentence);
        return container;
}

static void what_is_packed_is_read_again(void **state)
{
        (void)state;
        uint8_t *scan = noise(700000);
        char *long_text = malloc(500001);
        for (size_t i = 0; i < 500000; i++)
                long_text[i] = (char)('a' + scan[i] % 4);
        long_text[500000] = '\0';
        const struct signing_bytes contents[] = {{scan, 700000}, {(const uint8_t *)long_text, 500000}, {NULL, 0}};
        const struct signing_file files[] = {{"plans/façade été.pdf", "application/pdf", source_memory(&contents[0])},
                                             {"prix.csv", NULL, source_memory(&contents[1])},
                                             {"vide.txt", "text/plain", source_memory(&contents[2])}};
        struct sink_memory out = memory_sink();
        const struct signing_sink sink = sink_memory(&out);
        assert_true(signing_pack_container(files, 3, &sink, NULL));
        assert_true(out.size < 1150000); /* the text is deflated, the scan is not */
        const struct signing_bytes bytes = sink_bytes(&out);
        signing_container *container = container_of(&bytes);
        assert_int_equal(container_kind(container), CONTAINER_ASIC_E);
        assert_memory_equal(out.data + 30, "mimetypeapplication/vnd.etsi.asic-e+zip", 39);
        assert_int_equal(signing_container_count(container), 3);
        assert_int_equal(container_entries(container), 5);
        assert_string_equal(signing_container_name(container, 0), "plans/façade été.pdf");
        assert_string_equal(signing_container_media_type(container, 1), "text/csv");
        for (size_t n = 0; n < 3; n++) {
                struct sink_memory got = memory_sink();
                const struct signing_sink into = sink_memory(&got);
                assert_int_equal(signing_container_size(container, n), contents[n].size);
                assert_true(signing_container_copy(container, n, &into, NULL));
                assert_int_equal(got.size, contents[n].size);
                if (got.size > 0)
                        assert_memory_equal(got.data, contents[n].data, got.size);
                free(got.data);
        }
        signing_container_free(container);
        free(out.data);
        free(scan);
        free(long_text);
}

static void names_that_lead_elsewhere_are_refused(void **state)
{
        (void)state;
        static const char *const names[] = {"../ab.txt",  "/root.txt", "a/../b.tx", "a//bc.txt",  "./abc.txt",
                                            "a\\bcd.txt", "C:bcd.txt", "a/./b.txt", "a\nbcd.txt", "ab\xff\xfe\xfd.txt"};
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
                const struct made file = {"AAAAAAAAA", "x"};
                struct sink_memory archive = archive_make(&file, 1);
                size_t size = strlen(names[i]) < 9 ? strlen(names[i]) : 9;
                assert_int_equal(size, 9);
                names_replace(&archive, "AAAAAAAAA", names[i], 9);
                assert_refused(&archive, "CONTAINER_NAME");
                free(archive.data);
                assert_false(container_name_check(names[i], NULL));
        }
}

static void a_nul_in_a_name_is_refused(void **state)
{
        (void)state;
        const struct made file = {"offre.pdfAexe", "x"};
        struct sink_memory archive = archive_make(&file, 1);
        names_replace(&archive, "offre.pdfAexe", "offre.pdf\0exe", 13);
        assert_refused(&archive, "CONTAINER_NAME");
        free(archive.data);
}

static void two_entries_of_one_name_are_refused_capitals_or_not(void **state)
{
        (void)state;
        const struct made files[] = {{"offre.txt", "un"}, {"AAAAA.txt", "deux"}};
        static const char *const names[] = {"offre.txt", "OFFRE.txt", "oFfRe.TXT"};
        for (size_t i = 0; i < 3; i++) {
                struct sink_memory archive = archive_make(files, 2);
                names_replace(&archive, "AAAAA.txt", names[i], 9);
                assert_refused(&archive, "CONTAINER_DUPLICATE");
                free(archive.data);
        }
        assert_true(container_name_same("été.pdf", "ÉTÉ.pdf"));
        assert_false(container_name_same("été.pdf", "ete.pdf"));
}

static void local_and_central_directory_must_agree(void **state)
{
        (void)state;
        const struct made file = {"offre.txt", "contenu"};
        struct sink_memory archive = archive_make(&file, 1);
        memcpy(archive.data + 30, "autre.txt", 9);
        assert_refused(&archive, "CONTAINER_MALFORMED");
        free(archive.data);
}

static void bytes_before_after_and_between_are_refused(void **state)
{
        (void)state;
        const struct made file = {"offre.txt", "contenu"};
        struct sink_memory archive = archive_make(&file, 1);
        const struct signing_sink sink = sink_memory(&archive);
        assert_true(sink.write(sink.context, (const uint8_t *)"PK", 2));
        assert_refused(&archive, "CONTAINER_MALFORMED");
        archive.size -= 3;
        assert_refused(&archive, "CONTAINER_MALFORMED");
        archive.size++;
        memmove(archive.data + 4, archive.data, archive.size - 4);
        memcpy(archive.data, "MZ\0\0", 4);
        assert_refused(&archive, "CONTAINER_MALFORMED");
        free(archive.data);
}

static void every_cut_archive_is_refused_or_at_least_harmless(void **state)
{
        (void)state;
        const struct made files[] = {{"un.txt", "contenu"}, {"deux.txt", "autre contenu"}};
        struct sink_memory archive = archive_make(files, 2);
        for (size_t size = archive.size; size-- > 0;) {
                signing_container *container = NULL;
                uint8_t *exact = malloc(size + 1);
                memcpy(exact, archive.data, size);
                const struct signing_bytes bytes = {exact, size};
                assert_false(signing_container_open(source_memory(&bytes), &container, NULL));
                free(exact);
        }
        free(archive.data);
}

static void changed_content_fails_its_checksum(void **state)
{
        (void)state;
        const struct made file = {"offre.txt", "12 500 euros"};
        struct sink_memory archive = archive_make(&file, 1);
        names_replace(&archive, "12 500", "11 500", 6);
        const struct signing_bytes bytes = sink_bytes(&archive);
        signing_container *container = container_of(&bytes);
        struct sink_memory got = memory_sink();
        const struct signing_sink sink = sink_memory(&got);
        struct signing_refusal why = {0};
        assert_false(signing_container_copy(container, 0, &sink, &why));
        assert_string_equal(why.code, "CONTAINER_MALFORMED");
        signing_container_free(container);
        free(got.data);
        free(archive.data);
}

/* Large stored entries take another way to their bytes (container.c). */
static void large_content_is_read_whole_and_fails_its_checksum_too(void **state)
{
        (void)state;
        enum { SIZE = 3 * 1024 * 1024 + 17 };
        uint8_t *content = malloc(SIZE);
        for (size_t at = 0; at < SIZE; at++)
                content[at] = (uint8_t)(at * 2654435761u >> 13);
        const struct signing_bytes whole = {content, SIZE};
        const struct signing_file file = {"plans.zip", "application/zip", source_memory(&whole)};
        struct sink_memory archive = {.limit = SIZE + 4096};
        const struct signing_sink sink = sink_memory(&archive);
        struct pack *pack = pack_new(&sink);
        assert_true(pack_add(pack, &file, PACK_STORED, NULL, NULL) && pack_finish(pack, NULL));
        pack_free(pack);
        for (int spoil = 0; spoil < 3; spoil++) { /* as it is, then a byte within, then the last one */
                size_t start = (size_t)((uint8_t *)memmem(archive.data, archive.size, content, 64) - archive.data);
                size_t at = start + (spoil == 1 ? SIZE / 2 : SIZE - 1);
                archive.data[at] ^= spoil > 0;
                const struct signing_bytes bytes = sink_bytes(&archive);
                signing_container *container = container_of(&bytes);
                struct sink_memory got = {.limit = SIZE};
                const struct signing_sink out = sink_memory(&got);
                struct signing_refusal why = {0};
                assert_int_equal(signing_container_copy(container, 0, &out, &why), spoil == 0);
                assert_string_equal(why.code, spoil == 0 ? "" : "CONTAINER_MALFORMED");
                if (spoil == 0)
                        assert_memory_equal(got.data, content, SIZE);
                signing_container_free(container);
                free(got.data);
                archive.data[at] ^= spoil > 0;
        }
        free(archive.data);
        free(content);
}

static void encrypted_entries_and_foreign_methods_are_refused(void **state)
{
        (void)state;
        const struct made file = {"offre.txt", "12 500 euros"};
        struct sink_memory archive = archive_make(&file, 1);
        size_t central = 30 + 9 + 12;
        archive.data[6] |= 1;
        archive.data[central + 8] |= 1;
        assert_refused(&archive, "CONTAINER_ENCRYPTED");
        archive.data[6] &= 0xfe;
        archive.data[central + 8] &= 0xfe;
        archive.data[8] = 12;
        archive.data[central + 10] = 12;
        assert_refused(&archive, "CONTAINER_METHOD");
        free(archive.data);
}

static void a_bomb_is_refused_and_never_written(void **state)
{
        (void)state;
        uint8_t *zeros = calloc(1, 4 * 1024 * 1024);
        const struct signing_bytes bytes = {zeros, 4 * 1024 * 1024};
        const struct signing_file file = {"zeros.txt", "text/plain", source_memory(&bytes)};
        struct sink_memory out = memory_sink();
        const struct signing_sink sink = sink_memory(&out);
        assert_true(signing_pack_container(&file, 1, &sink, NULL));
        assert_true(out.size > 4 * 1024 * 1024); /* it deflates a thousandfold, and is stored all the same */
        free(out.data);
        free(zeros);
        const struct made small = {"offre.txt", "12 500 euros"};
        struct sink_memory archive = archive_make(&small, 1);
        size_t central = 30 + 9 + 12;
        for (size_t at = 22; at <= central + 24; at += central + 24 - 22)
                memcpy(archive.data + at, "\0\0\0\x7f", 4);
        assert_refused(&archive, "CONTAINER_RATIO");
        free(archive.data);
}

static void more_than_a_thousand_entries_are_refused(void **state)
{
        (void)state;
        const struct made file = {"offre.txt", "12 500 euros"};
        struct sink_memory archive = archive_make(&file, 1);
        memcpy(archive.data + archive.size - 14, "\xe9\x03\xe9\x03", 4);
        assert_refused(&archive, "CONTAINER_ENTRIES");
        free(archive.data);
}

static void the_container_keeps_its_own_names(void **state)
{
        (void)state;
        static const char *const names[] = {"mimetype", "META-INF/signatures0.xml", "meta-inf/x", "dossier/", "../x"};
        const struct signing_bytes bytes = {(const uint8_t *)"x", 1};
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
                const struct signing_file file = {names[i], NULL, source_memory(&bytes)};
                struct sink_memory out = memory_sink();
                const struct signing_sink sink = sink_memory(&out);
                struct signing_refusal why = {0};
                assert_false(signing_pack_container(&file, 1, &sink, &why));
                assert_string_equal(why.code, "CONTAINER_NAME");
                free(out.data);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_packed_is_read_again),
                cmocka_unit_test(names_that_lead_elsewhere_are_refused),
                cmocka_unit_test(a_nul_in_a_name_is_refused),
                cmocka_unit_test(two_entries_of_one_name_are_refused_capitals_or_not),
                cmocka_unit_test(local_and_central_directory_must_agree),
                cmocka_unit_test(bytes_before_after_and_between_are_refused),
                cmocka_unit_test(every_cut_archive_is_refused_or_at_least_harmless),
                cmocka_unit_test(changed_content_fails_its_checksum),
                cmocka_unit_test(large_content_is_read_whole_and_fails_its_checksum_too),
                cmocka_unit_test(encrypted_entries_and_foreign_methods_are_refused),
                cmocka_unit_test(a_bomb_is_refused_and_never_written),
                cmocka_unit_test(more_than_a_thousand_entries_are_refused),
                cmocka_unit_test(the_container_keeps_its_own_names),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
