/*
 * main.c - verifications a second of one core, and what they are of what is
 * possible: one JSON object a line, as tests/load/bench reads them.
 *
 * usage: bench [SECONDS]     how long each number is measured; 1 where not given
 *        bench make FOLDER   writes the samples, for others to be measured by
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

/* What ours is held against; the goal is the least ratio wanted, 0 where none is set. */
struct limit {
        const struct engine *engine;
        double goal;
};
struct measure {
        const char *name, *unit;
        double factor; /* from verifications a second to the unit */
        struct limit limits[4];
};

static void best_keep(double *best, double rate)
{
        *best = rate > *best ? rate : *best;
}

static void line_print(const struct measure *measure, const struct limit *limit, double ours, double theirs)
{
        printf("{\"name\": \"%s\", \"value\": %.1f, \"unit\": \"%s\", \"limit\": \"%s\", \"limitValue\": %.1f, \"ratio\": %.3f",
               measure->name, ours * measure->factor, measure->unit, limit->engine->name, theirs * measure->factor,
               theirs > 0 ? ours / theirs : 0);
        if (limit->goal > 0)
                printf(", \"goal\": %.2f", limit->goal);
        puts("}");
        fflush(stdout);
}

/* Ours beside others, each its best. False where one does not verify what it must. */
static bool sample_measure(const char *folder, const struct measure *measure)
{
        double ours = 0, theirs[4] = {0};
        const size_t room = sizeof theirs / sizeof *theirs;
        for (int round = 0; round < ROUNDS; round++) {
                best_keep(&ours, rate_of(&engine_ours, folder, measure->name));
                for (size_t n = 0; n < room && measure->limits[n].engine != NULL; n++)
                        best_keep(&theirs[n], rate_of(measure->limits[n].engine, folder, measure->name));
        }
        bool good = ours > 0;
        for (size_t n = 0; n < room && measure->limits[n].engine != NULL; n++) {
                line_print(measure, &measure->limits[n], ours, theirs[n]);
                good = good && theirs[n] > 0;
        }
        return good;
}

/* B-LT has no peer here: the value itself has the goal. */
static bool goal_measure(const char *folder, const char *name, double goal)
{
        double ours = 0;
        for (int round = 0; round < ROUNDS; round++)
                best_keep(&ours, rate_of(&engine_ours, folder, name));
        printf("{\"name\": \"%s, caches warm\", \"value\": %.1f, \"unit\": \"1/s/core\", \"goal\": \">= %.0f\"}\n", name, ours,
               goal);
        fflush(stdout);
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
        static const struct measure measures[] = {
                {"small-rsa2048", "1/s/core", 1, {{&engine_openssl, 0}, {&engine_bare, 0.5}, {&engine_xmlsec, 0}}},
                {"small-p256", "1/s/core", 1, {{&engine_openssl, 0}, {&engine_bare, 0.5}, {&engine_xmlsec, 0}}},
                {"1mb-rsa2048", "1/s/core", 1, {{&engine_openssl, 0}, {&engine_bare, 0.5}, {&engine_xmlsec, 0}}},
                {"asice-100mb", "MB/s/core", CONTAINER_CONTENT / 1e6, {{&engine_sha256, 0.8}, {&engine_archive, 0}}},
        };
        char folder[] = "/tmp/pli-bench-XXXXXX";
        if (argc == 3 && strcmp(argv[1], "make") == 0) {
                ground_make(argv[2]);
                return 0;
        }
        if (argc > 1)
                seconds_wanted = strtod(argv[1], NULL);
        if (mkdtemp(folder) == NULL)
                return 1;
        bool good = ground_prepare(folder);
        for (size_t n = 0; good && n < sizeof measures / sizeof *measures; n++)
                good = sample_measure(folder, &measures[n]);
        good = good && goal_measure(folder, "lt-rsa2048", 2000);
        folder_remove(folder);
        return good ? 0 : 1;
}
