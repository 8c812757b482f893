/* Tests of gateway/core/arena.c: alignment, the most, copies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdalign.h>
#include <string.h>

#include "gateway/core/arena.h"

static void what_is_taken_is_zeroed_aligned_and_apart(void **state)
{
        (void)state;
        struct arena *arena = arena_new(1 << 20);
        unsigned char *last = NULL;
        for (size_t size = 1; size < 300; size++) {
                unsigned char *data = arena_take(arena, size);
                assert_non_null(data);
                assert_int_equal((uintptr_t)data % alignof(max_align_t), 0);
                for (size_t i = 0; i < size; i++)
                        assert_int_equal(data[i], 0);
                memset(data, 0xFF, size);
                assert_ptr_not_equal(data, last);
                last = data;
        }
        arena_free(arena);
}

static void the_most_is_kept_and_what_fits_still_comes(void **state)
{
        (void)state;
        struct arena *arena = arena_new(1024);
        assert_null(arena_take(arena, 1025));
        assert_null(arena_take(arena, SIZE_MAX));
        assert_null(arena_copy(arena, "x", SIZE_MAX));
        assert_non_null(arena_take(arena, 1000));
        assert_null(arena_take(arena, 100));
        assert_non_null(arena_take(arena, 16));
        assert_int_equal(arena_used(arena), 1024);
        assert_null(arena_take(arena, 1));
        arena_free(arena);
}

static void a_block_larger_than_others_is_its_own(void **state)
{
        (void)state;
        struct arena *arena = arena_new(1 << 20);
        unsigned char *large = arena_take(arena, 100000);
        assert_non_null(large);
        memset(large, 1, 100000);
        assert_non_null(arena_take(arena, 10));
        arena_free(arena);
}

static void texts_are_copied_and_printed(void **state)
{
        (void)state;
        struct arena *arena = arena_new(4096);
        char source[] = "Menuiserie Duval";
        char *copy = arena_text(arena, source);
        source[0] = 'X';
        assert_string_equal(copy, "Menuiserie Duval");
        assert_string_equal(arena_copy(arena, "ab\0cd", 5), "ab");
        assert_string_equal(arena_copy(arena, NULL, 0), "");
        assert_string_equal(arena_print(arena, "%s-%d", "lot", 2), "lot-2");
        assert_null(arena_print(arena, "%5000d", 1));
        arena_free(arena);
        arena_free(NULL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_taken_is_zeroed_aligned_and_apart),
                cmocka_unit_test(the_most_is_kept_and_what_fits_still_comes),
                cmocka_unit_test(a_block_larger_than_others_is_its_own),
                cmocka_unit_test(texts_are_copied_and_printed),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
