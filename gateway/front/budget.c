/*
 * budget.c - counts bytes, and keeps a few whole chunks at hand: a fresh 256 KiB
 * from the kernel for every chunk would be 64 page faults each.
 */
#include "gateway/front/budget.h"

#include <pthread.h>
#include <stdlib.h>

enum { SPARES = 16, STEP = 4 };

struct budget {
        pthread_mutex_t lock;
        size_t most, used, whole;
        uint8_t *spares[SPARES];
        size_t spare_count;
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

static size_t claim_of(size_t room)
{
        return room > BUDGET_BASE ? room - BUDGET_BASE : 0;
}

size_t buffer_claimed(const struct buffer *buffer)
{
        return claim_of(buffer->room);
}

static bool budget_claim(struct budget *budget, size_t bytes)
{
        pthread_mutex_lock(&budget->lock);
        bool there = bytes == 0 || budget->most - budget->used >= bytes;
        if (there)
                budget->used += bytes;
        pthread_mutex_unlock(&budget->lock);
        return there;
}

static void budget_release(struct budget *budget, size_t bytes)
{
        pthread_mutex_lock(&budget->lock);
        budget->used -= bytes;
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

static bool buffer_resize(struct budget *budget, struct buffer *buffer, size_t room)
{
        size_t more = claim_of(room) - claim_of(buffer->room);
        if (!budget_claim(budget, more))
                return false;
        uint8_t *data = buffer->data == NULL ? spare_take(budget, room) : NULL;
        if (data == NULL)
                data = realloc(buffer->data, room);
        if (data == NULL) {
                budget_release(budget, more);
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
        if (eager && buffer_resize(budget, buffer, limit))
                return true;
        return buffer_resize(budget, buffer, next < limit ? next : limit);
}

void buffer_free(struct budget *budget, struct buffer *buffer)
{
        budget_release(budget, buffer_claimed(buffer));
        if (buffer->data == NULL || buffer->room != budget->whole || !spare_give(budget, buffer->data))
                free(buffer->data);
        *buffer = (struct buffer){0};
}
