/* outbox.c - the life of one item in this process. */
#include "gateway/relay/outbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/log.h"
#include "gateway/core/owner.h"

DEFINE_OWNER(json_t, json_decref)

static const char *const outcome_names[] = {[POST_LATER] = "retry", [POST_TAKEN] = "sent", [POST_REFUSED] = "refused"};

void outbox_reason(json_t *detail, const char *code, const char *clause, const char *text)
{
        json_object_set_new(detail, "reasons", json_pack("[{s:s, s:s, s:s}]", "code", code, "clause", clause, "text", text));
}

static void item_log(const struct outbox *outbox, enum post_outcome outcome, const json_t *detail)
{
        static const char *const endings[] = {[POST_LATER] = "later", [POST_TAKEN] = "sent", [POST_REFUSED] = "refused"};
        char status[16], bytes[24], took[24], event[40];
        snprintf(event, sizeof event, "%.20s-%s", outbox->channel->noun, endings[outcome]);
        snprintf(status, sizeof status, "%" PRIdMAX, (intmax_t)json_integer_value(json_object_get(detail, "status")));
        snprintf(bytes, sizeof bytes, "%" PRIdMAX, (intmax_t)json_integer_value(json_object_get(detail, "bytes")));
        snprintf(took, sizeof took, "%" PRIdMAX, (intmax_t)json_integer_value(json_object_get(detail, "milliseconds")));
        const char *archive = json_string_value(json_object_get(detail, "archive"));
        const char *url = json_string_value(json_object_get(detail, "url"));
        const char *text = json_string_value(json_object_get(json_array_get(json_object_get(detail, "reasons"), 0), "text"));
        log_event(outcome == POST_TAKEN ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, event, "archive", archive != NULL ? archive : "",
                  "url", url != NULL ? url : "", "status", status, "bytes", bytes, "milliseconds", took, "reason",
                  text != NULL ? text : "", NULL);
}

/* The outcome is known and must not be lost: the database is waited for. */
static bool item_settle(const struct outbox *outbox, int64_t item, enum post_outcome outcome, const json_t *detail,
                        struct problem *problem)
{
        char *text = json_dumps(detail, JSON_COMPACT);
        if (text == NULL)
                abort();
        const struct db_argument arguments[] = {db_integer(item), db_text(outcome_names[outcome]), db_text(text)};
        bool settled = db_call(outbox->db, "api.outbox_settle", arguments, 3, problem);
        while (!settled && strcmp(problem->row->code, "database-unavailable") == 0 && !atomic_load(outbox->stop)) {
                nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
                settled = db_call(outbox->db, "api.outbox_settle", arguments, 3, problem);
        }
        free(text);
        return settled;
}

/* An item given up because this process ends stays claimed: the next one takes it over. */
static bool item_work(const struct outbox *outbox, const json_t *item, struct problem *problem)
{
        OWN(json_t) detail = json_object();
        enum post_outcome outcome = outbox->channel->send(outbox->channel->context, outbox->db, item, detail);
        if (outcome == POST_LATER && atomic_load(outbox->stop))
                return true;
        item_log(outbox, outcome, detail);
        return item_settle(outbox, json_integer_value(json_object_get(item, "item")), outcome, detail, problem);
}

bool outbox_run(const struct outbox *outbox, struct problem *problem)
{
        while (!atomic_load(outbox->stop) && outbox->channel->ready(outbox->channel->context)) {
                OWN(json_t) item = NULL;
                const struct db_argument channel = db_text(outbox->channel->name);
                if (!db_call_json(outbox->db, "api.outbox_claim", &channel, 1, &item, problem))
                        return false;
                if (json_is_null(item))
                        return true;
                log_request(json_string_value(json_object_get(json_object_get(item, "filing"), "id")));
                bool well = item_work(outbox, item, problem);
                log_request(NULL);
                if (!well)
                        return false;
        }
        return true;
}
