/*
 * receipts.c - `pli receipts`: a State platform reads the feed of receipts, each
 * exactly once, whatever dies in between.
 *
 * The order that makes it so: the receipts of a page go to disk, each under its
 * journal index, and their lines to standard output; then the cursor, by temp,
 * fsync and rename; then the gateway is told. A crash before the cursor means the same page again, over the same files.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/client/catalogue.h"
#include "gateway/client/command.h"
#include "gateway/client/functions.h"
#include "gateway/client/input.h"
#include "gateway/client/output.h"
#include "gateway/client/session.h"
#include "gateway/client/show.h"

enum { PAGE = 100, PAGE_MOST = 1000, LONG_POLL = 30, FOLLOW_PATIENCE = 86400, CURSOR_MOST = 64 };

struct feed {
        const struct invocation *invocation;
        struct session *session;
        const char *cursor_file, *folder;
        int64_t cursor; /* the last journal index read; -1 before the first */
        unsigned limit;
        bool follow, once;
};

static bool cursor_read(struct feed *feed, struct problem *problem)
{
        struct content content = {0};
        feed->cursor = -1;
        if (feed->cursor_file == NULL || access(feed->cursor_file, F_OK) != 0)
                return true;
        if (!content_read(feed->cursor_file, CURSOR_MOST, &content, problem))
                return false;
        char *end;
        const char *text = (const char *)content.data;
        long long number = strtoll(text, &end, 10);
        bool good = end != text && (*end == '\0' || *end == '\n') && number >= -1;
        content_free(&content);
        feed->cursor = number;
        return good || problem_set(problem, "file-unreadable", words("%s does not hold a cursor"), feed->cursor_file);
}

static bool cursor_keep(struct feed *feed, int64_t cursor, struct problem *problem)
{
        char text[32];
        int length = snprintf(text, sizeof text, "%" PRId64 "\n", cursor);
        if (feed->cursor_file != NULL && !output_bytes(feed->cursor_file, OUTPUT_PUBLIC, text, (size_t)length, problem))
                return false;
        feed->cursor = cursor;
        return true;
}

static bool receipt_keep(const struct feed *feed, const json_t *receipt, struct problem *problem)
{
        const char *xml = field_text(receipt, "receipt");
        char name[64];
        if (feed->folder == NULL)
                return true;
        snprintf(name, sizeof name, "receipt-%012" PRId64 ".xml", (int64_t)json_integer_value(json_object_get(receipt, "index")));
        char *path = path_join(feed->folder, name);
        bool kept = output_bytes(path, OUTPUT_PUBLIC, xml, strlen(xml), problem);
        free(path);
        return kept;
}

static void receipt_line(const struct feed *feed, const json_t *receipt)
{
        if (invocation_flag(feed->invocation, "json")) {
                json_dumpf(receipt, stdout, JSON_COMPACT);
                putchar('\n');
        } else {
                printf("%s\t%s\t%s\t%s\n", field_text(receipt, "index"), field_text(receipt, "at"), field_text(receipt, "event"),
                       field_text(receipt, "fact"));
        }
}

/* Our own acknowledgement comes back as a receipt; acknowledging that one too would never end. */
static bool worth_acknowledging(const json_t *receipts)
{
        size_t index;
        json_t *receipt;
        json_array_foreach(receipts, index, receipt)
        {
                if (strcmp(field_text(receipt, "fact"), "cursor.acknowledged") != 0)
                        return true;
        }
        return false;
}

static bool cursor_acknowledge(struct feed *feed, struct problem *problem)
{
        json_t *message = json_pack("{s:I}", "cursor", (json_int_t)feed->cursor), *answer = NULL;
        char key[48];
        snprintf(key, sizeof key, "cursor-%" PRId64, feed->cursor);
        struct call call = {.method = "POST", .path = "/state/v1/receipts/acknowledge", .json = message, .key = key};
        bool done = session_json(feed->session, &call, &answer, problem);
        json_decref(message);
        json_decref(answer);
        return done;
}

/* Only a feed that rises is believed: a page that went back would give receipts twice. */
static bool page_check(const struct feed *feed, const json_t *receipts, int64_t next, struct problem *problem)
{
        size_t n;
        json_t *receipt;
        int64_t last = feed->cursor;
        json_array_foreach(receipts, n, receipt)
        {
                const json_t *index = json_object_get(receipt, "index");
                if (!json_is_integer(index) || json_integer_value(index) <= last)
                        return problem_set(problem, "gateway-answer", "%s", words("the feed of receipts does not rise"));
                last = json_integer_value(index);
        }
        return next >= last || problem_set(problem, "gateway-answer", "%s", words("the feed of receipts does not rise"));
}

static bool page_take(struct feed *feed, const json_t *page, struct problem *problem)
{
        const json_t *receipts = json_object_get(page, "receipts"), *next = json_object_get(page, "next");
        size_t index;
        json_t *receipt;
        if (!json_is_array(receipts) || !json_is_integer(next))
                return problem_set(problem, "gateway-answer", "receipts, next");
        if (!page_check(feed, receipts, json_integer_value(next), problem))
                return false;
        json_array_foreach(receipts, index, receipt)
        {
                if (!receipt_keep(feed, receipt, problem))
                        return false;
        }
        json_array_foreach(receipts, index, receipt)
        {
                receipt_line(feed, receipt);
        }
        if (fflush(stdout) != 0)
                return problem_set(problem, "file-unwritable", "%s", words("standard output"));
        if (json_integer_value(next) != feed->cursor && !cursor_keep(feed, json_integer_value(next), problem))
                return false;
        return !worth_acknowledging(receipts) || cursor_acknowledge(feed, problem);
}

static bool page_fetch(struct feed *feed, bool wait, json_t **out, struct problem *problem)
{
        char path[160];
        snprintf(path, sizeof path, "/state/v1/receipts?after=%" PRId64 "&limit=%u&wait=%d", feed->cursor, feed->limit,
                 wait ? LONG_POLL : 0);
        return session_json(feed->session, &(struct call){.method = "GET", .path = path, .waits = LONG_POLL + 15}, out, problem);
}

static bool feed_read(struct feed *feed, struct problem *problem)
{
        for (bool caught_up = false;;) {
                json_t *page = NULL;
                int64_t before = feed->cursor;
                bool read = page_fetch(feed, feed->follow && caught_up, &page, problem) && page_take(feed, page, problem);
                bool empty = json_array_size(json_object_get(page, "receipts")) == 0;
                json_decref(page);
                if (!read)
                        return false;
                caught_up = empty && feed->cursor == before;
                if (feed->once || (caught_up && !feed->follow))
                        return true;
        }
}

static bool feed_open(const struct invocation *invocation, struct feed *feed, struct problem *problem)
{
        const char *limit = invocation_option(invocation, "limit");
        long number = limit != NULL ? atol(limit) : PAGE;
        *feed = (struct feed){
                .invocation = invocation,
                .cursor_file = invocation_option(invocation, "cursor-file"),
                .folder = invocation_option(invocation, "output"),
                .limit = (unsigned)number,
                .follow = invocation_flag(invocation, "follow"),
                .once = invocation_flag(invocation, "once"),
        };
        if (number < 1 || number > PAGE_MOST)
                return problem_set(problem, "usage", words("--%s is from 1 to %u"), "limit", (unsigned)PAGE_MOST);
        if ((feed->folder != NULL && !output_folder(feed->folder, problem)) || !cursor_read(feed, problem))
                return false;
        if (!session_open(invocation, &feed->session, problem))
                return false;
        if (feed->follow)
                session_patience(feed->session, FOLLOW_PATIENCE);
        return true;
}

int pli_receipts(const struct invocation *invocation)
{
        struct feed feed;
        struct problem problem = {0};
        bool read = feed_open(invocation, &feed, &problem) && feed_read(&feed, &problem);
        session_close(feed.session);
        return read ? 0 : show_problem(invocation, &problem);
}
