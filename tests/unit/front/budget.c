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
        assert_true(buffer_grow(budget, &greedy, WHOLE, true));
        assert_int_equal(greedy.room, WHOLE);
        assert_true(buffer_grow(budget, &modest, WHOLE, true));
        assert_int_equal(modest.room, BUDGET_BASE);
        assert_false(buffer_grow(budget, &modest, WHOLE, false));
        assert_int_equal(modest.room, BUDGET_BASE);
        buffer_free(budget, &greedy);
        assert_true(buffer_grow(budget, &modest, WHOLE, false));
        buffer_free(budget, &modest);
        assert_int_equal(budget_used(budget), 0);
        budget_free(budget);
}

static void the_budget_is_never_passed(void **state)
{
        struct budget *budget = budget_new(MOST, WHOLE);
        struct buffer buffers[64] = {{0}};
        (void)state;
        for (size_t round = 0; round < 8; round++) {
                for (size_t i = 0; i < 64; i++)
                        (void)!buffer_grow(budget, &buffers[i], WHOLE, i % 7 == round);
                assert_true(budget_used(budget) <= MOST);
        }
        for (size_t i = 0; i < 64; i++)
                buffer_free(budget, &buffers[i]);
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
                cmocka_unit_test(the_budget_is_never_passed),
                cmocka_unit_test(a_small_limit_is_one_step),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
