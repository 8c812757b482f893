/* One budget of memory over all bodies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/front/budget.h"

enum { WHOLE = 262172, MOST = 1024 * 1024 };

static void a_buffer_grows_in_steps_to_its_limit(void **state)
{
        struct budget *budget = budget_new(MOST, WHOLE);
        struct buffer buffer = {0};
        size_t before = 0, steps = 0;
        (void)state;
        while (buffer.room < WHOLE) {
                assert_true(buffer_grow(budget, &buffer, WHOLE, false));
                assert_true(buffer.room > before);
                before = buffer.room;
                memset(buffer.data, 1, buffer.room);
                steps++;
        }
        assert_true(steps >= 3);
        assert_int_equal(buffer.room, WHOLE);
        assert_int_equal(budget_used(budget), WHOLE - BUDGET_BASE);
        assert_false(buffer_grow(budget, &buffer, WHOLE, false));
        buffer_free(budget, &buffer);
        assert_int_equal(budget_used(budget), 0);
        budget_free(budget);
}

static void everyone_has_the_base_even_where_the_budget_is_spent(void **state)
{
        struct budget *budget = budget_new(WHOLE, WHOLE);
        struct buffer greedy = {0}, modest = {0};
        (void)state;
        while (buffer_grow(budget, &greedy, WHOLE, true))
                continue;
        assert_int_equal(greedy.room, WHOLE);
        assert_true(buffer_grow(budget, &modest, WHOLE, true));
        assert_int_equal(modest.room, BUDGET_BASE);
        buffer_free(budget, &greedy);
        assert_true(buffer_grow(budget, &modest, WHOLE, false));
        buffer_free(budget, &modest);
        assert_int_equal(budget_used(budget), 0);
        budget_free(budget);
}

static void the_budget_is_passed_by_one_buffer_at_most(void **state)
{
        struct budget *budget = budget_new(MOST, WHOLE);
        struct buffer buffers[64] = {{0}};
        (void)state;
        for (size_t round = 0; round < 8; round++) {
                for (size_t i = 0; i < 64; i++)
                        (void)!buffer_grow(budget, &buffers[i], WHOLE, i % 7 == round);
                assert_true(budget_used(budget) <= MOST + WHOLE);
        }
        for (size_t i = 0; i < 64; i++)
                buffer_free(budget, &buffers[i]);
        assert_int_equal(budget_used(budget), 0);
        budget_free(budget);
}

static void a_hundred_buffers_of_one_line_leave_room_for_another(void **state)
{
        enum { LARGE = 64 * WHOLE };
        struct budget *budget = budget_new(LARGE, WHOLE);
        struct buffer greedy[100] = {{0}}, modest[16] = {{0}};
        size_t whole = 0;
        (void)state;
        for (size_t i = 0; i < 100; i++) {
                greedy[i].line = 1;
                while (buffer_grow(budget, &greedy[i], WHOLE, true))
                        continue;
                whole += greedy[i].room == WHOLE;
        }
        assert_true(whole >= 32 && whole <= 34);
        assert_false(budget_spent(budget));
        for (size_t i = 0; i < 16; i++) {
                modest[i].line = 2;
                assert_true(buffer_grow(budget, &modest[i], WHOLE, true));
                assert_int_equal(modest[i].room, WHOLE);
        }
        for (size_t i = 0; i < 100; i++)
                buffer_free(budget, &greedy[i]);
        for (size_t i = 0; i < 16; i++)
                buffer_free(budget, &modest[i]);
        assert_int_equal(budget_used(budget), 0);
        budget_free(budget);
}

/* Each holds half of what it needs and none can give it up: one goes on, and after it the next. */
static void buffers_half_full_never_wait_for_each_other(void **state)
{
        struct budget *budget = budget_new(MOST, WHOLE);
        struct buffer buffers[64] = {{0}};
        size_t finished = 0;
        (void)state;
        for (size_t step = 0; step < 3; step++) {
                for (size_t i = 0; i < 64; i++) {
                        buffers[i].line = (uint32_t)(i % 5);
                        if (buffers[i].room < WHOLE / 4)
                                (void)!buffer_grow(budget, &buffers[i], WHOLE, false);
                }
        }
        for (size_t round = 0; round < 64 * 64 && finished < 64; round++) {
                struct buffer *buffer = &buffers[round % 64];
                if (buffer->line == 9)
                        continue;
                while (buffer->room < WHOLE && buffer_grow(budget, buffer, WHOLE, false))
                        continue;
                if (buffer->room == WHOLE) {
                        buffer_free(budget, buffer);
                        buffer->line = 9;
                        finished++;
                }
        }
        assert_int_equal(finished, 64);
        assert_int_equal(budget_used(budget), 0);
        budget_free(budget);
}

static void a_small_limit_is_one_step(void **state)
{
        struct budget *budget = budget_new(MOST, WHOLE);
        struct buffer buffer = {0};
        (void)state;
        assert_true(buffer_grow(budget, &buffer, 100, false));
        assert_int_equal(buffer.room, 100);
        assert_int_equal(buffer_claimed(&buffer), 0);
        buffer_free(budget, &buffer);
        budget_free(budget);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_buffer_grows_in_steps_to_its_limit),
                cmocka_unit_test(everyone_has_the_base_even_where_the_budget_is_spent),
                cmocka_unit_test(the_budget_is_passed_by_one_buffer_at_most),
                cmocka_unit_test(a_hundred_buffers_of_one_line_leave_room_for_another),
                cmocka_unit_test(buffers_half_full_never_wait_for_each_other),
                cmocka_unit_test(a_small_limit_is_one_step),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
