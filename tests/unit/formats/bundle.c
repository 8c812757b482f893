/* A ZIP archive made while it is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <locale.h>
#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "gateway/formats/bundle.h"

struct kept {
        uint8_t data[65536];
        size_t size, most;
};

static bool keep(void *context, const uint8_t *data, size_t size)
{
        struct kept *kept = context;
        if (kept->size + size > kept->most)
                return false;
        memcpy(kept->data + kept->size, data, size);
        kept->size += size;
        return true;
}

static struct bundle *bundle_into(struct kept *kept)
{
        const struct signing_sink out = {kept, keep};
        return bundle_new(&out);
}

static void what_went_in_comes_out_under_its_name(void **state)
{
        static struct kept kept = {.most = sizeof(kept.data)};
        char found[16];
        struct archive_entry *entry = NULL;
        (void)state;
        struct bundle *bundle = bundle_into(&kept);
        assert_true(bundle_entry(bundle, "règlement.pdf", 6, 1767225600) && bundle_data(bundle, "one", 3) &&
                    bundle_data(bundle, "two", 3));
        assert_true(bundle_entry(bundle, "empty.txt", 0, 0));
        assert_true(bundle_bytes(bundle, "lot 1/cctp.txt", (struct signing_bytes){(const uint8_t *)"cctp", 4}, 0));
        assert_true(bundle_end(bundle));
        bundle_free(bundle);
        struct archive *reader = archive_read_new();
        assert_int_equal(archive_read_support_format_zip_seekable(reader), ARCHIVE_OK);
        assert_int_equal(archive_read_open_memory(reader, kept.data, kept.size), ARCHIVE_OK);
        static const char *const names[] = {"règlement.pdf", "empty.txt", "lot 1/cctp.txt"}, *const texts[] = {"onetwo", "",
                                                                                                               "cctp"};
        for (size_t i = 0; i < 3; i++) {
                assert_int_equal(archive_read_next_header(reader, &entry), ARCHIVE_OK);
                assert_string_equal(archive_entry_pathname(entry), names[i]);
                la_ssize_t size = archive_read_data(reader, found, sizeof(found));
                assert_int_equal(size, strlen(texts[i]));
                assert_memory_equal(found, texts[i], strlen(texts[i]));
        }
        assert_int_equal(archive_read_next_header(reader, &entry), ARCHIVE_EOF);
        archive_read_free(reader);
}

static void an_entry_has_the_size_it_announced(void **state)
{
        static struct kept kept = {.most = sizeof(kept.data)};
        (void)state;
        struct bundle *bundle = bundle_into(&kept);
        assert_true(bundle_entry(bundle, "a", 4, 0));
        assert_false(bundle_data(bundle, "longer", 6));
        assert_true(bundle_data(bundle, "abc", 3));
        assert_false(bundle_entry(bundle, "b", 1, 0));
        assert_false(bundle_end(bundle));
        bundle_free(bundle);
}

static void a_reader_who_left_is_noticed(void **state)
{
        static struct kept kept = {.most = 20};
        uint8_t noise[4096];
        (void)state;
        for (size_t i = 0; i < sizeof(noise); i++)
                noise[i] = (uint8_t)(i * 2654435761u >> 13);
        struct bundle *bundle = bundle_into(&kept);
        bool well = bundle_entry(bundle, "a", sizeof(noise), 0) && bundle_data(bundle, noise, sizeof(noise));
        assert_false(well && bundle_end(bundle));
        bundle_free(bundle);
        bundle_free(NULL);
}

int main(void)
{
        (void)setlocale(LC_CTYPE, "C.UTF-8"); /* for the reader; the bundle needs none */
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_went_in_comes_out_under_its_name),
                cmocka_unit_test(an_entry_has_the_size_it_announced),
                cmocka_unit_test(a_reader_who_left_is_noticed),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
