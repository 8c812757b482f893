/*
 * work.c - the queue and its threads.
 */
#include "gateway/front/work.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "gateway/core/db.h"

struct work_pool {
        pthread_mutex_t lock;
        pthread_cond_t came;
        struct work_queue queue;
        size_t longest_queue;
        bool ending;
        const char *conninfo;
        unsigned count;
        pthread_t threads[];
};

static void line_push(struct work_line *line, struct job *job)
{
        job->next = NULL;
        if (line->last != NULL)
                line->last->next = job;
        else
                line->first = job;
        line->last = job;
}

static struct job *line_pop(struct work_line *line)
{
        struct job *job = line->first;
        if (job == NULL)
                return NULL;
        line->first = job->next;
        if (line->first == NULL)
                line->last = NULL;
        return job;
}

void work_queue_push(struct work_queue *queue, struct job *job, bool urgent, uint32_t line)
{
        line_push(urgent ? &queue->urgent : &queue->lines[line % WORK_LINES], job);
        queue->length++;
}

struct job *work_queue_pop(struct work_queue *queue)
{
        struct job *job = line_pop(&queue->urgent);
        for (unsigned tried = 0; job == NULL && tried < WORK_LINES; tried++) {
                queue->turn = (queue->turn + 1) % WORK_LINES;
                job = line_pop(&queue->lines[queue->turn]);
        }
        if (job != NULL)
                queue->length--;
        return job;
}

static struct job *job_wait(struct work_pool *pool)
{
        pthread_mutex_lock(&pool->lock);
        struct job *job;
        while ((job = work_queue_pop(&pool->queue)) == NULL && !pool->ending)
                pthread_cond_wait(&pool->came, &pool->lock);
        pthread_mutex_unlock(&pool->lock);
        return job;
}

static void *worker_run(void *context)
{
        struct work_pool *pool = context;
        struct db *db = db_open(pool->conninfo, "plid");
        struct job *job;
        while ((job = job_wait(pool)) != NULL)
                job->run(job, db);
        db_close(db);
        return NULL;
}

struct work_pool *work_open(const char *conninfo, unsigned workers, size_t longest_queue)
{
        struct work_pool *pool = calloc(1, sizeof(*pool) + workers * sizeof(pool->threads[0]));
        if (pool == NULL)
                return NULL;
        pthread_mutex_init(&pool->lock, NULL);
        pthread_cond_init(&pool->came, NULL);
        pool->conninfo = conninfo;
        pool->longest_queue = longest_queue;
        while (pool->count < workers && pthread_create(&pool->threads[pool->count], NULL, worker_run, pool) == 0)
                pool->count++;
        if (pool->count == workers)
                return pool;
        work_close(pool);
        return NULL;
}

void work_close(struct work_pool *pool)
{
        if (pool == NULL)
                return;
        pthread_mutex_lock(&pool->lock);
        pool->ending = true;
        pthread_cond_broadcast(&pool->came);
        pthread_mutex_unlock(&pool->lock);
        for (unsigned i = 0; i < pool->count; i++)
                pthread_join(pool->threads[i], NULL);
        pthread_cond_destroy(&pool->came);
        pthread_mutex_destroy(&pool->lock);
        free(pool);
}

bool work_full(struct work_pool *pool)
{
        pthread_mutex_lock(&pool->lock);
        bool full = pool->queue.length >= pool->longest_queue;
        pthread_mutex_unlock(&pool->lock);
        return full;
}

void work_push(struct work_pool *pool, struct job *job, bool urgent, uint32_t line)
{
        assert(job->run != NULL);
        pthread_mutex_lock(&pool->lock);
        work_queue_push(&pool->queue, job, urgent, line);
        pthread_cond_signal(&pool->came);
        pthread_mutex_unlock(&pool->lock);
}
