/* Frames between a judge and its caller: whole or not at all, and never for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/core/frame.h"

static int ends_make(void **state)
{
        static int ends[2];
        *state = ends;
        return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
}

static int ends_close(void **state)
{
        const int *ends = *state;
        close(ends[0]);
        close(ends[1]);
        return 0;
}

static void what_is_written_is_read(void **state)
{
        const int *ends = *state;
        struct frame frame = {0};
        assert_true(frame_write(ends[0], FRAME_WRITE, "abc", 3, FRAME_FOREVER));
        assert_true(frame_write(ends[0], FRAME_END, NULL, 0, FRAME_FOREVER));
        assert_true(frame_read(ends[1], &frame, frame_now() + 1000));
        assert_int_equal(frame.type, FRAME_WRITE);
        assert_string_equal((const char *)frame.data, "abc");
        assert_true(frame_read(ends[1], &frame, frame_now() + 1000));
        assert_int_equal(frame.type, FRAME_END);
        assert_int_equal(frame.size, 0);
        frame_free(&frame);
}

static void a_silent_judge_is_waited_for_no_longer_than_said(void **state)
{
        const int *ends = *state;
        struct frame frame = {0};
        int64_t start = frame_now();
        assert_false(frame_read(ends[1], &frame, start + 150));
        assert_in_range(frame_now() - start, 140, 2000);
        frame_free(&frame);
}

static void a_judge_that_does_not_read_is_written_to_no_longer_than_said(void **state)
{
        const int *ends = *state;
        static uint8_t block[8 * 1024 * 1024];
        int64_t start = frame_now();
        assert_false(frame_write(ends[0], FRAME_BYTES, block, sizeof block, start + 150));
        assert_in_range(frame_now() - start, 140, 2000);
}

static void half_a_frame_and_a_giant_one_are_refused(void **state)
{
        const int *ends = *state;
        const uint32_t giant[2] = {FRAME_REPORT, FRAME_MAX + 1u};
        const uint32_t half[2] = {FRAME_REPORT, 10};
        struct frame frame = {0};
        assert_int_equal(write(ends[0], giant, sizeof giant), sizeof giant);
        assert_false(frame_read(ends[1], &frame, frame_now() + 1000));
        assert_int_equal(write(ends[0], half, sizeof half), sizeof half);
        shutdown(ends[0], SHUT_WR);
        assert_false(frame_read(ends[1], &frame, frame_now() + 1000));
        frame_free(&frame);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(what_is_written_is_read, ends_make, ends_close),
                cmocka_unit_test_setup_teardown(a_silent_judge_is_waited_for_no_longer_than_said, ends_make, ends_close),
                cmocka_unit_test_setup_teardown(a_judge_that_does_not_read_is_written_to_no_longer_than_said, ends_make,
                                                ends_close),
                cmocka_unit_test_setup_teardown(half_a_frame_and_a_giant_one_are_refused, ends_make, ends_close),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
