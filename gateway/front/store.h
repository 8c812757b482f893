/*
 * store.h - chunks into the database: many uploads' chunks in one pipelined
 * transaction, each with its SHA-256. What is reported done is durable. Lines
 * (work.h) are served in turn: one company's hundred chunks do not stand before
 * another's one.
 */
#ifndef PLI_FRONT_STORE_H
#define PLI_FRONT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/core/problem.h"
#include "gateway/front/work.h"

struct store;

struct store_item {
        struct job turn; /* the store's own */
        uint32_t line;   /* whose (work.h) */
        const char *day; /* borrowed until done() */
        int64_t content, number;
        const uint8_t *data; /* borrowed until done() */
        size_t size;
        uint8_t sha256[32];                                                  /* filled in */
        void (*done)(struct store_item *item, const struct problem *failed); /* on a storer's thread; NULL: durable */
};

struct store *store_open(const char *conninfo, unsigned storers);
/* Stores what is queued, then ends the threads. */
void store_close(struct store *store);
void store_put(struct store *store, struct store_item *item);

#endif
