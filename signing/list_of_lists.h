/*
 * list_of_lists.h - which lists are taken, in what order, signed by whom: a list
 * of lists announces its own next signers (so pivots chain, each signed by one
 * the former announced) and those of every national list. A number never goes
 * back (ETSI TS 119 612 5.3.2, 5.3.13; TS 119 615 4.1).
 */
#ifndef PLI_SIGNING_LIST_OF_LISTS_H
#define PLI_SIGNING_LIST_OF_LISTS_H

#include "signing/trust.h"
#include "signing/trusted_list.h"

/* A list that was taken. */
struct listed {
        char territory[8];
        bool of_lists;
        uint64_t sequence;
        int64_t next; /* its successor is due; 0: never, its scheme is closed */
        struct listed *following;
};

struct list_of_lists {
        struct list_pointer *pointers; /* of the newest list of lists */
        struct listed *taken;
};

void list_of_lists_free(struct list_of_lists *all);
/* Notes for the report: lists that `at` is past the next update of. False: none. */
bool lists_overdue(const struct signing_trust *trust, int64_t at, char *out, size_t size);

#endif
