/*
 * main.c - verifications a second of one core, and what they are of what is
 * possible: one line a number: name, value, limit, ratio.
 *
 * usage: bench [SECONDS]     how long each number is measured; 1 where not given
 *
 * Time is the process's own processor time, so that a busy machine slows nothing
 * down but the bench; the best of three runs, engines taking turns.
 */
#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/load/verify/engine.h"

enum { ROUNDS = 3 };

static double seconds_wanted = 1;

static double processor_time(void)
{
        struct timespec now;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Verifications a second; 0 where one of them is wrong. */
static double rate_measure(const struct engine *engine, const struct sample *sample)
{
        if (!engine->prepare(sample) || !engine->verify(sample))
                return 0;
        double begin = processor_time(), spent = 0;
        unsigned long count = 0;
        do {
                if (!engine->verify(sample))
                        return 0;
                count++;
                spent = processor_time() - begin;
        } while (spent < seconds_wanted);
        return (double)count / spent;
}

/* In a process of its own: what one engine sets up in libxml2, xmlsec and OpenSSL is not the next one's. */
static double rate_of(const struct engine *engine, const char *folder, const char *name)
{
        int ends[2];
        double rate = 0;
        if (pipe(ends) != 0)
                abort();
        pid_t child = fork();
        assert(child >= 0);
        if (child == 0) {
                struct sample sample = {0};
                sample_open(folder, name, &sample);
                rate = rate_measure(engine, &sample);
                _exit(write(ends[1], &rate, sizeof rate) == (ssize_t)sizeof rate ? 0 : 1);
        }
        close(ends[1]);
        bool told = read(ends[0], &rate, sizeof rate) == (ssize_t)sizeof rate;
        close(ends[0]);
        waitpid(child, NULL, 0);
        return told ? rate : 0;
}

/* Ours beside others, each its best. False where one does not verify what it must. */
static bool sample_measure(const char *folder, const char *name, const struct engine *const *others, size_t count, double unit,
                           const char *what)
{
        double ours = 0, theirs[4] = {0};
        for (int round = 0; round < ROUNDS; round++) {
                double rate = rate_of(&engine_ours, folder, name);
                ours = rate > ours ? rate : ours;
                for (size_t n = 0; n < count; n++) {
                        rate = rate_of(others[n], folder, name);
                        theirs[n] = rate > theirs[n] ? rate : theirs[n];
                }
        }
        bool good = ours > 0;
        for (size_t n = 0; n < count; n++) {
                printf("%s-%s-of-%s %.1f %.1f %.3f\n", name, what, others[n]->name, ours * unit, theirs[n] * unit,
                       theirs[n] > 0 ? ours / theirs[n] : 0);
                good = good && theirs[n] > 0;
        }
        fflush(stdout);
        return good;
}

/* B-LT has no peer here: its limit is the goal. */
static bool goal_measure(const char *folder, const char *name, double goal)
{
        double ours = 0;
        for (int round = 0; round < ROUNDS; round++) {
                double rate = rate_of(&engine_ours, folder, name);
                ours = rate > ours ? rate : ours;
        }
        printf("%s-per-second-of-goal %.1f %.1f %.3f\n", name, ours, goal, ours / goal);
        return ours > 0;
}

static void folder_remove(const char *folder)
{
        DIR *open = opendir(folder);
        for (struct dirent *entry; open != NULL && (entry = readdir(open)) != NULL;)
                (void)unlinkat(dirfd(open), entry->d_name, 0);
        if (open != NULL)
                closedir(open);
        (void)rmdir(folder);
}

static bool ground_prepare(const char *folder)
{
        int status = 0;
        pid_t child = fork();
        assert(child >= 0);
        if (child == 0) {
                ground_make(folder);
                _exit(0);
        }
        return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv)
{
        static const struct engine *const xml[] = {&engine_openssl, &engine_bare, &engine_xmlsec}, *const file[] = {
                                                                                                           &engine_sha256,
                                                                                                           &engine_archive};
        static const char *const names[] = {"small-rsa2048", "small-p256", "1mb-rsa2048"};
        char folder[] = "/tmp/pli-bench-XXXXXX";
        if (argc > 1)
                seconds_wanted = strtod(argv[1], NULL);
        if (mkdtemp(folder) == NULL)
                return 1;
        bool good = ground_prepare(folder);
        for (size_t n = 0; good && n < sizeof names / sizeof *names; n++)
                good = sample_measure(folder, names[n], xml, sizeof xml / sizeof *xml, 1, "per-second") && good;
        good = good && goal_measure(folder, "lt-rsa2048", 2000);
        good = good && sample_measure(folder, "asice-100mb", file, sizeof file / sizeof *file, CONTAINER_CONTENT / 1e6,
                                      "megabytes-per-second");
        folder_remove(folder);
        return good ? 0 : 1;
}
