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
                work_queue_push(&queue, &jobs[i], false, 3 + WORK_BUCKETS);
        for (size_t i = 0; i < 10; i++)
                assert_ptr_equal(work_queue_pop(&queue), &jobs[i]);
        assert_null(work_queue_pop(&queue));
        assert_int_equal(queue.length, 0);
}

static void one_lines_commits_do_not_hold_up_anothers_commit_nor_all_uploads(void **state)
{
        struct work_queue queue = {0};
        struct job commits[100] = {{0}}, other = {0}, upload = {0};
        (void)state;
        for (size_t i = 0; i < 100; i++)
                work_queue_push(&queue, &commits[i], true, 5);
        work_queue_push(&queue, &other, true, 6);
        work_queue_push(&queue, &upload, false, 7);
        size_t at_other = 0, at_upload = 0;
        for (size_t i = 1; i <= 102; i++) {
                const struct job *job = work_queue_pop(&queue);
                at_other = job == &other ? i : at_other;
                at_upload = job == &upload ? i : at_upload;
        }
        assert_true(at_other <= 2);
        assert_int_equal(at_upload, WORK_URGENT_MOST + 1);
        assert_null(work_queue_pop(&queue));
}

static void lines_that_share_a_bucket_are_served_in_turn(void **state)
{
        struct work_queue queue = {0};
        struct job many[50] = {{0}}, one = {0};
        (void)state;
        for (size_t i = 0; i < 50; i++)
                work_queue_push(&queue, &many[i], false, 1);
        work_queue_push(&queue, &one, false, 1 + WORK_BUCKETS);
        assert_int_equal(work_queue_waiting(&queue, false, 1), 50);
        assert_int_equal(work_queue_waiting(&queue, false, 1 + WORK_BUCKETS), 1);
        assert_ptr_equal(work_queue_pop(&queue), &many[0]);
        assert_ptr_equal(work_queue_pop(&queue), &one);
        assert_ptr_equal(work_queue_pop(&queue), &many[1]);
        assert_int_equal(work_queue_waiting(&queue, false, 1), 48);
}

static void a_line_does_not_run_on_all_workers(void **state)
{
        struct work_queue queue = {.line_running = 2};
        struct job many[5] = {{0}}, one = {0};
        (void)state;
        for (size_t i = 0; i < 5; i++)
                work_queue_push(&queue, &many[i], i % 2 == 0, 1);
        assert_non_null(work_queue_pop(&queue));
        assert_non_null(work_queue_pop(&queue));
        assert_null(work_queue_pop(&queue));
        work_queue_push(&queue, &one, false, 2);
        assert_ptr_equal(work_queue_pop(&queue), &one);
        work_queue_done(&queue, 1);
        assert_non_null(work_queue_pop(&queue));
        assert_null(work_queue_pop(&queue));
        assert_int_equal(queue.length, 2);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_urgent_job_goes_before_all_that_wait),
                cmocka_unit_test(one_line_of_many_does_not_hold_up_anothers_one),
                cmocka_unit_test(a_line_keeps_its_order),
                cmocka_unit_test(one_lines_commits_do_not_hold_up_anothers_commit_nor_all_uploads),
                cmocka_unit_test(lines_that_share_a_bucket_are_served_in_turn),
                cmocka_unit_test(a_line_does_not_run_on_all_workers),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
