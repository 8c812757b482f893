/* channel_report.c - api.channel_report, and the test it may answer with. */
#include "gateway/relay/channel_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gateway/core/log.h"
#include "gateway/core/owner.h"
#include "gateway/formats/text.h"

DEFINE_OWNER(json_t, json_decref)

enum { SAY_SECONDS = 2, TEXT = 512 };

static int64_t seconds_now(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec;
}

/* True where a test is wanted. */
static bool say(const struct channel_report *report, struct db *db, json_t *what, bool *wanted)
{
        struct problem problem = {0};
        json_t *answer = NULL;
        char *text = json_dumps(what, JSON_COMPACT);
        if (text == NULL)
                abort();
        const struct db_argument arguments[] = {db_text(report->channel), db_text(text)};
        bool said = db_call_json(db, "api.channel_report", arguments, 2, &answer, &problem);
        *wanted = said && json_is_true(json_object_get(answer, "test"));
        json_decref(answer);
        free(text);
        return said;
}

static void test_run(const struct channel_report *report, json_t *what)
{
        char text[TEXT] = "";
        struct timespec began, ended;
        clock_gettime(CLOCK_MONOTONIC, &began);
        bool well = report->test(report->context, text);
        clock_gettime(CLOCK_MONOTONIC, &ended);
        int64_t took = (ended.tv_sec - began.tv_sec) * 1000 + (ended.tv_nsec - began.tv_nsec) / 1000000;
        json_object_set_new(what, "test",
                            json_pack("{s:b, s:s, s:I}", "well", well, "text", text, "milliseconds", (json_int_t)took));
        log_event(well ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, "channel-tested", "channel", report->channel, "reason", text, NULL);
}

void channel_report(struct channel_report *report, struct db *db, const struct breaker *failed, const char *text)
{
        bool down = failed->failures >= BREAKER_FAILURES, wanted = false;
        int64_t now = seconds_now();
        if (down == report->was_down && report->said != 0 && now - report->said < SAY_SECONDS)
                return;
        OWN(json_t)
        what = json_pack("{s:s, s:s, s:i}", "state", down ? "down" : "up", "text", text_is_utf8(text) ? text : "", "failures",
                         (int)failed->failures);
        if (what == NULL || !say(report, db, what, &wanted))
                return;
        if (down != report->was_down)
                log_event(down ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, down ? "channel-down" : "channel-up", "channel", report->channel,
                          "reason", text, NULL);
        report->was_down = down;
        report->said = now;
        if (!wanted)
                return;
        test_run(report, what);
        (void)say(report, db, what, &wanted);
}
