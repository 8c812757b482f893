/* revocation.c - asks, waits, brings (revocation.h). */
#include "gateway/front/revocation.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/config.h"
#include "gateway/core/owner.h"

DEFINE_OWNER(json_t, json_decref)

/* Sources of one document; bytes of all they say; milliseconds between two looks at what the relay has brought. */
enum { SOURCES_MOST = 64, BYTES_MOST = 48 * 1024 * 1024, LOOK = 100 };

struct revocation {
        struct verdict_piece pieces[SOURCES_MOST];
        size_t count, bytes;
};

/* ---- what a report wants ---- */

/* Moves what the signatures of one report want into a list, each once. */
static void report_take(json_t *report, json_t *wanted)
{
        size_t n, m;
        json_t *signature, *one;
        json_array_foreach(json_object_get(report, "signatures"), n, signature)
        {
                json_array_foreach(json_object_get(signature, "wanted"), m, one)
                {
                        bool known = json_array_size(wanted) == SOURCES_MOST;
                        for (size_t i = 0; !known && i < json_array_size(wanted); i++)
                                known = json_equal(json_array_get(wanted, i), one) == 1;
                        if (!known)
                                json_array_append(wanted, one);
                }
                json_object_del(signature, "wanted");
        }
}

static json_t *wanted_take(json_t *report)
{
        json_t *wanted = json_array();
        report_take(report, wanted);
        report_take(json_object_get(report, "verification"), wanted);
        report_take(json_object_get(report, "manifestVerification"), wanted);
        return wanted;
}

void revocation_drop(json_t *report)
{
        json_decref(wanted_take(report));
}

/* ---- what is there ---- */

static bool piece_take(void *context, int64_t number, const uint8_t *data, size_t size)
{
        struct revocation *revocation = context;
        (void)number;
        void *copy = size > 0 && size <= BYTES_MOST - revocation->bytes ? malloc(size) : NULL;
        if (copy == NULL)
                return true; /* too much: another one may fit */
        memcpy(copy, data, size);
        revocation->pieces[revocation->count++] = (struct verdict_piece){copy, size};
        revocation->bytes += size;
        return revocation->count < SOURCES_MOST;
}

/* Asks until the relay has tried all of it, or the time is over. */
static bool sources_await(struct db *db, const struct config *config, const char *wanted, struct problem *problem)
{
        const struct db_argument arguments[] = {db_text(wanted), db_integer(config->revocation_age)};
        for (int64_t left = config->revocation_wait * 1000;; left -= LOOK) {
                OWN(json_t) answer = NULL;
                if (!db_call_json(db, "api.revocation_want", arguments, 2, &answer, problem))
                        return false;
                if (json_integer_value(json_object_get(answer, "pending")) == 0 || left <= 0)
                        return true;
                nanosleep(&(struct timespec){.tv_nsec = LOOK * 1000000L}, NULL);
        }
}

bool revocation_gather(struct db *db, const struct config *config, json_t *report, struct revocation **out, struct problem *problem)
{
        OWN(json_t) wanted = wanted_take(report);
        *out = NULL;
        if (json_array_size(wanted) == 0)
                return true;
        char *text = json_dumps(wanted, JSON_COMPACT);
        struct revocation *found = calloc(1, sizeof *found);
        if (text == NULL || found == NULL)
                abort();
        const struct db_argument argument = db_text(text);
        bool good = sources_await(db, config, text, problem) &&
                    db_call_rows(db, "api.revocation_bodies", &argument, 1, piece_take, found, problem);
        free(text);
        if (good && found->count > 0)
                *out = found;
        else
                revocation_free(found);
        return good;
}

void revocation_free(struct revocation *revocation)
{
        if (revocation == NULL)
                return;
        for (size_t n = 0; n < revocation->count; n++)
                free((void *)(uintptr_t)revocation->pieces[n].data);
        free(revocation);
}

struct verdict_trust revocation_trust(const struct revocation *revocation, struct verdict_trust trust)
{
        trust.evidence = revocation->pieces;
        trust.evidence_count = revocation->count;
        return trust;
}
