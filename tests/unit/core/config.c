/* Tests of gateway/core/config.c: files, --set, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/core/config.h"

static char path[] = "/tmp/pli-config-XXXXXX";

static int file_make(void **state)
{
        (void)state;
        unsetenv("PLI_CONFIG");
        int fd = mkstemp(path);
        return fd < 0 || close(fd) != 0;
}

static int file_remove(void **state)
{
        (void)state;
        return unlink(path);
}

/* Loads `text` as a file, then the arguments after it. */
static bool load(const char *text, const char *set, struct config *config, struct problem *problem)
{
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(text, file);
        fclose(file);
        char program[] = "test";
        char option[] = "--config";
        char assignment[256];
        snprintf(assignment, sizeof assignment, "--set=%s", set != NULL ? set : "log_level=info");
        char *argv[] = {program, option, path, assignment, NULL};
        int argc = 4;
        bool well = config_load(&argc, argv, "usage", config, problem);
        if (well)
                assert_int_equal(argc, 1);
        return well;
}

static void refuses(const char *text, const char *set, const char *word)
{
        struct config config = {.workers = 77};
        struct problem problem = {0};
        assert_false(load(text, set, &config, &problem));
        assert_string_equal(problem.row->code, "config-invalid");
        assert_non_null(strstr(problem.detail, word));
        assert_int_equal(config.workers, 77); /* untouched */
}

static void defaults_stand_where_nothing_is_said(void **state)
{
        (void)state;
        struct config config;
        struct problem problem;
        assert_true(load("", NULL, &config, &problem));
        assert_int_equal(config.workers, 8);
        assert_string_equal(config.public_name, "localhost");
}

static void the_file_wins_over_defaults_and_set_over_the_file(void **state)
{
        (void)state;
        struct config config;
        struct problem problem;
        const char *text = "# a comment\n\n  workers = 4  \npublic_name=pli.example\ndatabase = host=/run/a dbname=b # kept\n";
        assert_true(load(text, "workers=5", &config, &problem));
        assert_int_equal(config.workers, 5);
        assert_string_equal(config.public_name, "pli.example");
        assert_string_equal(config.database, "host=/run/a dbname=b # kept");
}

static void a_misread_option_is_refused_with_its_line(void **state)
{
        (void)state;
        refuses("workers = 4\nworker = 4\n", NULL, ":2: there is no option \"worker\"");
        refuses("workers = 4\nworkers = 4\n", NULL, ":2: workers is given twice");
        refuses("workers\n", NULL, ":1: ");
        refuses("workers = four\n", NULL, "whole number");
        refuses("workers = 0\n", NULL, "outside 1 to 256");
        refuses("workers = 99999999999999999999\n", NULL, "whole number");
        refuses("", "workers=4x", "whole number");
        refuses("", "nothing", "name = value");
}

static void a_line_too_long_is_refused(void **state)
{
        (void)state;
        char text[8000] = "ui = ";
        memset(text + 5, 'x', sizeof text - 6);
        refuses(text, NULL, "longer than");
}

static void what_is_not_ours_stays_in_the_arguments(void **state)
{
        (void)state;
        struct config config;
        struct problem problem;
        char words[7][16] = {"pliadm", "enrol", "--set", "workers=3", "--name", "--", "--set"};
        char *argv[] = {words[0], words[1], words[2], words[3], words[4], words[5], words[6], NULL};
        int argc = 7;
        assert_true(config_load(&argc, argv, "usage", &config, &problem));
        assert_int_equal(config.workers, 3);
        assert_int_equal(argc, 5);
        assert_string_equal(argv[2], "--name");
        assert_string_equal(argv[4], "--set");
        assert_null(argv[5]);
}

static void a_file_that_is_not_there_is_refused(void **state)
{
        (void)state;
        struct config config;
        struct problem problem;
        char words[3][24] = {"pliadm", "--config", "/nonexistent/pli.conf"};
        char *argv[] = {words[0], words[1], words[2], NULL};
        int argc = 3;
        assert_false(config_load(&argc, argv, "usage", &config, &problem));
        assert_string_equal(problem.row->code, "config-invalid");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(defaults_stand_where_nothing_is_said),
                cmocka_unit_test(the_file_wins_over_defaults_and_set_over_the_file),
                cmocka_unit_test(a_misread_option_is_refused_with_its_line),
                cmocka_unit_test(a_line_too_long_is_refused),
                cmocka_unit_test(what_is_not_ours_stays_in_the_arguments),
                cmocka_unit_test(a_file_that_is_not_there_is_refused),
        };
        return cmocka_run_group_tests(tests, file_make, file_remove);
}
