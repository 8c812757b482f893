/* The file: what goes in comes out at any offset, with its digest, and leaves no name behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/relay/parcel_file.h"

static void bytes_come_out_as_they_went_in(void **state)
{
        (void)state;
        struct parcel_file *file = NULL;
        struct problem problem = {0};
        assert_true(parcel_file_open("/tmp", &file, &problem));
        assert_true(parcel_file_write(file, (const uint8_t *)"ab", 2));
        assert_true(parcel_file_write(file, (const uint8_t *)"c", 1));
        char text[8] = "", hex[65];
        assert_int_equal(parcel_file_read(file, 1, text, sizeof text), 2);
        assert_memory_equal(text, "bc", 2);
        assert_int_equal(parcel_file_read(file, 3, text, sizeof text), 0);
        assert_int_equal(parcel_file_size(file), 3);
        parcel_file_digest(file, hex); /* FIPS 180-4, the example "abc" */
        assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        parcel_file_close(file);
}

static void the_digest_may_be_asked_for_before_the_end(void **state)
{
        (void)state;
        struct parcel_file *file = NULL;
        struct problem problem = {0};
        char hex[65];
        assert_true(parcel_file_open("/tmp", &file, &problem));
        parcel_file_digest(file, hex);
        assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_true(parcel_file_write(file, (const uint8_t *)"abc", 3));
        parcel_file_digest(file, hex);
        assert_memory_equal(hex, "ba7816bf", 8);
        parcel_file_close(file);
}

static void a_folder_that_cannot_take_it_is_a_problem(void **state)
{
        (void)state;
        struct parcel_file *file = NULL;
        struct problem problem = {0};
        assert_false(parcel_file_open("/nowhere", &file, &problem));
        assert_string_equal(problem.row->code, "file-unwritable");
        assert_null(file);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(bytes_come_out_as_they_went_in),
                cmocka_unit_test(the_digest_may_be_asked_for_before_the_end),
                cmocka_unit_test(a_folder_that_cannot_take_it_is_a_problem),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
