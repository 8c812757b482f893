/*
 * watch.c - `pli watch`: what becomes of a filing, or of all that is the body's, as
 * it happens: the events feed from a cursor, long-polled. One line a step; with
 * --json one object a line, for scripts. Ends by itself when the filing has come to
 * its end (exit 0, or 10 where the State refused it), or with --once at the feed's
 * present end.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/functions.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"
#include "gateway/core/owner.h"

enum { EXIT_REFUSED = 10, WAIT_SECONDS = 30 };

DEFINE_OWNER(json_t, json_decref)
typedef struct session session;
DEFINE_OWNER(session, session_close)
DEFINE_OWNER(char, free)

/* 0: it goes on; else the exit status plus one. */
static int ending_of(const char *state)
{
        static const char *const well[] = {"acknowledged", "cancelled"}, *const badly[] = {"rejected", "refused", "failed"};
        for (size_t i = 0; i < sizeof well / sizeof *well; i++)
                if (strcmp(state, well[i]) == 0)
                        return 1;
        for (size_t i = 0; i < sizeof badly / sizeof *badly; i++)
                if (strcmp(state, badly[i]) == 0)
                        return 1 + EXIT_REFUSED;
        return 0;
}

static void step_show(const struct invocation *invocation, const json_t *filing, const json_t *step)
{
        char instant[64];
        if (invocation_flag(invocation, "json")) {
                OWN(json_t)
                line = json_pack("{s:O?, s:O?, s:O?, s:O?}", "filing", json_object_get(filing, "id"), "state",
                                 json_object_get(step, "state"), "at", json_object_get(step, "at"), "sentence",
                                 json_object_get(step, "sentenceEn"));
                OWN(char) text = json_dumps(line, JSON_COMPACT);
                puts(text);
        } else {
                bool french = catalogue_language()[0] == 'f';
                printf("%s  %-14s %s\n", show_instant(field_text(step, "at"), instant), field_text(step, "state"),
                       field_text(step, french ? "sentence" : "sentenceEn"));
        }
        fflush(stdout);
}

/* The steps not yet told; *told grows. */
static bool filing_look(const struct invocation *invocation, session *opened, size_t *told, int *ending, struct problem *problem)
{
        OWN(json_t) filing = NULL;
        OWN(char) path = session_path("/api/v1/filings/%s", invocation->arguments[0]);
        if (!session_json(opened, &(struct call){.method = "GET", .path = path}, &filing, problem))
                return false;
        const json_t *steps = json_object_get(filing, "steps");
        for (; *told < json_array_size(steps); *told += 1)
                step_show(invocation, filing, json_array_get(steps, *told));
        *ending = ending_of(field_text(filing, "state"));
        return true;
}

static void event_show(const struct invocation *invocation, const json_t *event)
{
        char instant[64];
        if (invocation_flag(invocation, "json")) {
                OWN(json_t) line = json_deep_copy(event);
                json_object_del(line, "receipt");
                OWN(char) text = json_dumps(line, JSON_COMPACT);
                puts(text);
        } else {
                printf("%s  %-20s %s\n", show_instant(field_text(event, "at"), instant), field_text(event, "fact"),
                       field_text(event, "event"));
        }
        fflush(stdout);
}

/* One page of the feed; waits for news where there is none yet. */
static bool feed_look(const struct invocation *invocation, session *opened, json_int_t *cursor, bool *more, struct problem *problem)
{
        OWN(json_t) page = NULL;
        bool once = invocation_flag(invocation, "once"), all = invocation->argument_count == 0;
        char path[96];
        snprintf(path, sizeof path, "/api/v1/events?after=%" JSON_INTEGER_FORMAT "&limit=100&wait=%d", *cursor,
                 once ? 0 : WAIT_SECONDS);
        const struct call call = {.method = "GET", .path = path, .waits = once ? 0 : WAIT_SECONDS + 5};
        if (!session_json(opened, &call, &page, problem))
                return false;
        size_t n;
        const json_t *event;
        json_array_foreach(json_object_get(page, "events"), n, event) if (all) event_show(invocation, event);
        *cursor = json_integer_value(json_object_get(page, "next"));
        *more = json_is_true(json_object_get(page, "more"));
        return true;
}

static int watch(const struct invocation *invocation, session *opened, struct problem *problem)
{
        const char *after = invocation_option(invocation, "after");
        json_int_t cursor = after != NULL ? strtoll(after, NULL, 10) : -1;
        bool one = invocation->argument_count == 1, once = invocation_flag(invocation, "once"), more = true;
        size_t told = 0;
        int ending = 0;
        for (;;) {
                if (one && !filing_look(invocation, opened, &told, &ending, problem))
                        return show_problem(invocation, problem);
                if (ending > 0 || (once && (one || !more)))
                        return ending > 0 ? ending - 1 : 0;
                if (!feed_look(invocation, opened, &cursor, &more, problem))
                        return show_problem(invocation, problem);
        }
}

int pli_watch(const struct invocation *invocation)
{
        struct problem problem = {0};
        OWN(session) opened = NULL;
        if (!session_open(invocation, &opened, &problem))
                return show_problem(invocation, &problem);
        return watch(invocation, opened, &problem);
}
