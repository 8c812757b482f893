/*
 * journal_keys.h - the verifier keys a receipt's checkpoint may be signed by:
 * a journal that lives long has had several.
 */
#ifndef PLI_CLIENT_JOURNAL_KEYS_H
#define PLI_CLIENT_JOURNAL_KEYS_H

#include "gateway/client/command.h"
#include "gateway/core/problem.h"
#include "gateway/formats/receipt.h"

enum { JOURNAL_KEYS_MOST = 64, INSTANT_ROOM = 40 };

struct journal_keys {
        struct note_key list[JOURNAL_KEYS_MOST];
        char revoked[JOURNAL_KEYS_MOST][INSTANT_ROOM]; /* RFC 3339 in UTC; "": not */
        size_t count;
};

/* Each --journal-key: a verifier key (name+hash+key), a file of such lines, or the gateway's published history (/api/v1/keys). */
bool journal_keys_given(const struct invocation *invocation, struct journal_keys *out, struct problem *problem)
        __attribute__((warn_unused_result));
/* receipt_check() with the key that proves it; where none does, what the first one found. No keys: the checkpoint is not judged. */
enum signing_indication journal_keys_check(const struct journal_keys *keys, const struct receipt *receipt, struct refusals *out);

#endif
