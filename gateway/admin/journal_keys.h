/*
 * journal_keys.h - verifier keys of the journal: one at most times, several across a
 * rotation.
 */
#ifndef PLI_ADMIN_JOURNAL_KEYS_H
#define PLI_ADMIN_JOURNAL_KEYS_H

#include "gateway/core/problem.h"
#include "gateway/formats/note.h"

enum { JOURNAL_KEYS_MAX = 16 };

struct journal_keys {
        struct note_key list[JOURNAL_KEYS_MAX];
        size_t count;
};

/* A verifier key ("name+hash+key"), or a file with one a line. */
bool journal_keys_add(struct journal_keys *keys, const char *text, struct problem *problem) __attribute__((warn_unused_result));
/* Is this checkpoint signed by one of them? */
bool journal_keys_sign(const struct journal_keys *keys, const char *note) __attribute__((warn_unused_result));

#endif
