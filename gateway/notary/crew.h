/* crew.h - threads that do many small jobs beside the one that talks to the database. */
#ifndef PLI_NOTARY_CREW_H
#define PLI_NOTARY_CREW_H

#include <stddef.h>
#include <stdint.h>

struct crew;

/* hands: threads, 1 at least. NULL: they could not be started. */
struct crew *crew_new(int64_t hands);
/* NULL is allowed. Not while it works. */
void crew_free(struct crew *crew);
/* Begins job(context, n) for each n below count, in any order and side by side; the context is borrowed until crew_wait(). */
void crew_begin(struct crew *crew, void (*job)(void *context, size_t n), void *context, size_t count);
/* Until all are done. Does nothing where nothing was begun. */
void crew_wait(struct crew *crew);

#endif
