/* The queue before the workers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/front/work.h"

static void an_urgent_job_goes_before_all_that_wait(void **state)
{
        struct work_queue queue = {0};
        struct job uploads[3] = {{0}}, commit = {0};
        (void)state;
        for (size_t i = 0; i < 3; i++)
                work_queue_push(&queue, &uploads[i], false, (uint32_t)i);
        work_queue_push(&queue, &commit, true, 7);
        assert_int_equal(queue.length, 4);
        assert_ptr_equal(work_queue_pop(&queue), &commit);
}

static void one_line_of_many_does_not_hold_up_anothers_one(void **state)
{
        struct work_queue queue = {0};
        struct job many[100] = {{0}}, one = {0};
        (void)state;
        for (size_t i = 0; i < 100; i++)
                work_queue_push(&queue, &many[i], false, 5);
        work_queue_push(&queue, &one, false, 6);
        size_t before = 0;
        while (work_queue_pop(&queue) != &one)
                before++;
        assert_true(before <= 1);
}

static void a_line_keeps_its_order(void **state)
{
        struct work_queue queue = {0};
        struct job jobs[10] = {{0}};
        (void)state;
        for (size_t i = 0; i < 10; i++)
                work_queue_push(&queue, &jobs[i], false, 3 + WORK_LINES);
        for (size_t i = 0; i < 10; i++)
                assert_ptr_equal(work_queue_pop(&queue), &jobs[i]);
        assert_null(work_queue_pop(&queue));
        assert_int_equal(queue.length, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_urgent_job_goes_before_all_that_wait),
                cmocka_unit_test(one_line_of_many_does_not_hold_up_anothers_one),
                cmocka_unit_test(a_line_keeps_its_order),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
