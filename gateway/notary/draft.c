/* draft.c - time-stamps into receipts, and many receipts into the database at once. */
#include "gateway/notary/draft.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/core/db.h"
#include "gateway/core/owner.h"
#include "gateway/notary/nonce.h"

DEFINE_OWNER(json_t, json_decref)
static void text_free(char *text)
{
        free(text);
}
DEFINE_OWNER(char, text_free)

enum { REQUEST_MAX = 4096, GROUP_MOST = 64 /* questions to the authority at once */ };

void drafts_free(struct draft *drafts, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                bytes_free(&drafts[i].xml);
                bytes_free(&drafts[i].request);
                drafts[i] = (struct draft){0};
        }
}

void draft_fault(const struct draft *draft, enum log_level level, const char *what, const struct signing_refusal *why)
{
        char event[24];
        snprintf(event, sizeof event, "%lld", (long long)draft->event);
        log_event(level, what, "event", event, "code", why->code, "reason", why->sentence, NULL);
}

/* ---- time-stamps ---- */

static bool request_write(struct draft *draft)
{
        struct signing_refusal why;
        draft->request.limit = REQUEST_MAX;
        const struct signing_sink sink = bytes_sink(&draft->request);
        draft->nonce = nonce_new();
        if (signing_stamp_request(bytes_view(&draft->xml), &sink, draft->nonce, &why))
                return true;
        draft_fault(draft, LOG_LEVEL_ERROR, "stamp-request-unmade", &why);
        return false;
}

static bool answer_take(const struct seal *seal, struct stamper *stamper, struct draft *draft,
                        const struct stamp_exchange *exchange)
{
        struct signing_refusal why;
        struct bytes stamped = {.limit = DRAFT_MAX};
        if (!exchange->answered)
                return false;
        if (!seal_stamp(seal, bytes_view(&draft->xml), bytes_view(&exchange->answer), draft->nonce, &stamped, &why)) {
                draft_fault(draft, LOG_LEVEL_WARNING, "stamp-refused", &why);
                stamper_judge(stamper, false, why.code);
                bytes_free(&stamped);
                return false;
        }
        stamper_judge(stamper, true, "");
        bytes_free(&draft->xml);
        draft->xml = stamped;
        draft->stamped = true;
        return true;
}

static struct harvest group_stamp(const struct seal *seal, struct stamper *stamper, struct draft *drafts, size_t count)
{
        struct stamp_exchange exchanges[GROUP_MOST] = {0};
        struct draft *asked[GROUP_MOST];
        struct harvest harvest = {0};
        for (size_t i = 0; i < count; i++) {
                if (drafts[i].made && !drafts[i].stamped && request_write(&drafts[i])) {
                        exchanges[harvest.asked].request = bytes_view(&drafts[i].request);
                        asked[harvest.asked++] = &drafts[i];
                }
        }
        stamper_carry(stamper, exchanges, harvest.asked);
        for (size_t i = 0; i < harvest.asked; i++) {
                harvest.answered += exchanges[i].answered ? 1 : 0;
                harvest.good += answer_take(seal, stamper, asked[i], &exchanges[i]) ? 1 : 0;
                bytes_free(&exchanges[i].answer);
                bytes_free(&asked[i]->request);
        }
        return harvest;
}

struct harvest drafts_stamp(const struct seal *seal, struct stamper *stamper, struct draft *drafts, size_t count)
{
        struct harvest sum = {0};
        for (size_t at = 0; at < count; at += GROUP_MOST) {
                size_t n = count - at < GROUP_MOST ? count - at : GROUP_MOST;
                struct harvest harvest = group_stamp(seal, stamper, drafts + at, n);
                sum.asked += harvest.asked;
                sum.answered += harvest.answered;
                sum.good += harvest.good;
                if (harvest.asked > 0 && harvest.good == 0)
                        break;
        }
        return sum;
}

/* ---- into the database ---- */

static bool draft_add(const struct draft *draft, json_t *list, struct bytes *data)
{
        return bytes_add(data, draft->xml.data, draft->xml.size) &&
               json_array_append_new(list, json_pack("{s:I, s:I, s:b}", "event", (json_int_t)draft->event, "size",
                                                     (json_int_t)draft->xml.size, "stamped", (int)draft->stamped)) == 0;
}

bool drafts_put(struct db *db, const char *function, const struct draft *drafts, size_t count, bool stamped_only,
                struct problem *problem)
{
        OWN(json_t) list = json_array();
        struct bytes data = {.limit = INT32_MAX};
        bool good = true;
        for (size_t i = 0; good && i < count; i++)
                if (drafts[i].made && (drafts[i].stamped || !stamped_only))
                        good = draft_add(&drafts[i], list, &data);
        OWN(char) text = json_dumps(list, JSON_COMPACT);
        if (!good || text == NULL) {
                bytes_free(&data);
                return problem_set(problem, "internal", "No memory for the receipts.");
        }
        const struct db_argument arguments[] = {db_text(text), db_bytes(data.data, data.size)};
        good = json_array_size(list) == 0 || db_call(db, function, arguments, 2, problem);
        bytes_free(&data);
        return good;
}
