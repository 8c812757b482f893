/*
 * work.h - the worker threads, one database connection each, and the queue
 * before them. A line is one client certificate, or one address without any.
 * Lines are served in turn, so that one company's hundred connections do not
 * stand before another's one; each waits and runs within bounds of its own.
 * Urgent jobs (a commit) go first, but never all the time.
 */
#ifndef PLI_FRONT_WORK_H
#define PLI_FRONT_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct work_pool;

/* Part of something bigger, which the queue never owns. */
struct job {
        void (*run)(struct job *job, struct db *db);
        struct job *next; /* the queue's own from here on: behind it in its line */
        uint32_t line;
        struct job *last, *after, *before, *bucket; /* of a line's first job: its last, its neighbours in turn, its hash chain */
        size_t count;
};

struct work_pool *work_open(const char *conninfo, unsigned workers, size_t longest_queue);
/* Runs what is queued, then ends the threads. */
void work_close(struct work_pool *pool);
/* True where more of this line should not be begun: then say 503. A commit is only held up by commits of its own line. */
bool work_full(struct work_pool *pool, bool urgent, uint32_t line);
/* Always takes it: what has begun is not dropped. */
void work_push(struct work_pool *pool, struct job *job, bool urgent, uint32_t line);
/* Jobs that wait. */
size_t work_length(struct work_pool *pool);

/* The queue alone, without threads (not thread-safe). */
enum {
        WORK_BUCKETS = 256,
        WORK_RUNNING = 256,  /* workers at most */
        WORK_LINE_MOST = 64, /* jobs that may wait in one line before it is told to come back later */
        WORK_URGENT_MOST = 8 /* urgent jobs in a row while others wait */
};
struct work_turn {
        struct job *first, *last; /* the first job of each line */
        struct job *buckets[WORK_BUCKETS];
};
struct work_queue {
        struct work_turn urgent, plain;
        unsigned urgent_run;
        size_t length;
        unsigned line_running; /* how many of one line may run at once; 0: any number */
        uint32_t running[WORK_RUNNING];
        unsigned running_count;
};
void work_queue_push(struct work_queue *queue, struct job *job, bool urgent, uint32_t line);
/* NULL: nothing waits that may run now. What is popped runs until work_queue_done(). */
struct job *work_queue_pop(struct work_queue *queue);
void work_queue_done(struct work_queue *queue, uint32_t line);
size_t work_queue_waiting(const struct work_queue *queue, bool urgent, uint32_t line);

#endif
