/* certificate_cache.c - a table of parsed certificates, one place for each hash (certificate_cache.h). */
#include "signing/certificate_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
        PLACES = 256,
        KEPT_MAX = 4096, /* a certificate above that is rare, and is parsed each time: 1 MiB in all */
        HASHED = 64,     /* of its end, which is its issuer's signature: as good as random */
};

struct place {
        uint8_t *der;
        size_t size;
        X509 *certificate;
};

static struct place places[PLACES];
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER; /* several threads may sign at once */

/* FNV-1a */
static struct place *place_of(struct signing_bytes der)
{
        uint32_t hash = 2166136261u;
        for (size_t n = der.size - HASHED; n < der.size; n++)
                hash = (hash ^ der.data[n]) * 16777619u;
        return &places[hash % PLACES];
}

static void place_clear(struct place *place)
{
        free(place->der);
        X509_free(place->certificate);
        *place = (struct place){0};
}

static void place_fill(struct place *place, struct signing_bytes der, X509 *certificate)
{
        uint8_t *copy = malloc(der.size);
        if (copy == NULL || X509_up_ref(certificate) != 1) {
                free(copy);
                return;
        }
        memcpy(copy, der.data, der.size);
        place_clear(place);
        *place = (struct place){copy, der.size, certificate};
}

X509 *certificate_cache_read(struct signing_bytes der)
{
        const unsigned char *at = der.data;
        if (der.size < HASHED || der.size > KEPT_MAX)
                return der.size <= INT32_MAX ? d2i_X509(NULL, &at, (long)der.size) : NULL;
        pthread_mutex_lock(&guard);
        struct place *place = place_of(der);
        bool kept = place->size == der.size && memcmp(place->der, der.data, der.size) == 0;
        X509 *certificate = kept && X509_up_ref(place->certificate) == 1 ? place->certificate : d2i_X509(NULL, &at, (long)der.size);
        if (!kept && certificate != NULL)
                place_fill(place, der, certificate);
        pthread_mutex_unlock(&guard);
        return certificate;
}

void certificate_cache_clear(void)
{
        pthread_mutex_lock(&guard);
        for (size_t n = 0; n < PLACES; n++)
                place_clear(&places[n]);
        pthread_mutex_unlock(&guard);
}
