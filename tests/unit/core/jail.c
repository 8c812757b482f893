/* Jails, each entered in a child: what is forbidden is refused by the kernel, what is needed works. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/core/jail.h"

/* jail.c is gentler where a sanitizer is built in: refused instead of killed, and memory without limit. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

enum { REFUSED = 0, ALLOWED = 1, NO_JAIL = 51, KILLED = 1000 };

/* What `act` answered inside the jail, or KILLED where the kernel ended it. */
static int inside(const struct jail *jail, int (*act)(void))
{
        fflush(NULL);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                struct problem problem = {0};
                enum jail_strength strength = jail_enter(jail, &problem);
                if (strength == JAIL_FAILED)
                        _exit(NO_JAIL);
                _exit(act());
        }
        int status = 0;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFSIGNALED(status)) {
                assert_int_equal(WTERMSIG(status), SIGSYS);
                return KILLED;
        }
        return WEXITSTATUS(status);
}

static int act_socket(void)
{
        return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static int act_fork(void)
{
        pid_t pid = fork();
        if (pid == 0)
                _exit(0);
        return pid > 0;
}

static int act_exec(void)
{
        char *const argv[] = {"true", NULL};
        execv("/bin/true", argv);
        return REFUSED;
}

static int act_open(void)
{
        return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}

static int act_create(void)
{
        return open("/tmp/pli-jail-test", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0;
}

static int act_code(void)
{
        return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static int act_trace(void)
{
        return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}

static int act_memory(void)
{
        void *taken = malloc(200 * 1024 * 1024);
        bool allowed = taken != NULL;
        free(taken);
        return allowed;
}

static int act_work(void)
{
        char *taken = malloc(1024 * 1024);
        char text[32];
        snprintf(text, sizeof text, "%p", (void *)taken);
        free(taken);
        return taken != NULL && write(STDERR_FILENO, "", 0) == 0;
}

static void *thread_run(void *context)
{
        *(int *)context = ALLOWED;
        return NULL;
}

static int act_thread(void)
{
        int ran = REFUSED;
        pthread_t thread;
        if (pthread_create(&thread, NULL, thread_run, &ran) != 0)
                return REFUSED;
        pthread_join(thread, NULL);
        return ran;
}

static int act_spawn(void)
{
        char *const argv[] = {"true", NULL};
        char *const environment[] = {NULL};
        pid_t pid = 0;
        int status = 1;
        return posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environment) == 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static int act_listen(void)
{
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        return fd >= 0 && (listen(fd, 1) == 0 || errno != EPERM);
}

static void a_judge_that_asks_for_anything_is_killed(void **state)
{
        (void)state;
        const struct jail jail = {.profile = "judge"};
        int (*const acts[])(void) = {act_socket, act_fork, act_exec, act_code, act_trace, act_thread};
        for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
                assert_int_equal(inside(&jail, acts[i]), SANITIZED ? REFUSED : KILLED);
}

static void a_judge_that_looks_for_a_file_finds_none(void **state)
{
        (void)state;
        const struct jail jail = {.profile = "judge"};
        assert_int_equal(inside(&jail, act_open), REFUSED);
        assert_int_equal(inside(&jail, act_create), REFUSED);
}

static void a_judge_can_work(void **state)
{
        (void)state;
        const struct jail jail = {.profile = "judge"};
        assert_int_equal(inside(&jail, act_work), ALLOWED);
}

static void memory_is_limited(void **state)
{
        (void)state;
        const struct jail tight = {.profile = "judge", .memory = 100 * 1024 * 1024}, free_jail = {.profile = "judge"};
        assert_int_equal(inside(&tight, act_memory), SANITIZED ? ALLOWED : REFUSED);
        assert_int_equal(inside(&free_jail, act_memory), ALLOWED);
}

static void a_notary_runs_threads_and_connects_but_neither_listens_nor_starts_programs(void **state)
{
        (void)state;
        const struct jail jail = {.profile = "notary"};
        assert_int_equal(inside(&jail, act_thread), ALLOWED);
        assert_int_equal(inside(&jail, act_socket), ALLOWED);
        assert_int_equal(inside(&jail, act_listen), REFUSED);
        assert_int_equal(inside(&jail, act_fork), REFUSED);
        assert_int_equal(inside(&jail, act_exec), REFUSED);
}

static void a_front_may_start_judges(void **state)
{
        (void)state;
        const char *const readable[] = {"/", NULL};
        const struct jail jail = {.profile = "front", .readable = readable};
        assert_int_equal(inside(&jail, act_spawn), ALLOWED);
        assert_int_equal(inside(&jail, act_thread), ALLOWED);
}

static int act_strength(void)
{
        return ALLOWED;
}

/* Without Landlock in the kernel there is nothing to be seen here. */
static bool landlocked(void)
{
        fflush(NULL);
        pid_t pid = fork();
        if (pid == 0) {
                const struct jail jail = {.profile = "edge"};
                struct problem problem = {0};
                _exit(jail_enter(&jail, &problem) == JAIL_WHOLE ? 0 : 1);
        }
        int status = 0;
        waitpid(pid, &status, 0);
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void files_outside_the_lists_cannot_be_reached(void **state)
{
        (void)state;
        const char *const readable[] = {"/etc", NULL}, *const other[] = {"/usr", "/nowhere", NULL};
        const struct jail may = {.profile = "edge", .readable = readable}, may_not = {.profile = "edge", .readable = other};
        if (!landlocked()) {
                print_message("skipped: this kernel has no Landlock\n");
                return;
        }
        assert_int_equal(inside(&may, act_open), ALLOWED);
        assert_int_equal(inside(&may_not, act_open), REFUSED);
        assert_int_equal(inside(&may, act_create), REFUSED);
}

static void an_unknown_profile_is_no_jail(void **state)
{
        (void)state;
        const struct jail jail = {.profile = "garden"};
        assert_int_equal(inside(&jail, act_strength), NO_JAIL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_judge_that_asks_for_anything_is_killed),
                cmocka_unit_test(a_judge_that_looks_for_a_file_finds_none),
                cmocka_unit_test(a_judge_can_work),
                cmocka_unit_test(memory_is_limited),
                cmocka_unit_test(a_notary_runs_threads_and_connects_but_neither_listens_nor_starts_programs),
                cmocka_unit_test(a_front_may_start_judges),
                cmocka_unit_test(files_outside_the_lists_cannot_be_reached),
                cmocka_unit_test(an_unknown_profile_is_no_jail),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
