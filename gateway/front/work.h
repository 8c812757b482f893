/*
 * work.h - the worker threads, one database connection each, and the queue
 * before them. Urgent jobs (a commit) go first; the others are served in turn
 * by line, a line being one client certificate or address, so that one company's
 * thousand requests do not stand before another's one.
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
        struct job *next;
        void (*run)(struct job *job, struct db *db);
};

struct work_pool *work_open(const char *conninfo, unsigned workers, size_t longest_queue);
/* Runs what is queued, then ends the threads. */
void work_close(struct work_pool *pool);
/* True where the queue is longer than a newcomer should wait for: then say 503. */
bool work_full(struct work_pool *pool);
/* Always takes it: what has begun is not dropped. */
void work_push(struct work_pool *pool, struct job *job, bool urgent, uint32_t line);

/* The queue alone, without threads (not thread-safe). */
enum { WORK_LINES = 64 };
struct work_queue {
        struct work_line {
                struct job *first, *last;
        } urgent, lines[WORK_LINES];
        unsigned turn;
        size_t length;
};
void work_queue_push(struct work_queue *queue, struct job *job, bool urgent, uint32_t line);
struct job *work_queue_pop(struct work_queue *queue);

#endif
