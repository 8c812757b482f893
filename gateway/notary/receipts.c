/*
 * receipts.c - a receipt is signed first, then its time-stamp is asked for. What
 * the authority does not stamp in time is signed again saying so, and goes out.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/db.h"
#include "gateway/core/log.h"
#include "gateway/core/owner.h"
#include "gateway/notary/nonce.h"
#include "gateway/notary/receipts.h"
#include "gateway/notary/tree.h"

DEFINE_OWNER(json_t, json_decref)
typedef struct tree tree_t;
DEFINE_OWNER(tree_t, tree_free)

/* Receipts in work at once, and their events' bytes: what the notary has in memory. */
enum { GROUP_MOST = 64, GROUP_BYTES = 4194304, SIGNED_MAX = RECEIPT_MAX + 262144 };

struct draft {
        int64_t event;
        struct bytes xml;
        bool made, stamped;
        uint64_t nonce;
        struct bytes request;
};

static void drafts_free(struct draft *drafts, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                bytes_free(&drafts[i].xml);
                bytes_free(&drafts[i].request);
        }
}

static void draft_fault(const struct draft *draft, enum log_level level, const char *what, const struct signing_refusal *why)
{
        char event[24];
        snprintf(event, sizeof event, "%lld", (long long)draft->event);
        log_event(level, what, "event", event, "code", why->code, "reason", why->sentence, NULL);
}

/* ---- time-stamps ---- */

static bool request_write(struct draft *draft)
{
        struct signing_refusal why;
        draft->request.limit = 4096;
        const struct signing_sink sink = bytes_sink(&draft->request);
        draft->nonce = nonce_new();
        if (signing_stamp_request(bytes_view(&draft->xml), &sink, draft->nonce, &why))
                return true;
        draft_fault(draft, LOG_LEVEL_ERROR, "stamp-request-unmade", &why);
        return false;
}

static bool answer_take(const struct seal *seal, struct draft *draft, const struct stamp_exchange *exchange)
{
        struct signing_refusal why;
        struct bytes stamped = {.limit = SIGNED_MAX};
        if (!exchange->answered)
                return false;
        if (!seal_stamp(seal, bytes_view(&draft->xml), bytes_view(&exchange->answer), draft->nonce, &stamped, &why)) {
                draft_fault(draft, LOG_LEVEL_WARNING, "stamp-refused", &why);
                bytes_free(&stamped);
                return false;
        }
        bytes_free(&draft->xml);
        draft->xml = stamped;
        draft->stamped = true;
        return true;
}

struct harvest {
        size_t asked, answered, good;
};

static struct harvest drafts_stamp(const struct office *office, struct draft *drafts, size_t count)
{
        struct stamp_exchange exchanges[GROUP_MOST] = {0};
        struct draft *asked[GROUP_MOST];
        struct harvest harvest = {0};
        for (size_t i = 0; i < count; i++) {
                if (drafts[i].made && request_write(&drafts[i])) {
                        exchanges[harvest.asked].request = bytes_view(&drafts[i].request);
                        asked[harvest.asked++] = &drafts[i];
                }
        }
        stamper_carry(office->stamper, exchanges, harvest.asked);
        for (size_t i = 0; i < harvest.asked; i++) {
                harvest.answered += exchanges[i].answered ? 1 : 0;
                harvest.good += answer_take(office->seal, asked[i], &exchanges[i]) ? 1 : 0;
                bytes_free(&exchanges[i].answer);
        }
        return harvest;
}

/* ---- making ---- */

struct work {
        const struct office *office;
        struct db *db;
        const struct batch *batch;
        struct tree *tree;
        int64_t claimed;
};

static void draft_sign(const struct work *work, const struct entry *entry, enum receipt_stamp stamp, struct draft *draft)
{
        struct merkle_proof proof;
        struct signing_refusal why = {.code = "RECEIPT_PROOF", .sentence = "the journal's tree lacks a node"};
        const struct merkle_reader reader = tree_reader(work->tree);
        struct receipt_source source = {.text = {(const uint8_t *)entry->text, strlen(entry->text)},
                                        .index = entry->index,
                                        .proof = &proof,
                                        .checkpoint = {(const uint8_t *)work->batch->note, strlen(work->batch->note)},
                                        .issuer = seal_issuer(work->office->seal),
                                        .address = work->office->address,
                                        .stamp = stamp};
        memcpy(source.salt, entry->salt, sizeof source.salt);
        bytes_free(&draft->xml);
        draft->event = entry->event;
        draft->xml.limit = SIGNED_MAX;
        draft->made = merkle_inclusion(entry->index, work->batch->size, &reader, &proof) &&
                      seal_receipt(work->office->seal, &source, work->claimed, &draft->xml, &why);
        if (!draft->made)
                draft_fault(draft, LOG_LEVEL_ERROR, "receipt-unmade", &why);
}

/* All receipts of a group become visible in one transaction, as their facts did not need to. */
static bool drafts_put(struct db *db, const struct draft *drafts, size_t count, size_t *made, struct problem *problem)
{
        struct db_argument arguments[GROUP_MOST][3];
        struct db_statement statements[GROUP_MOST];
        size_t n = 0;
        for (size_t i = 0; i < count; i++) {
                if (!drafts[i].made)
                        continue;
                arguments[n][0] = db_integer(drafts[i].event);
                arguments[n][1] = db_bytes(drafts[i].xml.data, drafts[i].xml.size);
                arguments[n][2] = db_bool(drafts[i].stamped);
                statements[n] = (struct db_statement){"api.receipt_put", arguments[n], 3};
                n++;
        }
        if (n > 0 && !db_call_together(db, statements, n, problem))
                return false;
        *made += n;
        return true;
}

static bool group_make(const struct work *work, const struct entry *entries, size_t count, size_t *made, struct problem *problem)
{
        struct draft drafts[GROUP_MOST] = {0};
        const struct office *office = work->office;
        bool asking = !office->batched && stamper_ready(office->stamper);
        enum receipt_stamp without = office->stamper != NULL ? RECEIPT_STAMP_PENDING : RECEIPT_STAMP_NONE;
        for (size_t i = 0; i < count; i++)
                draft_sign(work, &entries[i], asking ? RECEIPT_STAMP_INCLUDED : without, &drafts[i]);
        struct harvest harvest = {0};
        if (asking)
                harvest = drafts_stamp(office, drafts, count);
        if (harvest.asked > 0)
                stamper_settle(office->stamper, harvest.good > 0);
        for (size_t i = 0; asking && i < count; i++)
                if (drafts[i].made && !drafts[i].stamped)
                        draft_sign(work, &entries[i], without, &drafts[i]);
        bool put = drafts_put(work->db, drafts, count, made, problem);
        drafts_free(drafts, count);
        return put;
}

/* How many of the entries make the next group. */
static size_t group_size(const struct entry *entries, size_t count)
{
        size_t n = 0, bytes = 0;
        while (n < count && n < GROUP_MOST && (n == 0 || bytes + strlen(entries[n].text) <= GROUP_BYTES))
                bytes += strlen(entries[n++].text);
        return n;
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

bool receipts_make(const struct office *office, struct db *db, const struct batch *batch, size_t *made, struct problem *problem)
{
        OWN(tree_t) tree = tree_new(db);
        struct work work = {.office = office, .db = db, .batch = batch, .tree = tree};
        uint64_t indexes[JOURNAL_BATCH];
        *made = 0;
        if (!seal_ready(office->seal))
                return true; /* they wait, and are found again as those a dead notary left */
        for (size_t i = 0; i < batch->count; i++)
                indexes[i] = batch->entries[i].index;
        if (!tree_load_proofs(tree, indexes, batch->count, batch->size, problem) || !clock_read(db, &work.claimed, problem))
                return false;
        for (size_t at = 0, n; at < batch->count; at += n) {
                n = group_size(batch->entries + at, batch->count - at);
                if (!group_make(&work, batch->entries + at, n, made, problem))
                        return false;
        }
        return true;
}

/* ---- completing ---- */

static bool draft_read(const json_t *row, struct draft *out)
{
        const char *text = json_string_value(json_object_get(row, "receipt"));
        out->event = json_integer_value(json_object_get(row, "event"));
        out->xml.limit = SIGNED_MAX;
        out->made = text != NULL && bytes_add(&out->xml, text, strlen(text));
        return out->made;
}

static bool drafts_update(struct db *db, const struct draft *drafts, size_t count, struct problem *problem)
{
        for (size_t i = 0; i < count; i++) {
                const struct db_argument arguments[] = {db_integer(drafts[i].event),
                                                        db_bytes(drafts[i].xml.data, drafts[i].xml.size)};
                if (drafts[i].stamped && !db_call(db, "api.receipt_stamp", arguments, 2, problem))
                        return false;
        }
        return true;
}

/* A receipt that no answer fits must not keep the authority from stamping others: only silence counts against it here. */
bool receipts_complete(const struct office *office, struct db *db, struct completion *out, struct problem *problem)
{
        struct draft drafts[GROUP_MOST] = {0};
        struct harvest harvest = {0};
        OWN(json_t) rows = NULL;
        const struct db_argument most[] = {db_integer(GROUP_MOST)};
        size_t count = 0;
        if (!db_call_json(db, "api.receipt_unstamped", most, 1, &rows, problem))
                return false;
        while (count < json_array_size(rows) && count < GROUP_MOST && draft_read(json_array_get(rows, count), &drafts[count]))
                count++;
        if (count > 0)
                harvest = drafts_stamp(office, drafts, count);
        if (harvest.good > 0 || (harvest.asked > 0 && harvest.answered == 0))
                stamper_settle(office->stamper, harvest.good > 0);
        bool good = drafts_update(db, drafts, count, problem);
        drafts_free(drafts, GROUP_MOST);
        *out = (struct completion){.lacking = json_array_size(rows), .stamped = harvest.good};
        return good;
}
