/* A spool gives back what was written, and its file holds nothing readable. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/front/spool.h"

static uint8_t pattern(uint64_t at)
{
        return (uint8_t)(at * 31 + (at >> 8));
}

static void fill(struct spool *spool, size_t size)
{
        uint8_t block[70001];
        for (size_t at = 0; at < size;) {
                size_t piece = size - at < sizeof block ? size - at : sizeof block;
                for (size_t i = 0; i < piece; i++)
                        block[i] = pattern(at + i);
                assert_true(spool_write(spool, block, piece));
                at += piece;
        }
        assert_int_equal(spool_size(spool), size);
}

static void what_was_written_comes_back_in_order(void **state)
{
        (void)state;
        const size_t sizes[] = {0, 1, 16383, 262144, 262145, 1000003};
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                struct spool *spool = NULL;
                struct problem problem = {0};
                assert_true(spool_open("/tmp", &spool, &problem));
                fill(spool, sizes[i]);
                uint8_t *block = NULL;
                size_t size = 1, total = 0;
                while (size > 0) {
                        assert_true(spool_read(spool, &block, &size));
                        for (size_t n = 0; n < size; n++)
                                assert_int_equal(block[n], pattern(total + n));
                        total += size;
                        free(block);
                }
                assert_int_equal(total, sizes[i]);
                spool_close(spool);
        }
}

/* The nameless file is seen through /proc: whichever descriptor is a deleted file under /tmp. */
static int spool_descriptor(void)
{
        for (int fd = 3; fd < 64; fd++) {
                char link[64], target[256];
                snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
                ssize_t n = readlink(link, target, sizeof target - 1);
                if (n <= 0)
                        continue;
                target[n] = '\0';
                if (strncmp(target, "/tmp/#", 6) == 0)
                        return fd;
        }
        return -1;
}

static void nothing_readable_is_on_the_disk(void **state)
{
        (void)state;
        struct spool *spool = NULL;
        struct problem problem = {0};
        const char secret[] = "Montant de l'offre : 118 400 EUR HT, confidentiel jusqu'a l'ouverture.";
        char disk[256] = {0};
        assert_true(spool_open("/tmp", &spool, &problem));
        assert_true(spool_write(spool, secret, sizeof secret));
        int fd = spool_descriptor();
        assert_true(fd >= 0);
        assert_int_equal(pread(fd, disk, sizeof disk, 0), sizeof secret);
        assert_null(memmem(disk, sizeof disk, "confidentiel", 12));
        spool_close(spool);
}

static void a_folder_that_is_not_there_is_a_problem(void **state)
{
        (void)state;
        struct spool *spool = NULL;
        struct problem problem = {0};
        assert_false(spool_open("/nonexistent", &spool, &problem));
        assert_null(spool);
        assert_non_null(problem.row);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_was_written_comes_back_in_order),
                cmocka_unit_test(nothing_readable_is_on_the_disk),
                cmocka_unit_test(a_folder_that_is_not_there_is_a_problem),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
