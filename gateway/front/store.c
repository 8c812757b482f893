/*
 * store.c - storer threads. A batch is one transaction; where it is refused for
 * one chunk's sake, each goes alone, so that no upload fails for another's fault.
 */
#include "gateway/front/store.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/db.h"

/* Larger batches gain nothing and hold more memory in libpq (measured: 8 MiB against 4 MiB, within noise). */
enum { BATCH_ITEMS = 16, BATCH_BYTES = 4 * 1024 * 1024, ARGUMENTS = 5 };

struct store {
        pthread_mutex_t lock;
        pthread_cond_t came;
        struct work_queue queue; /* of any line as many as fit: a batch is one transaction */
        bool ending;
        const char *conninfo;
        EVP_MD *sha256; /* fetched once: every fetch takes a lock in OpenSSL 3.0 */
        unsigned count;
        pthread_t threads[];
};

struct batch {
        struct store_item *items[BATCH_ITEMS];
        size_t count;
};

static struct store_item *item_next(struct store *store)
{
        struct job *job = work_queue_pop(&store->queue);
        if (job == NULL)
                return NULL;
        work_queue_done(&store->queue, job->line); /* none is held back for what its line has under way */
        return (struct store_item *)(void *)((char *)job - offsetof(struct store_item, turn));
}

static void batch_take(struct store *store, struct batch *batch)
{
        size_t bytes = 0;
        batch->count = 0;
        pthread_mutex_lock(&store->lock);
        while (store->queue.length == 0 && !store->ending)
                pthread_cond_wait(&store->came, &store->lock);
        while (batch->count < BATCH_ITEMS && bytes < BATCH_BYTES && store->queue.length > 0) {
                struct store_item *item = item_next(store);
                bytes += item->size;
                batch->items[batch->count++] = item;
        }
        pthread_mutex_unlock(&store->lock);
}

static bool items_put(struct db *db, struct store_item *const *items, size_t count, struct problem *problem)
{
        struct db_argument arguments[BATCH_ITEMS][ARGUMENTS];
        struct db_statement statements[BATCH_ITEMS];
        for (size_t i = 0; i < count; i++) {
                const struct store_item *item = items[i];
                arguments[i][0] = db_text(item->day);
                arguments[i][1] = db_integer(item->content);
                arguments[i][2] = db_integer(item->number);
                arguments[i][3] = db_bytes(item->sha256, sizeof(item->sha256));
                arguments[i][4] = db_bytes(item->data, item->size);
                statements[i] = (struct db_statement){.function = "api.chunk_put", .arguments = arguments[i], .count = ARGUMENTS};
        }
        return db_call_together(db, statements, count, problem);
}

static void item_put_alone(struct db *db, struct store_item *item)
{
        struct problem problem = {0};
        bool stored = items_put(db, &item, 1, &problem);
        item->done(item, stored ? NULL : &problem);
}

static void batch_put(struct store *store, struct db *db, const struct batch *batch)
{
        struct problem problem = {0};
        for (size_t i = 0; i < batch->count; i++) {
                struct store_item *item = batch->items[i];
                EVP_Digest(item->data, item->size, item->sha256, NULL, store->sha256, NULL);
        }
        bool stored = items_put(db, batch->items, batch->count, &problem);
        bool alone = !stored && batch->count > 1 && strcmp(problem.row->code, "database-unavailable") != 0;
        for (size_t i = 0; i < batch->count; i++) {
                if (alone)
                        item_put_alone(db, batch->items[i]);
                else
                        batch->items[i]->done(batch->items[i], stored ? NULL : &problem);
        }
}

static void *storer_run(void *context)
{
        struct store *store = context;
        struct db *db = db_open(store->conninfo, "plid");
        struct batch batch;
        for (batch_take(store, &batch); batch.count > 0; batch_take(store, &batch))
                batch_put(store, db, &batch);
        db_close(db);
        return NULL;
}

struct store *store_open(const char *conninfo, unsigned storers)
{
        struct store *store = calloc(1, sizeof(*store) + storers * sizeof(store->threads[0]));
        if (store == NULL)
                return NULL;
        pthread_mutex_init(&store->lock, NULL);
        pthread_cond_init(&store->came, NULL);
        store->conninfo = conninfo;
        store->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
        while (store->sha256 != NULL && store->count < storers &&
               pthread_create(&store->threads[store->count], NULL, storer_run, store) == 0)
                store->count++;
        if (store->count == storers)
                return store;
        store_close(store);
        return NULL;
}

void store_close(struct store *store)
{
        if (store == NULL)
                return;
        pthread_mutex_lock(&store->lock);
        store->ending = true;
        pthread_cond_broadcast(&store->came);
        pthread_mutex_unlock(&store->lock);
        for (unsigned i = 0; i < store->count; i++)
                pthread_join(store->threads[i], NULL);
        EVP_MD_free(store->sha256);
        pthread_cond_destroy(&store->came);
        pthread_mutex_destroy(&store->lock);
        free(store);
}

void store_put(struct store *store, struct store_item *item)
{
        pthread_mutex_lock(&store->lock);
        work_queue_push(&store->queue, &item->turn, false, item->line);
        pthread_cond_signal(&store->came);
        pthread_mutex_unlock(&store->lock);
}
