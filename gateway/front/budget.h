/*
 * budget.h - bytes of request bodies in memory, over all uploads. A buffer grows
 * from 8 KiB, which everyone may have, to its limit within one budget: a
 * thousand slow uploads cost little, a few fast ones get whole chunks. No line
 * (work.h) has more than half of it, nor more than a quarter where others have as
 * much: who opens a hundred connections leaves room for the next one. So that
 * half-filled buffers never wait for each other, one buffer of a line may pass
 * the line's bound, and one of all may pass the budget's: each can be finished.
 */
#ifndef PLI_FRONT_BUDGET_H
#define PLI_FRONT_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BUDGET_BASE = 8192 };

struct budget;

struct buffer {
        uint8_t *data;
        size_t size, room;
        uint32_t line; /* whose it is; set before it grows */
        bool passes_line, passes_all;
};

/* `whole`: the size kept for reuse when freed (a chunk). */
struct budget *budget_new(size_t most, size_t whole);
void budget_free(struct budget *budget);
/* Bytes now claimed beyond the bases. */
size_t budget_used(struct budget *budget);
/* Is there no room for one whole buffer, whoever asks? */
bool budget_spent(struct budget *budget);

/* More room, up to `limit`; `eager`: all of it at once where it is there. False where the budget has none now. */
bool buffer_grow(struct budget *budget, struct buffer *buffer, size_t limit, bool eager) __attribute__((warn_unused_result));
/* Empties the buffer; its bytes go back to the budget. */
void buffer_free(struct budget *budget, struct buffer *buffer);
/* What it has claimed beyond its base. */
size_t buffer_claimed(const struct buffer *buffer);

#endif
