/*
 * arena.c - blocks in a chain; the newest serves until it is full.
 */
#include "gateway/core/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Most requests fit in one block of this size. */
enum { BLOCK_SIZE = 16384 };

struct block {
        struct block *older;
        size_t size, used;
        max_align_t data[];
};

struct arena {
        struct block *newest;
        size_t most, used;
};

struct arena *arena_new(size_t most)
{
        struct arena *arena = calloc(1, sizeof *arena);
        assert(arena != NULL);
        arena->most = most;
        return arena;
}

void arena_free(struct arena *arena)
{
        if (arena == NULL)
                return;
        for (struct block *block = arena->newest; block != NULL;) {
                struct block *older = block->older;
                free(block);
                block = older;
        }
        free(arena);
}

static struct block *block_new(struct block *older, size_t size)
{
        struct block *block = calloc(1, sizeof *block + size);
        assert(block != NULL);
        block->older = older;
        block->size = size;
        return block;
}

void *arena_take(struct arena *arena, size_t size)
{
        assert(arena != NULL);
        if (size > arena->most - arena->used)
                return NULL;
        size_t aligned = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
        if (aligned > arena->most - arena->used)
                return NULL;
        struct block *block = arena->newest;
        if (block == NULL || aligned > block->size - block->used)
                arena->newest = block = block_new(arena->newest, aligned > BLOCK_SIZE ? aligned : BLOCK_SIZE);
        void *data = (unsigned char *)block->data + block->used;
        block->used += aligned;
        arena->used += aligned;
        return data;
}

char *arena_copy(struct arena *arena, const void *data, size_t size)
{
        char *copy = size < SIZE_MAX ? arena_take(arena, size + 1) : NULL;
        if (copy != NULL && size > 0)
                memcpy(copy, data, size);
        return copy;
}

char *arena_text(struct arena *arena, const char *text)
{
        return arena_copy(arena, text, strlen(text));
}

char *arena_print(struct arena *arena, const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        va_list again;
        va_copy(again, arguments);
        int length = vsnprintf(NULL, 0, format, arguments);
        va_end(arguments);
        char *text = length >= 0 ? arena_take(arena, (size_t)length + 1) : NULL;
        if (text != NULL)
                vsnprintf(text, (size_t)length + 1, format, again);
        va_end(again);
        return text;
}

size_t arena_used(const struct arena *arena)
{
        return arena->used;
}
