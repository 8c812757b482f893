/* Tests of gateway/core/log.c: what a line looks like, and what it cannot be made to look like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "gateway/core/log.h"

/* Standard error goes into a pipe while a test runs. */
static int log_pipe[2], log_kept;

static int pipe_open(void **state)
{
        (void)state;
        log_kept = dup(STDERR_FILENO);
        return log_kept < 0 || pipe(log_pipe) != 0 || dup2(log_pipe[1], STDERR_FILENO) < 0;
}

static int pipe_close(void **state)
{
        (void)state;
        log_request(NULL);
        int status = dup2(log_kept, STDERR_FILENO) < 0;
        close(log_kept);
        close(log_pipe[0]);
        close(log_pipe[1]);
        return status;
}

static const char *line(void)
{
        static char text[8192];
        ssize_t size = read(log_pipe[0], text, sizeof text - 1);
        assert_true(size > 0);
        text[size] = '\0';
        return text;
}

static void a_line_is_pairs_with_the_request_first(void **state)
{
        (void)state;
        log_open("plid", "info");
        log_request("r-42");
        log_event(LOG_LEVEL_INFO, "deposit-committed", "deposit", "d-1", "bytes", "1024", NULL);
        assert_string_equal(line(), "request=r-42 level=info program=plid event=deposit-committed deposit=d-1 bytes=1024\n");
}

static void untrusted_text_is_quoted_and_cannot_start_a_line(void **state)
{
        (void)state;
        log_open("plid", "info");
        log_event(LOG_LEVEL_WARNING, "name", "name", "a\nlevel=error \"x\\\x1b[2J\x7f", "empty", "", "none", (const char *)NULL,
                  NULL);
        assert_string_equal(
                line(),
                "level=warning program=plid event=name name=\"a\\x0alevel=error \\\"x\\\\\\x1b[2J\\x7f\" empty=\"\" none=\"\"\n");
}

static void french_stays_readable_and_broken_utf8_and_c1_controls_do_not_pass(void **state)
{
        (void)state;
        log_open("plid", "info");
        log_event(LOG_LEVEL_INFO, "name", "a", "Mémoire €", "b",
                  "\xC2\x9B"
                  "31m",
                  "c", "\xE2\x82", "d", "\xFF", NULL);
        assert_string_equal(
                line(), "level=info program=plid event=name a=\"Mémoire €\" b=\"\\xc2\\x9b31m\" c=\"\\xe2\\x82\" d=\"\\xff\"\n");
}

static void a_level_above_the_chosen_one_is_silent(void **state)
{
        (void)state;
        log_open("plid", "error");
        log_event(LOG_LEVEL_INFO, "silent", NULL);
        log_event(LOG_LEVEL_ERROR, "said", NULL);
        assert_string_equal(line(), "level=error program=plid event=said\n");
        log_open("plid", "no such level");
        log_event(LOG_LEVEL_INFO, "said", NULL);
        assert_string_equal(line(), "level=info program=plid event=said\n");
}

static void a_long_line_is_cut_and_still_one_line(void **state)
{
        (void)state;
        char text[6000];
        memset(text, 'x', sizeof text - 1);
        text[sizeof text - 1] = '\0';
        log_open("plid", "info");
        log_event(LOG_LEVEL_INFO, "long", "a", text, "b", "after", NULL);
        const char *said = line();
        assert_int_equal(strlen(said), 4096);
        assert_ptr_equal(strchr(said, '\n'), said + 4095);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_line_is_pairs_with_the_request_first, pipe_open, pipe_close),
                cmocka_unit_test_setup_teardown(untrusted_text_is_quoted_and_cannot_start_a_line, pipe_open, pipe_close),
                cmocka_unit_test_setup_teardown(french_stays_readable_and_broken_utf8_and_c1_controls_do_not_pass, pipe_open,
                                                pipe_close),
                cmocka_unit_test_setup_teardown(a_level_above_the_chosen_one_is_silent, pipe_open, pipe_close),
                cmocka_unit_test_setup_teardown(a_long_line_is_cut_and_still_one_line, pipe_open, pipe_close),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
