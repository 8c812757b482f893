/* The breaker: three failures in a row stop the calls, one success lets them pass again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/relay/breaker.h"

static void two_failures_stop_nothing(void **state)
{
        (void)state;
        struct breaker breaker = {0};
        breaker_report(&breaker, false, 100);
        breaker_report(&breaker, false, 100);
        assert_true(breaker_allows(&breaker, 100));
        breaker_report(&breaker, true, 100);
        breaker_report(&breaker, false, 100);
        breaker_report(&breaker, false, 100);
        assert_true(breaker_allows(&breaker, 100));
}

static void each_failure_after_the_third_waits_twice_as_long_up_to_five_minutes(void **state)
{
        (void)state;
        static const int64_t waits[] = {10, 20, 40, 80, 160, 300, 300, 300};
        struct breaker breaker = {.failures = 2};
        int64_t now = 1000;
        for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
                breaker_report(&breaker, false, now);
                assert_false(breaker_allows(&breaker, now + waits[i] - 1));
                now += waits[i];
                assert_true(breaker_allows(&breaker, now));
        }
}

static void one_success_closes_the_matter(void **state)
{
        (void)state;
        struct breaker breaker = {.failures = 50, .open_until = 5000};
        breaker_report(&breaker, true, 100);
        assert_true(breaker_allows(&breaker, 100));
        assert_int_equal(breaker.failures, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(two_failures_stop_nothing),
                cmocka_unit_test(each_failure_after_the_third_waits_twice_as_long_up_to_five_minutes),
                cmocka_unit_test(one_success_closes_the_matter),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
