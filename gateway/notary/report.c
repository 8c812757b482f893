/* report.c - one row of the database a notary. */
#include "gateway/notary/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "gateway/core/config.h"
#include "gateway/core/db.h"
#include "gateway/core/hex.h"
#include "gateway/core/owner.h"
#include "gateway/notary/pause.h"

enum { REPORT_SECONDS = 5, RANDOM = 16 };

DEFINE_OWNER(json_t, json_decref)
static void text_free(char *text)
{
        free(text);
}
DEFINE_OWNER(char, text_free)

void report_begin(struct report *report, const struct config *config)
{
        uint8_t random[RANDOM];
        char hex[2 * RANDOM + 1];
        if (getrandom(random, sizeof random, 0) != RANDOM)
                abort();
        random[6] = (uint8_t)((random[6] & 0x0f) | 0x40);
        random[8] = (uint8_t)((random[8] & 0x3f) | 0x80);
        hex_write(random, sizeof random, hex);
        *report = (struct report){.config = config};
        snprintf(report->id, sizeof report->id, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static const char *stamper_state(const struct office *office, const struct stamper_report *stamper)
{
        return office->stamper == NULL ? "none" : stamper->away ? "away" : "ready";
}

static json_t *report_json(const struct report *report, const struct office *office, const struct stamper_report *stamper)
{
        return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:f, s:I, s:I, s:I, s:I}", "seal", seal_state(office->seal),
                         "sealDetail", seal_detail(office->seal), "stamper", stamper_state(office, stamper), "stamperReason",
                         stamper->reason, "stampMode", office->batched ? "batch" : "each", "stampInterval",
                         (json_int_t)report->config->stamp_interval, "stampSeconds", (json_int_t)report->config->stamp_seconds,
                         "stampSlowest", (double)stamper->slowest / 1000, "stampsGood", (json_int_t)stamper->good, "stampsRefused",
                         (json_int_t)stamper->refused, "stampsUnanswered", (json_int_t)stamper->unanswered, "failures",
                         (json_int_t)report->failures);
}

bool report_tell(struct report *report, const struct office *office, struct db *db, bool active, struct problem *problem)
{
        struct stamper_report stamper = {.away = false};
        char now[sizeof report->last];
        if (office->stamper != NULL)
                stamper_tell(office->stamper, &stamper);
        snprintf(now, sizeof now, "%s %s %d", seal_state(office->seal), stamper_state(office, &stamper), (int)active);
        if (pause_now() < report->due && strcmp(now, report->last) == 0)
                return true;
        OWN(json_t) json = report_json(report, office, &stamper);
        OWN(char) text = json_dumps(json, JSON_COMPACT);
        if (text == NULL)
                return problem_set(problem, "internal", "No memory to report.");
        const struct db_argument arguments[] = {db_text(report->id), db_bool(active), db_text(text)};
        OWN(json_t) now_there = NULL;
        if (!db_call_json(db, "api.notary_report", arguments, 3, &now_there, problem))
                return false;
        stamper_clock(office->stamper, json_integer_value(now_there));
        report->due = pause_now() + REPORT_SECONDS;
        memcpy(report->last, now, sizeof now);
        return true;
}
