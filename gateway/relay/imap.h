/*
 * imap.h - a mailbox read by IMAPS (RFC 3501), through libcurl: what is in the
 * inbox, one mail whole, and what becomes of it.
 *
 * The server's certificate must be vouched for by the anchors and carry the name in
 * the URL. Mails are known by their UIDs under one UIDVALIDITY, which libcurl holds
 * every command against: a mailbox made anew between two commands fails them.
 */
#ifndef PLI_RELAY_IMAP_H
#define PLI_RELAY_IMAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/core/problem.h"

struct imap;

/* Borrowed; the password only until imap_open returns. `url` is imaps://host[:port]; `folder` is where mails are put aside. */
struct imap_options {
        const char *url, *user, *password, *anchors, *folder;
        const atomic_bool *stop; /* set: a transfer under way is given up */
};

bool imap_open(const struct imap_options *options, struct imap **out, struct problem *problem) __attribute__((warn_unused_result));
void imap_close(struct imap *imap);

/* UIDs of the mails of the inbox that are not marked for deletion, at most `room`, lowest first. */
bool imap_list(struct imap *imap, uint32_t *uids, size_t room, size_t *count, struct problem *problem)
        __attribute__((warn_unused_result));
/* The mail's source, all of it: a transfer cut short is a failure. Larger than `most`: *out is NULL and *size says "too large". */
bool imap_fetch(struct imap *imap, uint32_t uid, size_t most, uint8_t **out, size_t *size, struct problem *problem)
        __attribute__((warn_unused_result));
bool imap_delete(struct imap *imap, uint32_t uid, struct problem *problem) __attribute__((warn_unused_result));
/* Out of the inbox into the folder, which is made where it is missing. */
bool imap_set_aside(struct imap *imap, uint32_t uid, struct problem *problem) __attribute__((warn_unused_result));

#endif
