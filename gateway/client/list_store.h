/*
 * list_store.h - trusted lists kept in a folder, each beside what its server said
 * of its state, so that a list that has not changed is not sent again.
 *
 * The state lies in ".NAME.state" and is gone before its list is replaced: after a
 * crash a list may be fetched once too often, never once too little.
 */
#ifndef PLI_CLIENT_LIST_STORE_H
#define PLI_CLIENT_LIST_STORE_H

#include "gateway/client/fetch.h"

enum { LIST_MOST = 20 << 20 };

struct list_store {
        const char *folder, *ca; /* ca: authorities of the servers, or NULL */
};

/* A list on its way into the folder. */
struct list_arrival {
        struct content content;
        struct fetch_state state;
        bool changed; /* it is not what is kept under its name */
};

/* `name`: under which an earlier one may be kept; NULL: none is asked about. The caller frees the content, always. */
bool list_store_fetch(const struct list_store *store, const char *name, const char *url, struct list_arrival *out,
                      struct problem *problem) __attribute__((warn_unused_result));
/* Refused where what is kept has a higher number (TS 119 612 5.3.2: a number goes up only). */
bool list_store_keep(const struct list_store *store, const char *name, const struct list_arrival *arrival, struct problem *problem)
        __attribute__((warn_unused_result));

#endif
