/* batching.c - one time-stamp for all receipts of an interval, step by step. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/db.h"
#include "gateway/core/log.h"
#include "gateway/core/owner.h"
#include "gateway/notary/batching.h"
#include "gateway/notary/nonce.h"
#include "gateway/notary/pause.h"

DEFINE_OWNER(json_t, json_decref)

enum { PAGE = 32, BATCH_MOST = 65536, REQUEST_MAX = 4096 };

enum phase { WAITING, COLLECTING, APPLYING };
struct batching {
        int64_t interval, due; /* seconds; of pause_now() */
        enum phase phase;
        int64_t after;   /* journal index: what is before has been looked at */
        int64_t *events; /* of the leaves */
        uint8_t (*leaves)[SIGNING_LEAF];
        size_t count, applied;
        signing_batch *batch;
};

struct batching *batching_new(int64_t interval)
{
        struct batching *batching = calloc(1, sizeof *batching);
        assert(batching != NULL);
        batching->interval = interval;
        batching->due = pause_now() + interval;
        return batching;
}

static void batch_release(struct batching *batching)
{
        free(batching->events);
        free(batching->leaves);
        signing_batch_free(batching->batch);
        *batching = (struct batching){.interval = batching->interval, .due = batching->due};
}

void batching_free(struct batching *batching)
{
        if (batching == NULL)
                return;
        batch_release(batching);
        free(batching);
}

void batching_drop(struct batching *batching)
{
        if (batching != NULL)
                batch_release(batching);
}

static void fault(const char *what, int64_t event, const struct signing_refusal *why)
{
        char number[24];
        snprintf(number, sizeof number, "%lld", (long long)event);
        log_event(LOG_LEVEL_ERROR, what, "event", number, "code", why->code, "reason", why->sentence, NULL);
}

static bool page_read(struct db *db, int64_t after, json_t **rows, struct problem *problem)
{
        const struct db_argument arguments[] = {db_integer(after), db_integer(PAGE)};
        return db_call_json(db, "api.receipt_unstamped_after", arguments, 2, rows, problem);
}

static int64_t member(const json_t *row, const char *name)
{
        return json_integer_value(json_object_get(row, name));
}

static struct signing_bytes receipt_of(const json_t *row)
{
        const json_t *text = json_object_get(row, "receipt");
        return (struct signing_bytes){(const uint8_t *)json_string_value(text), json_string_length(text)};
}

/* ---- collecting ---- */

static void collection_begin(struct batching *batching)
{
        batching->phase = COLLECTING;
        batching->after = -1;
        batching->events = malloc(BATCH_MOST * sizeof *batching->events);
        batching->leaves = malloc(BATCH_MOST * sizeof *batching->leaves);
        assert(batching->events != NULL && batching->leaves != NULL);
}

/* A receipt that has no leaf is told of and left without a time-stamp: it must not keep the others from theirs. */
static void rows_collect(struct batching *batching, const json_t *rows)
{
        for (size_t i = 0; i < json_array_size(rows) && batching->count < BATCH_MOST; i++) {
                const json_t *row = json_array_get(rows, i);
                struct signing_refusal why;
                batching->after = member(row, "index");
                if (signing_batch_leaf(receipt_of(row), batching->leaves[batching->count], &why))
                        batching->events[batching->count++] = member(row, "event");
                else
                        fault("stamp-request-unmade", member(row, "event"), &why);
        }
}

/* ---- asking ---- */

static bool token_ask(struct batching *batching, const struct office *office)
{
        struct bytes request = {.limit = REQUEST_MAX};
        struct stamp_exchange exchange = {.answered = false};
        struct signing_refusal why = {.code = "STAMP_UNANSWERED", .sentence = "the authority did not answer"};
        const struct signing_sink sink = bytes_sink(&request);
        uint64_t nonce = nonce_new();
        bool asked = signing_batch_new((const uint8_t(*)[SIGNING_LEAF])batching->leaves, batching->count, &batching->batch, &why) &&
                     signing_batch_request(batching->batch, nonce, &sink, &why);
        exchange.request = bytes_view(&request);
        if (asked)
                stamper_carry(office->stamper, &exchange, 1);
        bool good = asked && exchange.answered &&
                    seal_batch_answer(office->seal, batching->batch, bytes_view(&exchange.answer), nonce, &why);
        if (exchange.answered)
                stamper_judge(office->stamper, good, why.code);
        if (!good)
                log_event(LOG_LEVEL_WARNING, "batch-unstamped", "code", why.code, "reason", why.sentence, NULL);
        stamper_settle(office->stamper, good);
        bytes_free(&exchange.answer);
        bytes_free(&request);
        return good;
}

static void batch_log(const struct batching *batching)
{
        char count[24];
        snprintf(count, sizeof count, "%zu", batching->count);
        log_event(LOG_LEVEL_INFO, "batch-stamped", "receipts", count, NULL);
}

/* All leaves are there: one request for all. */
static void collection_end(struct batching *batching, const struct office *office)
{
        batching->due = pause_now() + batching->interval;
        if (batching->count == 0 || !token_ask(batching, office)) {
                batch_release(batching);
                return;
        }
        batch_log(batching);
        batching->phase = APPLYING;
        batching->after = -1;
}

/* ---- applying ---- */

/* False where the record cannot be put in: told, and left without. */
static bool row_apply(struct batching *batching, const json_t *row, struct draft *draft)
{
        struct signing_refusal why;
        const struct signing_sink sink = bytes_sink(&draft->xml);
        draft->event = member(row, "event");
        draft->xml.limit = DRAFT_MAX;
        draft->made = draft->stamped = signing_batch_apply(batching->batch, batching->applied, receipt_of(row), &sink, &why);
        if (draft->made)
                return true;
        draft_fault(draft, LOG_LEVEL_ERROR, "stamp-refused", &why);
        bytes_free(&draft->xml);
        return false;
}

/* Both are in the journal's order; a receipt stamped meanwhile is not among the rows any more. */
static bool rows_apply(struct batching *batching, const json_t *rows, struct db *db, struct problem *problem)
{
        struct draft drafts[PAGE] = {0};
        size_t count = 0;
        for (size_t i = 0; i < json_array_size(rows) && i < PAGE; i++) {
                const json_t *row = json_array_get(rows, i);
                size_t n = batching->applied;
                batching->after = member(row, "index");
                while (n < batching->count && batching->events[n] != member(row, "event"))
                        n++;
                if (n == batching->count)
                        continue; /* of the next batch */
                batching->applied = n;
                count += row_apply(batching, row, &drafts[count]) ? 1 : 0;
                batching->applied++;
        }
        bool good = drafts_put(db, "api.receipts_stamp", drafts, count, true, problem);
        drafts_free(drafts, PAGE);
        return good;
}

static bool page_work(struct batching *batching, const struct office *office, struct db *db, struct problem *problem)
{
        OWN(json_t) rows = NULL;
        if (!page_read(db, batching->after, &rows, problem))
                return false;
        bool last = json_array_size(rows) < PAGE;
        if (batching->phase == COLLECTING) {
                rows_collect(batching, rows);
                if (last || batching->count == BATCH_MOST)
                        collection_end(batching, office);
                return true;
        }
        if (!rows_apply(batching, rows, db, problem))
                return false;
        if (last || batching->applied == batching->count)
                batch_release(batching);
        return true;
}

bool batching_step(struct batching *batching, const struct office *office, struct db *db, bool *more, struct problem *problem)
{
        if (batching->phase == WAITING && pause_now() >= batching->due && stamper_ready(office->stamper))
                collection_begin(batching);
        bool well = batching->phase == WAITING || page_work(batching, office, db, problem);
        if (!well)
                batch_release(batching);
        *more = batching->phase != WAITING;
        return well;
}
