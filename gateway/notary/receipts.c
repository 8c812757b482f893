/*
 * receipts.c - a receipt is signed first, then its time-stamp is asked for. What
 * the authority does not stamp in time is signed again saying so, and goes out.
 */
#include "gateway/notary/receipts.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/db.h"
#include "gateway/core/owner.h"
#include "gateway/notary/tree.h"

DEFINE_OWNER(json_t, json_decref)

enum { COMPLETED_MOST = 64 };

/* ---- making ---- */

/* One job of the crew. */
static void draft_sign(void *context, size_t n)
{
        struct making *making = context;
        const struct entry *entry = &making->batch.entries[n];
        struct draft *draft = &making->drafts[n];
        struct merkle_proof proof;
        struct signing_refusal why = {.code = "RECEIPT_PROOF", .sentence = "the journal's tree lacks a node"};
        const struct merkle_reader reader = tree_reader(making->tree);
        struct receipt_source source = {.text = {(const uint8_t *)entry->text, strlen(entry->text)},
                                        .index = entry->index,
                                        .proof = &proof,
                                        .checkpoint = {(const uint8_t *)making->batch.note, strlen(making->batch.note)},
                                        .issuer = seal_issuer(making->office->seal),
                                        .address = making->office->address,
                                        .stamp = making->stamp};
        if (draft->stamped)
                return;
        memcpy(source.salt, entry->salt, sizeof source.salt);
        bytes_free(&draft->xml);
        draft->event = entry->event;
        draft->xml.limit = DRAFT_MAX;
        draft->made = merkle_inclusion(entry->index, making->batch.size, &reader, &proof) &&
                      seal_receipt(making->office->seal, &source, making->claimed, &draft->xml, &why);
        if (!draft->made)
                draft_fault(draft, LOG_LEVEL_ERROR, "receipt-unmade", &why);
}

static bool clock_read(struct db *db, int64_t *out, struct problem *problem)
{
        OWN(json_t) answer = NULL;
        struct tm parts = {0};
        if (!db_call_json(db, "api.now", NULL, 0, &answer, problem))
                return false;
        const char *text = json_string_value(json_object_get(answer, "now"));
        if (text == NULL || strptime(text, "%Y-%m-%dT%H:%M:%S", &parts) == NULL)
                return problem_set(problem, "internal", "api.now told no time.");
        *out = timegm(&parts);
        return true;
}

static enum receipt_stamp stamp_without(const struct office *office)
{
        return office->stamper != NULL ? RECEIPT_STAMP_PENDING : RECEIPT_STAMP_NONE;
}

/* The batch's content goes over to the making, which frees it. */
static void batch_take(struct batch *batch, struct making *making)
{
        making->batch = *batch;
        batch->rows = NULL;
        batch->count = 0;
}

bool receipts_begin(const struct office *office, struct db *db, struct batch *batch, struct making *making, struct problem *problem)
{
        uint64_t indexes[JOURNAL_BATCH];
        bool asking = !office->batched && stamper_ready(office->stamper);
        if (batch->count == 0 || !seal_ready(office->seal))
                return true; /* they wait, and are found again as those a dead notary left */
        for (size_t i = 0; i < batch->count; i++)
                indexes[i] = batch->entries[i].index;
        making->office = office;
        making->made = 0;
        making->stamp = asking ? RECEIPT_STAMP_INCLUDED : stamp_without(office);
        making->tree = tree_new(db);
        if (!tree_load_proofs(making->tree, indexes, batch->count, batch->size, problem) ||
            !clock_read(db, &making->claimed, problem)) {
                tree_free(making->tree);
                making->tree = NULL;
                return false;
        }
        stamper_clock(office->stamper, making->claimed);
        batch_take(batch, making);
        crew_begin(office->crew, draft_sign, making, making->batch.count);
        return true;
}

void receipts_settle(struct making *making)
{
        size_t count = making->batch.count;
        if (count == 0)
                return;
        const struct office *office = making->office;
        crew_wait(office->crew);
        if (making->stamp == RECEIPT_STAMP_INCLUDED) {
                struct harvest harvest = drafts_stamp(office->seal, office->stamper, making->drafts, count);
                if (harvest.asked > 0)
                        stamper_settle(office->stamper, harvest.good > 0);
                making->stamp = stamp_without(office);
                if (harvest.good < count) {
                        crew_begin(office->crew, draft_sign, making, count);
                        crew_wait(office->crew);
                }
        }
        for (size_t i = 0; i < count; i++)
                making->made += making->drafts[i].made ? 1 : 0;
}

void receipts_drop(struct making *making)
{
        if (making->batch.count == 0)
                return;
        crew_wait(making->office->crew);
        drafts_free(making->drafts, making->batch.count);
        tree_free(making->tree);
        making->tree = NULL;
        batch_clear(&making->batch);
}

bool receipts_put(struct making *making, struct db *db, struct problem *problem)
{
        bool put = drafts_put(db, "api.receipts_put", making->drafts, making->batch.count, false, problem);
        drafts_free(making->drafts, making->batch.count);
        tree_free(making->tree);
        making->tree = NULL;
        batch_clear(&making->batch);
        return put;
}

/* ---- completing ---- */

static bool draft_read(const json_t *row, struct draft *out)
{
        const char *text = json_string_value(json_object_get(row, "receipt"));
        out->event = json_integer_value(json_object_get(row, "event"));
        out->xml.limit = DRAFT_MAX;
        out->made = text != NULL && bytes_add(&out->xml, text, strlen(text));
        return out->made;
}

/* A receipt that no answer fits must not keep the authority from stamping others: only silence counts against it here. */
bool receipts_complete(const struct office *office, struct db *db, struct completion *out, struct problem *problem)
{
        struct draft drafts[COMPLETED_MOST] = {0};
        struct harvest harvest = {0};
        OWN(json_t) rows = NULL;
        const struct db_argument most[] = {db_integer(COMPLETED_MOST)};
        size_t count = 0;
        if (!db_call_json(db, "api.receipt_unstamped", most, 1, &rows, problem))
                return false;
        while (count < json_array_size(rows) && count < COMPLETED_MOST && draft_read(json_array_get(rows, count), &drafts[count]))
                count++;
        if (count > 0)
                harvest = drafts_stamp(office->seal, office->stamper, drafts, count);
        if (harvest.good > 0 || (harvest.asked > 0 && harvest.answered == 0))
                stamper_settle(office->stamper, harvest.good > 0);
        bool good = drafts_put(db, "api.receipts_stamp", drafts, count, true, problem);
        drafts_free(drafts, COMPLETED_MOST);
        *out = (struct completion){.lacking = json_array_size(rows), .stamped = harvest.good};
        return good;
}
