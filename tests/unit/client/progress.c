/* The speed and the time that is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/client/progress.h"

static void nothing_is_known_before_two_samples(void **state)
{
        (void)state;
        struct pace pace = {0};
        assert_int_equal(pace_rate(&pace), 0);
        assert_int_equal(pace_left(&pace, 0, 100), -1);
        pace_add(&pace, 1000, 5);
        assert_int_equal(pace_rate(&pace), 0);
        assert_int_equal(pace_left(&pace, 100, 100), 0);
}

static void a_steady_line_gives_its_speed(void **state)
{
        (void)state;
        struct pace pace = {0};
        for (int64_t i = 0; i <= 60; i++)
                pace_add(&pace, i * 500, (uint64_t)i * 500000);
        assert_int_equal(pace_rate(&pace), 1000000);
        assert_int_equal(pace_left(&pace, 30000000, 40000000), 10);
        assert_int_equal(pace_left(&pace, 30000000, 30000001), 1);
}

static void the_last_seconds_count_and_not_the_beginning(void **state)
{
        (void)state;
        struct pace pace = {0};
        uint64_t done = 0;
        for (int64_t i = 0; i < 60; i++)
                pace_add(&pace, i * 1000, done += 10000000);
        for (int64_t i = 60; i < 80; i++)
                pace_add(&pace, i * 1000, done += 1000);
        assert_int_equal(pace_rate(&pace), 1000);
}

static void samples_that_come_quickly_do_not_crowd_out_the_window(void **state)
{
        (void)state;
        struct pace pace = {0};
        for (int64_t i = 0; i <= 10000; i++)
                pace_add(&pace, i, (uint64_t)i * 1000);
        uint64_t rate = pace_rate(&pace);
        assert_true(rate > 990000 && rate < 1010000);
}

static void a_resumed_job_does_not_look_fast(void **state)
{
        (void)state;
        struct pace pace = {0};
        pace_add(&pace, 0, 5000000000);
        pace_add(&pace, 1000, 5000001000);
        assert_int_equal(pace_rate(&pace), 1000);
}

static void a_line_that_stands_still_promises_nothing(void **state)
{
        (void)state;
        struct pace pace = {0};
        for (int64_t i = 0; i < 40; i++)
                pace_add(&pace, i * 1000, 77);
        assert_int_equal(pace_rate(&pace), 0);
        assert_int_equal(pace_left(&pace, 77, 100), -1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nothing_is_known_before_two_samples),
                cmocka_unit_test(a_steady_line_gives_its_speed),
                cmocka_unit_test(the_last_seconds_count_and_not_the_beginning),
                cmocka_unit_test(samples_that_come_quickly_do_not_crowd_out_the_window),
                cmocka_unit_test(a_resumed_job_does_not_look_fast),
                cmocka_unit_test(a_line_that_stands_still_promises_nothing),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
