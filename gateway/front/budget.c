/*
 * budget.c - counts bytes, and keeps a few whole chunks at hand: a fresh 256 KiB
 * from the kernel for every chunk would be 64 page faults each.
 */
#include "gateway/front/budget.h"

#include <pthread.h>
#include <stdlib.h>

enum { SPARES = 16, STEP = 4, BUCKETS = 256 };

/* What one line holds; there only while it holds something. */
struct share {
        struct share *next;
        uint32_t line;
        size_t used;
        bool passed; /* by one of its buffers */
};

struct budget {
        pthread_mutex_t lock;
        size_t most, used, whole;
        uint8_t *spares[SPARES];
        size_t spare_count;
        struct share *shares[BUCKETS];
        bool passed; /* by one buffer of all */
};

struct budget *budget_new(size_t most, size_t whole)
{
        struct budget *budget = calloc(1, sizeof(*budget));
        if (budget == NULL)
                return NULL;
        pthread_mutex_init(&budget->lock, NULL);
        budget->most = most;
        budget->whole = whole;
        return budget;
}

void budget_free(struct budget *budget)
{
        if (budget == NULL)
                return;
        while (budget->spare_count > 0)
                free(budget->spares[--budget->spare_count]);
        pthread_mutex_destroy(&budget->lock);
        free(budget);
}

size_t budget_used(struct budget *budget)
{
        pthread_mutex_lock(&budget->lock);
        size_t used = budget->used;
        pthread_mutex_unlock(&budget->lock);
        return used;
}

bool budget_spent(struct budget *budget)
{
        pthread_mutex_lock(&budget->lock);
        bool spent = budget->used + budget->whole > budget->most;
        pthread_mutex_unlock(&budget->lock);
        return spent;
}

static size_t claim_of(size_t room)
{
        return room > BUDGET_BASE ? room - BUDGET_BASE : 0;
}

size_t buffer_claimed(const struct buffer *buffer)
{
        return claim_of(buffer->room);
}

/* The line's share, made where it has none; NULL: no memory. Under the lock. */
static struct share **share_of(struct budget *budget, uint32_t line)
{
        struct share **link = &budget->shares[(line ^ line >> 16) % BUCKETS];
        while (*link != NULL && (*link)->line != line)
                link = &(*link)->next;
        if (*link == NULL) {
                *link = calloc(1, sizeof(**link));
                if (*link != NULL)
                        (*link)->line = line;
        }
        return link;
}

static void share_drop(struct share **link)
{
        struct share *share = *link;
        if (share != NULL && share->used == 0) {
                *link = share->next;
                free(share);
        }
}

/* `finishing`: it would hold all that it needs then, and may pass a bound that nobody passes yet. */
static bool share_allows(struct budget *budget, struct share *share, struct buffer *buffer, size_t bytes, bool finishing)
{
        bool room = budget->used + bytes <= budget->most;
        size_t most = budget->used + bytes <= budget->most / 2 ? budget->most / 2 : budget->most / 4;
        if (room && share->used + bytes <= most)
                return true;
        if (!finishing || share->passed || (!room && budget->passed))
                return false;
        share->passed = buffer->passes_line = true;
        budget->passed = budget->passed || !room;
        buffer->passes_all = !room;
        return true;
}

static bool budget_claim(struct budget *budget, struct buffer *buffer, size_t bytes, bool finishing)
{
        if (bytes == 0)
                return true;
        pthread_mutex_lock(&budget->lock);
        struct share **link = share_of(budget, buffer->line);
        bool there = *link != NULL && share_allows(budget, *link, buffer, bytes, finishing);
        if (there) {
                budget->used += bytes;
                (*link)->used += bytes;
        }
        share_drop(link);
        pthread_mutex_unlock(&budget->lock);
        return there;
}

static void budget_release(struct budget *budget, struct buffer *buffer, size_t bytes)
{
        if (bytes == 0)
                return;
        pthread_mutex_lock(&budget->lock);
        struct share **link = share_of(budget, buffer->line);
        budget->used -= bytes;
        budget->passed = budget->passed && !buffer->passes_all;
        if (*link != NULL) {
                (*link)->used -= bytes;
                (*link)->passed = (*link)->passed && !buffer->passes_line;
        }
        buffer->passes_all = buffer->passes_line = false;
        share_drop(link);
        pthread_mutex_unlock(&budget->lock);
}

static uint8_t *spare_take(struct budget *budget, size_t room)
{
        if (room != budget->whole)
                return NULL;
        pthread_mutex_lock(&budget->lock);
        uint8_t *spare = budget->spare_count > 0 ? budget->spares[--budget->spare_count] : NULL;
        pthread_mutex_unlock(&budget->lock);
        return spare;
}

static bool spare_give(struct budget *budget, uint8_t *data)
{
        pthread_mutex_lock(&budget->lock);
        bool kept = budget->spare_count < SPARES;
        if (kept)
                budget->spares[budget->spare_count++] = data;
        pthread_mutex_unlock(&budget->lock);
        return kept;
}

static bool buffer_resize(struct budget *budget, struct buffer *buffer, size_t room, bool finishing)
{
        size_t more = claim_of(room) - claim_of(buffer->room);
        if (!budget_claim(budget, buffer, more, finishing))
                return false;
        uint8_t *data = buffer->data == NULL ? spare_take(budget, room) : NULL;
        if (data == NULL)
                data = realloc(buffer->data, room);
        if (data == NULL) {
                budget_release(budget, buffer, more);
                return false;
        }
        buffer->data = data;
        buffer->room = room;
        return true;
}

bool buffer_grow(struct budget *budget, struct buffer *buffer, size_t limit, bool eager)
{
        size_t next = buffer->room == 0 ? BUDGET_BASE : buffer->room * STEP;
        if (buffer->room >= limit)
                return false;
        if (eager && buffer_resize(budget, buffer, limit, false))
                return true;
        return buffer_resize(budget, buffer, next < limit ? next : limit, false) || buffer_resize(budget, buffer, limit, true);
}

void buffer_free(struct budget *budget, struct buffer *buffer)
{
        budget_release(budget, buffer, buffer_claimed(buffer));
        if (buffer->data == NULL || buffer->room != budget->whole || !spare_give(budget, buffer->data))
                free(buffer->data);
        *buffer = (struct buffer){0};
}
