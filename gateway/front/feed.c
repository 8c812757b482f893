/*
 * feed.c - a page at once where there is one; else, if asked, a wait for the next
 * receipt that holds no worker.
 */
#include "gateway/front/feed.h"

#include "gateway/core/owner.h"
#include "gateway/front/call.h"

DEFINE_OWNER(json_t, json_decref)

enum { PAGE = 100, PAGE_MOST = 1000, WAIT_MOST = 60 }; /* rows a page; seconds */

/* "more": nothing on this page, but the look did not reach the end. */
static bool is_worth_answering(const json_t *page, const char *rows)
{
        return json_array_size(json_object_get(page, rows)) > 0 || json_is_true(json_object_get(page, "more"));
}

static enum answer feed_answer(struct request *request, const char *function, const char *rows)
{
        struct problem problem = {0};
        const int64_t wait = http_query_integer(request, "wait", 0, 0, WAIT_MOST);
        const struct db_argument arguments[] = {call_actor(request),
                                                db_integer(http_query_integer(request, "after", -1, -1, INT64_MAX)),
                                                db_integer(http_query_integer(request, "limit", PAGE, 1, PAGE_MOST))};
        OWN(json_t) page = NULL;
        if (!db_call_json(request->db, function, arguments, 3, &page, &problem))
                return http_answer_problem(request, &problem);
        if (!is_worth_answering(page, rows) && wait > 0 && !http_waited(request))
                return http_wait(request, "receipt", (unsigned)wait);
        http_answer_header(request, "Cache-Control", "no-store");
        return http_answer_json(request, 200, TAKE(page));
}

enum answer feed_receipts(struct request *request)
{
        return feed_answer(request, "api.receipts_after", "receipts");
}

enum answer feed_events(struct request *request)
{
        return feed_answer(request, "api.events_after", "events");
}

enum answer feed_acknowledge(struct request *request)
{
        struct problem problem = {0};
        OWN(json_t) message = http_json(request, &problem);
        json_t *answer = NULL;
        if (message == NULL)
                return http_answer_problem(request, &problem);
        const json_t *cursor = json_object_get(message, "cursor");
        if (!json_is_integer(cursor) || json_integer_value(cursor) < -1) {
                problem_set(&problem, "json-malformed", "\"cursor\" must be the journal index of the last receipt kept");
                return http_answer_problem(request, &problem);
        }
        const struct db_argument arguments[] = {call_actor(request), db_integer(json_integer_value(cursor))};
        if (!db_call_json(request->db, "api.cursor_acknowledge", arguments, 2, &answer, &problem))
                return http_answer_problem(request, &problem);
        return http_answer_json(request, 200, answer);
}
