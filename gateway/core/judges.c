/* judges.c - starts, lends, ends and replaces judge processes. */
#include "gateway/core/judges.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gateway/core/frame.h"

enum {
        JUDGES_MAX = 64,
        CLAIM_SECONDS = 30, /* then the caller is told to come again: 503 */
        JOBS_MAX = 1000,    /* manifests one judge reads before a new one takes over: its processor seconds add up */
        WALL_FACTOR = 4,    /* a judge waits for its caller's disk and network, too */
        WALL_SPARE = 60,
        JUDGE_FD = 3
};

struct verdict_pool {
        pthread_mutex_t mutex;
        pthread_cond_t released;
        char *program;
        struct verdict_limits limits;
        unsigned count;
        struct judge judges[JUDGES_MAX];
};

struct verdict_pool *verdict_pool_new(const char *program, unsigned judges, struct verdict_limits limits)
{
        struct verdict_pool *pool = calloc(1, sizeof *pool);
        if (pool == NULL || (pool->program = strdup(program)) == NULL) {
                free(pool);
                return NULL;
        }
        pool->limits = limits;
        pool->count = judges < 1 ? 1 : judges < JUDGES_MAX ? judges : JUDGES_MAX;
        pthread_condattr_t monotonic;
        pthread_condattr_init(&monotonic);
        pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
        pthread_cond_init(&pool->released, &monotonic);
        pthread_condattr_destroy(&monotonic);
        pthread_mutex_init(&pool->mutex, NULL);
        return pool;
}

static int judge_wait(struct judge *judge)
{
        int status = 0;
        while (judge->pid > 0 && waitpid(judge->pid, &status, 0) < 0 && errno == EINTR)
                ;
        return status;
}

/* Closing its socket would end it, too; a kill does not wait for its good will. */
static int judge_end(struct judge *judge)
{
        if (judge->pid == 0)
                return 0;
        kill(judge->pid, SIGKILL);
        int status = judge_wait(judge);
        close(judge->fd);
        *judge = (struct judge){.busy = judge->busy};
        return status;
}

void verdict_pool_free(struct verdict_pool *pool)
{
        if (pool == NULL)
                return;
        for (unsigned i = 0; i < pool->count; i++)
                judge_end(&pool->judges[i]);
        pthread_cond_destroy(&pool->released);
        pthread_mutex_destroy(&pool->mutex);
        free(pool->program);
        free(pool);
}

/* The child gets descriptor 3 and standard error, no environment, no blocked signal; all else of ours is close-on-exec. */
static int spawn(const struct verdict_pool *pool, int fd, pid_t *pid)
{
        char memory[24], seconds[16];
        snprintf(memory, sizeof memory, "%zu", pool->limits.memory);
        snprintf(seconds, sizeof seconds, "%u", pool->limits.seconds);
        char *const argv[] = {pool->program, memory, seconds, NULL};
        char *const environment[] = {NULL};
        sigset_t none, defaults;
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigemptyset(&none);
        sigfillset(&defaults);
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &defaults);
        posix_spawn_file_actions_adddup2(&actions, fd, JUDGE_FD);
        int error = posix_spawn(pid, pool->program, &actions, &attributes, argv, environment);
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
        return error;
}

static bool judge_start(const struct verdict_pool *pool, struct judge *judge, struct problem *problem)
{
        int ends[2];
        pid_t pid = 0;
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
                return problem_set(problem, "judge-unavailable", "no socket for a judge: %s", strerror(errno));
        int error = spawn(pool, ends[1], &pid);
        close(ends[1]);
        if (error != 0) {
                close(ends[0]);
                return problem_set(problem, "judge-unavailable", "%s does not start: %s", pool->program, strerror(error));
        }
        *judge = (struct judge){.pid = pid, .fd = ends[0], .busy = true};
        return true;
}

/* A place whose judge suits, else any free one. */
static struct judge *place_find(struct verdict_pool *pool, bool fresh)
{
        struct judge *found = NULL;
        for (unsigned i = 0; i < pool->count; i++) {
                struct judge *judge = &pool->judges[i];
                if (judge->busy)
                        continue;
                if (judge->pid != 0 && (judge->jobs == 0) == fresh)
                        return judge;
                found = found == NULL ? judge : found;
        }
        return found;
}

static struct judge *place_claim(struct verdict_pool *pool, bool fresh)
{
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += CLAIM_SECONDS;
        pthread_mutex_lock(&pool->mutex);
        struct judge *judge = place_find(pool, fresh);
        while (judge == NULL && pthread_cond_timedwait(&pool->released, &pool->mutex, &until) == 0)
                judge = place_find(pool, fresh);
        if (judge != NULL)
                judge->busy = true;
        pthread_mutex_unlock(&pool->mutex);
        return judge;
}

/* A judge without a job says nothing; one that ended has closed its end. */
static bool judge_alive(const struct judge *judge)
{
        char byte;
        return judge->pid != 0 && recv(judge->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

struct judge *judge_claim(struct verdict_pool *pool, bool fresh, struct problem *problem)
{
        struct judge *judge = place_claim(pool, fresh);
        if (judge == NULL) {
                problem_set(problem, "judge-unavailable", "all %u judges are at work", pool->count);
                return NULL;
        }
        bool suits = judge_alive(judge) && (judge->jobs == 0 || !fresh) && judge->jobs < JOBS_MAX;
        if (!suits) {
                judge_end(judge);
                if (!judge_start(pool, judge, problem)) {
                        judge_release(pool, judge, false);
                        return NULL;
                }
        }
        judge->jobs++;
        return judge;
}

void judge_release(struct verdict_pool *pool, struct judge *judge, bool keep)
{
        struct problem ignored;
        if (!keep) {
                bool started = judge->pid != 0;
                judge_end(judge);
                if (started) /* the next one is ready before it is asked for; if not, claiming tells */
                        (void)judge_start(pool, judge, &ignored);
        }
        pthread_mutex_lock(&pool->mutex);
        judge->busy = false;
        pthread_cond_signal(&pool->released);
        pthread_mutex_unlock(&pool->mutex);
}

/* A dying judge closes its socket first and can be waited for; one that merely hangs is killed at once. */
enum judge_end judge_kill(struct judge *judge, bool overdue)
{
        if (overdue) {
                judge_end(judge);
                return JUDGE_TIMEOUT;
        }
        shutdown(judge->fd, SHUT_RDWR);
        struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
        siginfo_t ended = {0};
        for (int turn = 0; turn < 100 && ended.si_pid == 0; turn++) {
                if (waitid(P_PID, (id_t)judge->pid, &ended, WEXITED | WNOHANG | WNOWAIT) != 0)
                        break;
                if (ended.si_pid == 0)
                        nanosleep(&pause, NULL);
        }
        int status = judge_end(judge);
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU ? JUDGE_TIMEOUT : JUDGE_DIED;
}

int64_t judges_deadline(const struct verdict_pool *pool)
{
        int64_t seconds = pool->limits.seconds == 0 ? 3600 : WALL_FACTOR * (int64_t)pool->limits.seconds + WALL_SPARE;
        return frame_now() + seconds * 1000;
}
