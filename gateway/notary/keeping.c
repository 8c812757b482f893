/* keeping.c - the daily round of receipts that are to be stamped again. */
#include <assert.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/config.h"
#include "gateway/core/db.h"
#include "gateway/core/log.h"
#include "gateway/core/owner.h"
#include "gateway/notary/evidence.h"
#include "gateway/notary/keeping.h"
#include "gateway/notary/nonce.h"
#include "gateway/notary/pause.h"

DEFINE_OWNER(json_t, json_decref)

enum { PAGE = 256, PAGE_EACH = 32, DAY = 86400, REQUEST_MAX = 4096, KEPT_MAX = RECEIPT_MAX + 8388608, DIGEST = 32, TIME_ROOM = 32 };

struct keeping {
        const struct config *config;
        const struct office *office;
        int64_t due; /* of pause_now() */
        int64_t after;
        size_t kept, refused; /* of this round */
        signing_trust *trust; /* of this round; NULL between two */
};
/* A receipt on its way to its next time-stamp. */
struct piece {
        int64_t event;
        uint8_t former[DIGEST]; /* SHA-256 of the receipt it is made from */
        struct bytes xml, request;
        uint64_t nonce;
        bool ready, kept;
};

struct keeping *keeping_new(const struct config *config, const struct office *office)
{
        if (config->archive_evidence[0] == '\0' || office->stamper == NULL)
                return NULL;
        struct keeping *keeping = calloc(1, sizeof *keeping);
        assert(keeping != NULL);
        *keeping = (struct keeping){.config = config, .office = office, .after = -1};
        return keeping;
}

void keeping_free(struct keeping *keeping)
{
        if (keeping == NULL)
                return;
        signing_trust_free(keeping->trust);
        free(keeping);
}

static void piece_refuse(struct keeping *keeping, struct piece *piece, const struct signing_refusal *why)
{
        char event[24];
        snprintf(event, sizeof event, "%lld", (long long)piece->event);
        log_event(LOG_LEVEL_WARNING, "keeping-refused", "event", event, "code", why->code, "reason", why->sentence, NULL);
        piece->ready = false;
        keeping->refused++;
}

static struct signing_augmentation augmentation_of(const struct keeping *keeping, const struct piece *piece)
{
        return (struct signing_augmentation){.document = bytes_view(&piece->xml), .trust = keeping->trust};
}

/* Takes what a step made in the place of what it was made from. */
static void piece_take(struct piece *piece, struct bytes *made)
{
        bytes_free(&piece->xml);
        piece->xml = *made;
}

/* ---- B-LT: the values ---- */

static bool values_add(const struct keeping *keeping, struct piece *piece, struct signing_refusal *why)
{
        struct bytes made = {.limit = KEPT_MAX};
        const struct signing_sink sink = bytes_sink(&made);
        const struct signing_augmentation augmentation = augmentation_of(keeping, piece);
        if (signing_values_apply(&augmentation, &sink, why)) {
                piece_take(piece, &made);
                return true;
        }
        bytes_free(&made);
        return strcmp(why->code, "VALUES_COMPLETE") == 0;
}

static void piece_read(struct keeping *keeping, const json_t *row, struct piece *piece)
{
        const json_t *text = json_object_get(row, "receipt");
        struct signing_refusal why = {.code = "MEMORY", .sentence = "no memory for the receipt"};
        piece->event = json_integer_value(json_object_get(row, "event"));
        piece->xml.limit = KEPT_MAX;
        piece->ready =
                EVP_Digest(json_string_value(text), json_string_length(text), piece->former, NULL, EVP_sha256(), NULL) == 1 &&
                bytes_add(&piece->xml, json_string_value(text), json_string_length(text)) && values_add(keeping, piece, &why);
        if (!piece->ready)
                piece_refuse(keeping, piece, &why);
}

/* ---- B-LTA: one time-stamp each ---- */

static bool request_write(const struct keeping *keeping, struct piece *piece)
{
        struct signing_refusal why;
        const struct signing_augmentation augmentation = augmentation_of(keeping, piece);
        const struct signing_sink sink = bytes_sink(&piece->request);
        piece->request.limit = REQUEST_MAX;
        piece->nonce = nonce_new();
        return signing_archive_request(&augmentation, piece->nonce, &sink, &why);
}

static void answer_take(struct keeping *keeping, struct piece *piece, const struct stamp_exchange *exchange)
{
        struct bytes made = {.limit = KEPT_MAX};
        struct signing_refusal why;
        const struct signing_sink sink = bytes_sink(&made);
        const struct signing_augmentation augmentation = augmentation_of(keeping, piece);
        if (signing_archive_apply(&augmentation, bytes_view(&exchange->answer), piece->nonce, &sink, &why)) {
                stamper_judge(keeping->office->stamper, true, "");
                piece_take(piece, &made);
                piece->kept = true;
                return;
        }
        stamper_judge(keeping->office->stamper, false, why.code);
        bytes_free(&made);
        piece_refuse(keeping, piece, &why);
}

/* False where the authority is away: the round goes on another time. */
static bool pieces_stamp(struct keeping *keeping, struct piece *pieces, size_t count)
{
        struct stamp_exchange exchanges[PAGE] = {0};
        struct piece *asked[PAGE];
        size_t n = 0, answered = 0;
        for (size_t i = 0; i < count; i++) {
                if (!pieces[i].ready || !request_write(keeping, &pieces[i]))
                        continue;
                exchanges[n].request = bytes_view(&pieces[i].request);
                asked[n++] = &pieces[i];
        }
        stamper_carry(keeping->office->stamper, exchanges, n);
        for (size_t i = 0; i < n; i++) {
                if (exchanges[i].answered)
                        answer_take(keeping, asked[i], &exchanges[i]);
                answered += exchanges[i].answered ? 1 : 0;
                bytes_free(&exchanges[i].answer);
        }
        if (n > 0)
                stamper_settle(keeping->office->stamper, answered > 0);
        return answered == n;
}

/* ---- one time-stamp for all of a page ---- */

static bool batch_ask(struct keeping *keeping, signing_batch *batch)
{
        struct bytes request = {.limit = REQUEST_MAX};
        struct stamp_exchange exchange = {.answered = false};
        struct signing_refusal why = {.code = "STAMP_UNANSWERED", .sentence = "the authority did not answer"};
        const struct signing_sink sink = bytes_sink(&request);
        uint64_t nonce = nonce_new();
        bool asked = signing_batch_request(batch, nonce, &sink, &why);
        exchange.request = bytes_view(&request);
        if (asked)
                stamper_carry(keeping->office->stamper, &exchange, 1);
        bool good = asked && exchange.answered &&
                    signing_batch_answer(batch, bytes_view(&exchange.answer), nonce, keeping->trust, &why);
        if (exchange.answered)
                stamper_judge(keeping->office->stamper, good, why.code);
        if (!good)
                log_event(LOG_LEVEL_WARNING, "batch-unstamped", "code", why.code, "reason", why.sentence, NULL);
        stamper_settle(keeping->office->stamper, good);
        bytes_free(&exchange.answer);
        bytes_free(&request);
        return good;
}

static void record_add(struct keeping *keeping, const signing_batch *batch, size_t n, struct piece *piece)
{
        struct bytes made = {.limit = KEPT_MAX};
        struct signing_refusal why;
        const struct signing_sink sink = bytes_sink(&made);
        if (signing_batch_apply(batch, n, bytes_view(&piece->xml), &sink, &why)) {
                piece_take(piece, &made);
                piece->kept = true;
                return;
        }
        bytes_free(&made);
        piece_refuse(keeping, piece, &why);
}

static bool pieces_batch(struct keeping *keeping, struct piece *pieces, size_t count)
{
        uint8_t leaves[PAGE][SIGNING_LEAF];
        struct piece *members[PAGE];
        signing_batch *batch = NULL;
        struct signing_refusal why;
        size_t n = 0;
        for (size_t i = 0; i < count; i++) {
                if (!pieces[i].ready)
                        continue;
                if (signing_batch_leaf(bytes_view(&pieces[i].xml), leaves[n], &why))
                        members[n++] = &pieces[i];
                else
                        piece_refuse(keeping, &pieces[i], &why);
        }
        if (n == 0)
                return true;
        bool good = signing_batch_new((const uint8_t(*)[SIGNING_LEAF])leaves, n, &batch, &why) && batch_ask(keeping, batch);
        for (size_t i = 0; good && i < n; i++)
                record_add(keeping, batch, i, members[i]);
        signing_batch_free(batch);
        return good;
}

/* ---- the round ---- */

static bool until_write(const struct piece *piece, char out[TIME_ROOM], struct signing_refusal *why)
{
        int64_t until = 0;
        struct tm parts;
        if (!signing_kept_until(bytes_view(&piece->xml), &until, why))
                return false;
        time_t at = (time_t)until;
        return gmtime_r(&at, &parts) != NULL && strftime(out, TIME_ROOM, "%Y-%m-%dT%H:%M:%SZ", &parts) > 0;
}

static bool piece_put(struct keeping *keeping, struct piece *piece, struct db *db, struct problem *problem)
{
        char until[TIME_ROOM];
        struct signing_refusal why = {.code = "internal", .sentence = "the end of its time-stamp cannot be told"};
        if (!until_write(piece, until, &why)) {
                piece_refuse(keeping, piece, &why);
                return true;
        }
        const struct db_argument arguments[] = {db_integer(piece->event), db_bytes(piece->former, DIGEST),
                                                db_bytes(piece->xml.data, piece->xml.size), db_text(until)};
        keeping->kept++;
        return db_call(db, "api.receipt_keep", arguments, 4, problem);
}

static bool pieces_put(struct keeping *keeping, struct piece *pieces, size_t count, struct db *db, struct problem *problem)
{
        bool good = true;
        for (size_t i = 0; i < count; i++) {
                good = good && (!pieces[i].kept || piece_put(keeping, &pieces[i], db, problem));
                bytes_free(&pieces[i].xml);
                bytes_free(&pieces[i].request);
        }
        return good;
}

static void round_end(struct keeping *keeping, int64_t pause)
{
        char kept[24], refused[24];
        snprintf(kept, sizeof kept, "%zu", keeping->kept);
        snprintf(refused, sizeof refused, "%zu", keeping->refused);
        log_event(keeping->refused > 0 ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "keeping-round", "kept", kept, "refused", refused,
                  NULL);
        signing_trust_free(keeping->trust);
        *keeping = (struct keeping){.config = keeping->config, .office = keeping->office, .after = -1, .due = pause_now() + pause};
}

static bool page_keep(struct keeping *keeping, const json_t *rows, struct db *db, bool *away, struct problem *problem)
{
        struct piece pieces[PAGE] = {0};
        size_t count = json_array_size(rows) < PAGE ? json_array_size(rows) : PAGE;
        for (size_t i = 0; i < count; i++) {
                piece_read(keeping, json_array_get(rows, i), &pieces[i]);
                keeping->after = json_integer_value(json_object_get(json_array_get(rows, i), "index"));
        }
        *away = !(keeping->office->batched ? pieces_batch(keeping, pieces, count) : pieces_stamp(keeping, pieces, count));
        return pieces_put(keeping, pieces, count, db, problem);
}

/* Each receipt costs a request, but for those of one batch. */
static size_t page_size(const struct keeping *keeping)
{
        return keeping->office->batched ? PAGE : PAGE_EACH;
}

static bool page_work(struct keeping *keeping, struct db *db, bool *more, struct problem *problem)
{
        OWN(json_t) rows = NULL;
        bool away = false;
        const struct db_argument arguments[] = {db_integer(keeping->config->keep_days), db_integer(keeping->config->keep_after),
                                                db_integer(keeping->after), db_integer((int64_t)page_size(keeping))};
        if (!db_call_json(db, "api.receipt_keeping", arguments, 4, &rows, problem) || !page_keep(keeping, rows, db, &away, problem))
                return false;
        *more = !away && json_array_size(rows) == page_size(keeping);
        if (!*more)
                round_end(keeping, away ? PAUSE_MOST : DAY);
        return true;
}

bool keeping_step(struct keeping *keeping, struct db *db, bool now, bool *more, struct problem *problem)
{
        *more = false;
        if ((keeping->trust == NULL && !now && pause_now() < keeping->due) || !stamper_ready(keeping->office->stamper))
                return true;
        if (keeping->trust == NULL && !evidence_read(keeping->config, &keeping->trust, problem)) {
                log_event(LOG_LEVEL_ERROR, "keeping-impossible", "code", problem->row->code, "detail", problem->detail, NULL);
                keeping->due = pause_now() + PAUSE_MOST;
                return !now;
        }
        return page_work(keeping, db, more, problem);
}
