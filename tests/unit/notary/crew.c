/* Many small jobs, each done once, by threads beside the one that waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/notary/crew.h"

enum { JOBS = 5000 };

struct tally {
        atomic_int times[JOBS];
};

static void job_count(void *context, size_t n)
{
        struct tally *tally = context;
        atomic_fetch_add(&tally->times[n], 1);
}

static void each_job_is_done_once_by_however_many_hands(void **state)
{
        (void)state;
        static struct tally tally;
        for (int64_t hands = 1; hands <= 8; hands *= 2) {
                struct crew *crew = crew_new(hands);
                assert_non_null(crew);
                for (size_t count = JOBS; count > 0; count /= 7) {
                        for (size_t i = 0; i < JOBS; i++)
                                atomic_store(&tally.times[i], 0);
                        crew_begin(crew, job_count, &tally, count);
                        crew_wait(crew);
                        for (size_t i = 0; i < JOBS; i++)
                                assert_int_equal(atomic_load(&tally.times[i]), i < count ? 1 : 0);
                }
                crew_free(crew);
        }
}

static void waiting_for_nothing_is_over_at_once(void **state)
{
        (void)state;
        struct crew *crew = crew_new(2);
        crew_wait(crew);
        crew_begin(crew, job_count, NULL, 0);
        crew_wait(crew);
        crew_free(crew);
        crew_free(NULL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_job_is_done_once_by_however_many_hands),
                cmocka_unit_test(waiting_for_nothing_is_over_at_once),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
