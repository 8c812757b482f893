/* crew.c - a fixed set of threads and one list of jobs at a time. */
#include "gateway/notary/crew.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

enum { HANDS_MOST = 64 };

struct crew {
        pthread_mutex_t lock;
        pthread_cond_t begun, done;
        void (*job)(void *context, size_t n);
        void *context;
        size_t count, next, finished;
        bool ending;
        pthread_t hands[HANDS_MOST];
        size_t hand_count;
};

static void *hand_run(void *given)
{
        struct crew *crew = given;
        pthread_mutex_lock(&crew->lock);
        while (!crew->ending) {
                if (crew->next == crew->count) {
                        pthread_cond_wait(&crew->begun, &crew->lock);
                        continue;
                }
                size_t n = crew->next++;
                pthread_mutex_unlock(&crew->lock);
                crew->job(crew->context, n);
                pthread_mutex_lock(&crew->lock);
                if (++crew->finished == crew->count)
                        pthread_cond_signal(&crew->done);
        }
        pthread_mutex_unlock(&crew->lock);
        return NULL;
}

struct crew *crew_new(int64_t hands)
{
        struct crew *crew = calloc(1, sizeof *crew);
        assert(crew != NULL && hands >= 1 && hands <= HANDS_MOST);
        pthread_mutex_init(&crew->lock, NULL);
        pthread_cond_init(&crew->begun, NULL);
        pthread_cond_init(&crew->done, NULL);
        while (crew->hand_count < (size_t)hands && pthread_create(&crew->hands[crew->hand_count], NULL, hand_run, crew) == 0)
                crew->hand_count++;
        if (crew->hand_count > 0)
                return crew;
        crew_free(crew);
        return NULL;
}

void crew_free(struct crew *crew)
{
        if (crew == NULL)
                return;
        pthread_mutex_lock(&crew->lock);
        crew->ending = true;
        pthread_cond_broadcast(&crew->begun);
        pthread_mutex_unlock(&crew->lock);
        for (size_t i = 0; i < crew->hand_count; i++)
                pthread_join(crew->hands[i], NULL);
        pthread_mutex_destroy(&crew->lock);
        pthread_cond_destroy(&crew->begun);
        pthread_cond_destroy(&crew->done);
        free(crew);
}

void crew_begin(struct crew *crew, void (*job)(void *context, size_t n), void *context, size_t count)
{
        pthread_mutex_lock(&crew->lock);
        assert(crew->finished == crew->count);
        crew->job = job;
        crew->context = context;
        crew->next = crew->finished = 0;
        crew->count = count;
        pthread_cond_broadcast(&crew->begun);
        pthread_mutex_unlock(&crew->lock);
}

void crew_wait(struct crew *crew)
{
        pthread_mutex_lock(&crew->lock);
        while (crew->finished < crew->count)
                pthread_cond_wait(&crew->done, &crew->lock);
        pthread_mutex_unlock(&crew->lock);
}
