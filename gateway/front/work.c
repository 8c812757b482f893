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

/* ---- lines in turn ---- */

static struct job **bucket_of(struct work_turn *turn, uint32_t line)
{
        return &turn->buckets[(line ^ line >> 16) % WORK_BUCKETS];
}

static struct job *line_find(const struct work_turn *turn, uint32_t line)
{
        struct job *head = turn->buckets[(line ^ line >> 16) % WORK_BUCKETS];
        while (head != NULL && head->line != line)
                head = head->bucket;
        return head;
}

/* Makes a job the first of its line, behind all other lines. */
static void head_add(struct work_turn *turn, struct job *head)
{
        struct job **bucket = bucket_of(turn, head->line);
        head->bucket = *bucket;
        *bucket = head;
        head->after = NULL;
        head->before = turn->last;
        if (turn->last != NULL)
                turn->last->after = head;
        else
                turn->first = head;
        turn->last = head;
}

static void head_remove(struct work_turn *turn, struct job *head)
{
        struct job **link = bucket_of(turn, head->line);
        while (*link != head)
                link = &(*link)->bucket;
        *link = head->bucket;
        if (head->before != NULL)
                head->before->after = head->after;
        else
                turn->first = head->after;
        if (head->after != NULL)
                head->after->before = head->before;
        else
                turn->last = head->before;
}

static void turn_push(struct work_turn *turn, struct job *job, uint32_t line)
{
        struct job *head = line_find(turn, line);
        job->next = NULL;
        job->line = line;
        if (head != NULL) {
                head->last->next = job;
                head->last = job;
                head->count++;
                return;
        }
        job->last = job;
        job->count = 1;
        head_add(turn, job);
}

/* The line's next job takes its place, at the end of the turn. */
static struct job *turn_take(struct work_turn *turn, struct job *head)
{
        struct job *heir = head->next;
        head_remove(turn, head);
        if (heir != NULL) {
                heir->last = head->last;
                heir->count = head->count - 1;
                head_add(turn, heir);
        }
        return head;
}

static unsigned running_of(const struct work_queue *queue, uint32_t line)
{
        unsigned count = 0;
        for (unsigned i = 0; i < queue->running_count; i++)
                count += queue->running[i] == line;
        return count;
}

/* The first line in turn that may run another job. */
static struct job *turn_next(const struct work_queue *queue, const struct work_turn *turn)
{
        struct job *head = turn->first;
        while (head != NULL && queue->line_running > 0 && running_of(queue, head->line) >= queue->line_running)
                head = head->after;
        return head;
}

/* ---- the queue ---- */

void work_queue_push(struct work_queue *queue, struct job *job, bool urgent, uint32_t line)
{
        turn_push(urgent ? &queue->urgent : &queue->plain, job, line);
        queue->length++;
}

struct job *work_queue_pop(struct work_queue *queue)
{
        struct job *urgent = turn_next(queue, &queue->urgent), *plain = turn_next(queue, &queue->plain);
        if (urgent != NULL && plain != NULL && queue->urgent_run >= WORK_URGENT_MOST)
                urgent = NULL;
        if (urgent == NULL && plain == NULL)
                return NULL;
        queue->urgent_run = urgent != NULL ? queue->urgent_run + 1 : 0;
        struct job *job = urgent != NULL ? turn_take(&queue->urgent, urgent) : turn_take(&queue->plain, plain);
        queue->length--;
        if (queue->running_count < WORK_RUNNING)
                queue->running[queue->running_count++] = job->line;
        return job;
}

void work_queue_done(struct work_queue *queue, uint32_t line)
{
        for (unsigned i = 0; i < queue->running_count; i++) {
                if (queue->running[i] == line) {
                        queue->running[i] = queue->running[--queue->running_count];
                        return;
                }
        }
}

size_t work_queue_waiting(const struct work_queue *queue, bool urgent, uint32_t line)
{
        const struct job *head = line_find(urgent ? &queue->urgent : &queue->plain, line);
        return head != NULL ? head->count : 0;
}

/* ---- the threads ---- */

/* The next job; NULL: all is done and the pool ends. */
static struct job *job_wait(struct work_pool *pool)
{
        struct job *job;
        while ((job = work_queue_pop(&pool->queue)) == NULL && !(pool->ending && pool->queue.length == 0))
                pthread_cond_wait(&pool->came, &pool->lock);
        return job;
}

static void *worker_run(void *context)
{
        struct work_pool *pool = context;
        struct db *db = db_open(pool->conninfo, "plid");
        struct job *job;
        pthread_mutex_lock(&pool->lock);
        while ((job = job_wait(pool)) != NULL) {
                uint32_t line = job->line; /* the job may be gone, or queued again, once it has run */
                pthread_mutex_unlock(&pool->lock);
                job->run(job, db);
                pthread_mutex_lock(&pool->lock);
                work_queue_done(&pool->queue, line);
                if (pool->queue.length > 0)
                        pthread_cond_signal(&pool->came); /* one that this line's bound held back may run now */
        }
        pthread_cond_broadcast(&pool->came);
        pthread_mutex_unlock(&pool->lock);
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
        pool->queue.line_running = workers > 1 ? workers / 2 : 1;
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

/* Where all is full, a line that has nothing waiting still comes in: the others made it full. */
bool work_full(struct work_pool *pool, bool urgent, uint32_t line)
{
        pthread_mutex_lock(&pool->lock);
        size_t waiting = work_queue_waiting(&pool->queue, urgent, line);
        bool full = waiting >= WORK_LINE_MOST || (!urgent && waiting > 0 && pool->queue.length >= pool->longest_queue);
        pthread_mutex_unlock(&pool->lock);
        return full;
}

size_t work_length(struct work_pool *pool)
{
        pthread_mutex_lock(&pool->lock);
        size_t length = pool->queue.length;
        pthread_mutex_unlock(&pool->lock);
        return length;
}

void work_push(struct work_pool *pool, struct job *job, bool urgent, uint32_t line)
{
        assert(job->run != NULL);
        pthread_mutex_lock(&pool->lock);
        work_queue_push(&pool->queue, job, urgent, line);
        pthread_cond_signal(&pool->came);
        pthread_mutex_unlock(&pool->lock);
}
