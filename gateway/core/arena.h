/*
 * arena.h - memory that leaves all at once: one arena a request or a job.
 *
 * Nothing is freed singly. An arena is born with its most: what would go past
 * it is refused (NULL), so that one request cannot eat the machine. Where the
 * machine itself has no memory left the program aborts and is restarted.
 */
#ifndef PLI_CORE_ARENA_H
#define PLI_CORE_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(size_t most);
void arena_free(struct arena *arena);

/* Zeroed and aligned for any type; NULL past the most. */
void *arena_take(struct arena *arena, size_t size) __attribute__((warn_unused_result));
/* A copy of bytes with a NUL after them; NULL past the most. */
char *arena_copy(struct arena *arena, const void *data, size_t size) __attribute__((warn_unused_result));
char *arena_text(struct arena *arena, const char *text) __attribute__((warn_unused_result));
char *arena_print(struct arena *arena, const char *format, ...) __attribute__((warn_unused_result, format(printf, 2, 3)));
/* Bytes taken so far, with their alignment. */
size_t arena_used(const struct arena *arena);

#endif
