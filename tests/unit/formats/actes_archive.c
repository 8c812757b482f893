/* The archive to @CTES: order, owner, size limit, the same bytes twice, every failure told apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <archive.h>
#include <archive_entry.h>

#include "gateway/formats/actes_archive.h"

struct heap {
        uint8_t *data;
        size_t size, most;
};

static bool heap_write(void *context, const uint8_t *data, size_t size)
{
        struct heap *heap = context;
        if (size > heap->most - heap->size)
                return false;
        heap->data = realloc(heap->data, heap->size + size);
        assert_non_null(heap->data);
        memcpy(heap->data + heap->size, data, size);
        heap->size += size;
        return true;
}

/* A document that does not compress, in pieces, from a generator with a fixed start. */
struct noise {
        uint64_t size;
        uint64_t fails_at;
};

static bool noise_copy(void *context, const struct signing_sink *to)
{
        const struct noise *noise = context;
        static uint64_t block[8192];
        uint64_t x = 88172645463325252u;
        for (uint64_t done = 0; done < noise->size;) {
                if (done >= noise->fails_at)
                        return false;
                for (size_t i = 0; i < sizeof block / sizeof block[0]; i++) {
                        x ^= x << 13;
                        x ^= x >> 7;
                        x ^= x << 17;
                        block[i] = x;
                }
                size_t size = noise->size - done < sizeof block ? (size_t)(noise->size - done) : sizeof block;
                if (!to->write(to->context, (const uint8_t *)block, size))
                        return false;
                done += size;
        }
        return true;
}

static struct signing_bytes envelope = {(const uint8_t *)"<e/>", 4}, message = {(const uint8_t *)"<m/>", 4};

static bool archive_made(struct noise *noise, uint64_t announced, struct heap *heap, struct signing_refusal *why)
{
        const struct actes_entry entries[] = {
                {"EACT--200000012--20260102-12.xml", 4, &envelope, actes_entry_copy_bytes},
                {"044-200000012-20251231-2025_987-DE-1-1_0.xml", 4, &message, actes_entry_copy_bytes},
                {"99_DE-044-200000012-20251231-2025_987-DE-1-1_1.pdf", announced, noise, noise_copy},
        };
        struct signing_sink sink = {heap, heap_write};
        return actes_archive_write(entries, 3, 1767312000, &sink, why);
}

static void an_archive_holds_envelope_message_documents_in_that_order(void **state)
{
        (void)state;
        static const char *const names[] = {"EACT--200000012--20260102-12.xml", "044-200000012-20251231-2025_987-DE-1-1_0.xml",
                                            "99_DE-044-200000012-20251231-2025_987-DE-1-1_1.pdf"};
        struct noise noise = {300000, UINT64_MAX};
        struct heap heap = {.most = SIZE_MAX};
        struct signing_refusal why;
        assert_true(archive_made(&noise, 300000, &heap, &why));
        struct archive *reader = archive_read_new();
        archive_read_support_filter_gzip(reader);
        archive_read_support_format_tar(reader);
        assert_int_equal(archive_read_open_memory(reader, heap.data, heap.size), ARCHIVE_OK);
        struct archive_entry *entry;
        size_t n = 0;
        for (; archive_read_next_header(reader, &entry) == ARCHIVE_OK; n++) {
                assert_in_range(n, 0, 2);
                assert_string_equal(archive_entry_pathname(entry), names[n]);
                assert_int_equal(archive_entry_uid(entry), 0);
                assert_int_equal(archive_entry_gid(entry), 0);
                assert_int_equal(archive_entry_size(entry), n == 2 ? 300000 : 4);
                assert_int_equal(archive_entry_filetype(entry), AE_IFREG);
        }
        assert_int_equal(n, 3);
        archive_read_free(reader);
        free(heap.data);
}

static void the_same_entries_give_the_same_bytes(void **state)
{
        (void)state;
        struct noise noise = {100000, UINT64_MAX};
        struct heap one = {.most = SIZE_MAX}, two = {.most = SIZE_MAX};
        struct signing_refusal why;
        assert_true(archive_made(&noise, 100000, &one, &why));
        assert_true(archive_made(&noise, 100000, &two, &why));
        assert_int_equal(one.size, two.size);
        assert_memory_equal(one.data, two.data, one.size);
        free(one.data);
        free(two.data);
}

static bool count_write(void *context, const uint8_t *data, size_t size)
{
        (void)data;
        *(uint64_t *)context += size;
        return true;
}

static void the_limit_is_150_mib_of_archive(void **state)
{
        (void)state;
        struct noise noise = {149u * 1024 * 1024, UINT64_MAX};
        uint64_t size = 0;
        struct actes_entry entry = {"a.pdf", noise.size, &noise, noise_copy};
        struct signing_sink sink = {&size, count_write};
        struct signing_refusal why;
        assert_true(actes_archive_write(&entry, 1, 0, &sink, &why));
        assert_in_range(size, 149u * 1024 * 1024, ACTES_ARCHIVE_MAX);
        noise.size = entry.size = 151u * 1024 * 1024;
        size = 0;
        assert_false(actes_archive_write(&entry, 1, 0, &sink, &why));
        assert_string_equal(why.code, "ARCHIVE_SIZE");
        assert_in_range(size, 0, ACTES_ARCHIVE_MAX);
}

static void a_document_of_another_size_is_a_fault_of_its_source(void **state)
{
        (void)state;
        static const uint64_t announced[] = {299999, 300001, 0};
        for (size_t i = 0; i < 3; i++) {
                struct noise noise = {300000, UINT64_MAX};
                struct heap heap = {.most = SIZE_MAX};
                struct signing_refusal why;
                assert_false(archive_made(&noise, announced[i], &heap, &why));
                assert_string_equal(why.code, "ARCHIVE_SOURCE");
                free(heap.data);
        }
}

static void a_source_that_fails_is_told(void **state)
{
        (void)state;
        struct noise noise = {300000, 100000};
        struct heap heap = {.most = SIZE_MAX};
        struct signing_refusal why;
        assert_false(archive_made(&noise, 300000, &heap, &why));
        assert_string_equal(why.code, "ARCHIVE_SOURCE");
        free(heap.data);
}

static void a_sink_that_fails_at_any_byte_is_told(void **state)
{
        (void)state;
        for (size_t most = 0; most < 100000; most += 9973) {
                struct noise noise = {100000, UINT64_MAX};
                struct heap heap = {.most = most};
                struct signing_refusal why;
                assert_false(archive_made(&noise, 100000, &heap, &why));
                assert_string_equal(why.code, "ARCHIVE_SINK");
                free(heap.data);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_archive_holds_envelope_message_documents_in_that_order),
                cmocka_unit_test(the_same_entries_give_the_same_bytes),
                cmocka_unit_test(the_limit_is_150_mib_of_archive),
                cmocka_unit_test(a_document_of_another_size_is_a_fault_of_its_source),
                cmocka_unit_test(a_source_that_fails_is_told),
                cmocka_unit_test(a_sink_that_fails_at_any_byte_is_told),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
