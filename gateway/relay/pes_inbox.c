/* pes_inbox.c - the life of one file of the DGFiP in this process. */
#include "gateway/relay/pes_inbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/core/log.h"
#include "gateway/core/owner.h"
#include "gateway/formats/pes_answer.h"
#include "gateway/formats/text.h"
#include "gateway/relay/parcel_file.h"
#include "gateway/relay/pes_keep.h"
#include "signing/refusal.h"

typedef struct parcel_file parcel_file;
DEFINE_OWNER(parcel_file, parcel_file_close)
DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(char, free)
DEFINE_OWNER(uint8_t, free)

enum { BLOCK = 64 * 1024, FAILURES_MAX = 3 };

struct pes_seen {
        struct listing_entry entry;
        int64_t since; /* seconds of a clock that never goes back */
};

/* What becomes of a file. */
enum fate { FATE_DELETE, FATE_LATER, FATE_AWAY };

struct work {
        struct pes_inbox *inbox;
        const struct pes_seen *seen;
        char name[300]; /* as UTF-8 */
        struct parcel_file *file;
        json_t *facts;
        struct signing_refusal why;
        struct problem problem;
};

static int64_t seconds_now(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec;
}

/* Names are bytes there; what is no UTF-8 is read as ISO-8859-1. */
static void name_show(const char *name, char out[300])
{
        size_t size = 0;
        bool utf8 = text_is_utf8(name);
        for (const unsigned char *at = (const unsigned char *)name; *at != '\0' && size < 296; at++) {
                if (*at < 0x80 || utf8) {
                        out[size++] = (char)*at;
                } else {
                        out[size++] = (char)(0xC0 | *at >> 6);
                        out[size++] = (char)(0x80 | (*at & 0x3F));
                }
        }
        out[size] = '\0';
        if (!text_is_utf8(out) || !text_is_xml(out))
                snprintf(out, 300, "?");
}

/* ---- reading ---- */

static bool file_read(struct work *work)
{
        struct pes_answer *answer = pes_answer_new(work->name);
        uint8_t block[BLOCK];
        long got = 0;
        for (uint64_t offset = 0; (got = parcel_file_read(work->file, offset, block, sizeof block)) > 0; offset += (uint64_t)got)
                if (!pes_answer_write(answer, block, (size_t)got))
                        break;
        return pes_answer_finish(answer, &work->facts, &work->why);
}

static char *json_text(const json_t *value)
{
        char *text = json_dumps(value, JSON_COMPACT);
        if (text == NULL)
                abort();
        return text;
}

/* ---- an acquit ---- */

static enum fate acquit_commit(struct work *work)
{
        uint64_t size = parcel_file_size(work->file);
        OWN(char) facts = json_text(work->facts);
        OWN(uint8_t) bytes = malloc(size + 1);
        OWN(json_t) result = NULL;
        if (bytes == NULL || parcel_file_read(work->file, 0, bytes, size) != (long)size)
                return FATE_LATER;
        const struct db_argument arguments[] = {db_text(facts), db_bytes(bytes, size)};
        if (db_call_json(work->inbox->db, "api.pes_answer", arguments, 2, &result, &work->problem)) {
                const char *state = json_string_value(json_object_get(result, "state"));
                const char *filing = json_string_value(json_object_get(result, "filing"));
                log_event(LOG_LEVEL_INFO, json_is_true(json_object_get(result, "duplicate")) ? "answer-again" : "answer-applied",
                          "message", "acquit", "filing", filing != NULL ? filing : "", "state", state != NULL ? state : "", "file",
                          work->name, NULL);
                return FATE_DELETE;
        }
        if (strcmp(work->problem.row->code, "database-unavailable") == 0)
                return FATE_AWAY;
        refuse(&work->why, work->problem.row->code, "PES_ACQUIT", "%.200s", work->problem.detail);
        return FATE_LATER;
}

/* ---- what is kept: for a body, or for nobody ---- */

static void file_describe(struct work *work)
{
        char hex[65];
        parcel_file_digest(work->file, hex);
        json_object_set_new(work->facts, "file", json_string(work->name));
        json_object_set_new(work->facts, "size", json_integer((json_int_t)parcel_file_size(work->file)));
        json_object_set_new(work->facts, "sha256", json_string(hex));
}

static enum fate aside_put(struct work *work)
{
        json_object_del(work->facts, "elements");
        json_object_set_new(work->facts, "reason", json_pack("{s:s, s:s}", "code", work->why.code, "text", work->why.sentence));
        log_event(LOG_LEVEL_WARNING, "file-aside", "file", work->name, "code", work->why.code, "reason", work->why.sentence, NULL);
        return pes_keep_aside(work->inbox->db, work->facts, work->file, &work->problem) ? FATE_DELETE : FATE_AWAY;
}

static enum fate return_keep(struct work *work)
{
        bool routed = false;
        if (!pes_keep_return(work->inbox->db, work->facts, work->file, &routed, &work->problem))
                return strcmp(work->problem.row->code, "database-unavailable") == 0 ? FATE_AWAY : FATE_LATER;
        if (routed)
                return FATE_DELETE;
        refuse(&work->why, "return-unrouted", "DOMAIN 2.2", "no body of this gateway handles the accounts of its SIRET");
        return aside_put(work);
}

/* One that ends too early may be half of a file whose writer paused. */
static bool may_be_half(const struct work *work)
{
        return strcmp(work->why.code, "pes-malformed") == 0 && seconds_now() - work->seen->since < work->inbox->half_seconds;
}

static enum fate file_commit(struct work *work)
{
        bool known = file_read(work);
        const char *kind = json_string_value(json_object_get(work->facts, "kind"));
        if (!known && may_be_half(work))
                return FATE_LATER;
        file_describe(work);
        if (known && strcmp(kind, "acquit") != 0)
                return return_keep(work);
        if (known && parcel_file_size(work->file) > PES_ACQUIT_MAX)
                known = refuse(&work->why, "pes-answer-size", "32 MiB", "the acquit is larger than %d bytes", PES_ACQUIT_MAX);
        if (!known)
                return aside_put(work);
        enum fate fate = acquit_commit(work);
        return fate == FATE_LATER && *work->why.code != '\0' ? aside_put(work) : fate;
}

/* ---- one file ---- */

/* `failures`: transfers that failed in a row. */
static enum fate file_work(struct pes_inbox *inbox, const struct pes_seen *seen, unsigned *failures, char text[TRANSFER_TEXT])
{
        OWN(parcel_file) file = NULL;
        struct work work = {.inbox = inbox, .seen = seen};
        name_show(seen->entry.name, work.name);
        if (!parcel_file_open(inbox->spool, &file, &work.problem)) {
                snprintf(text, TRANSFER_TEXT, "%.500s", work.problem.detail);
                return FATE_AWAY;
        }
        if (!transfer_get(inbox->transfer, inbox->url, seen->entry.name, file, text)) {
                log_event(LOG_LEVEL_WARNING, "file-later", "file", work.name, "reason", text, NULL);
                return ++*failures >= FAILURES_MAX ? FATE_AWAY : FATE_LATER;
        }
        *failures = 0;
        if (parcel_file_size(file) != seen->entry.size)
                return FATE_LATER; /* it grew meanwhile */
        work.file = file;
        enum fate fate = file_commit(&work);
        json_decref(work.facts);
        if (fate == FATE_AWAY)
                snprintf(text, TRANSFER_TEXT, "%.500s", work.problem.detail);
        else if (fate == FATE_DELETE && !transfer_remove(inbox->transfer, inbox->url, seen->entry.name, text))
                log_event(LOG_LEVEL_WARNING, "file-not-removed", "file", work.name, "reason", text, NULL);
        return fate;
}

/* ---- a look ---- */

static const struct pes_seen *seen_find(const struct pes_inbox *inbox, const char *name)
{
        for (size_t i = 0; i < inbox->seen_count; i++)
                if (strcmp(inbox->seen[i].entry.name, name) == 0)
                        return &inbox->seen[i];
        return NULL;
}

/* Unchanged since the last look: true, with the hour since when. */
static bool seen_settle(const struct pes_inbox *inbox, struct pes_seen *now)
{
        const struct pes_seen *before = seen_find(inbox, now->entry.name);
        now->since = seconds_now();
        if (before == NULL || before->entry.size != now->entry.size || strcmp(before->entry.stamp, now->entry.stamp) != 0)
                return false;
        now->since = before->since;
        return true;
}

static struct pes_seen *list_take(const struct listing_entry *entries, size_t count, size_t *kept)
{
        struct pes_seen *list = calloc(count + 1, sizeof *list);
        if (list == NULL)
                abort();
        *kept = 0;
        for (size_t i = 0; i < count; i++)
                if (!listing_name_unfinished(entries[i].name))
                        list[(*kept)++].entry = entries[i];
        return list;
}

void pes_inbox_forget(struct pes_inbox *inbox)
{
        free(inbox->seen);
        inbox->seen = NULL;
        inbox->seen_count = 0;
}

bool pes_inbox_look(struct pes_inbox *inbox, char text[TRANSFER_TEXT])
{
        struct listing_entry *entries = NULL;
        size_t count = 0, kept = 0;
        unsigned failures = 0;
        bool well = true;
        if (!transfer_list(inbox->transfer, inbox->url, &entries, &count, text))
                return false;
        struct pes_seen *list = list_take(entries, count, &kept);
        free(entries);
        for (size_t i = 0; i < kept; i++)
                if (seen_settle(inbox, &list[i]) && well && !atomic_load(inbox->stop))
                        well = file_work(inbox, &list[i], &failures, text) != FATE_AWAY;
        pes_inbox_forget(inbox);
        inbox->seen = list;
        inbox->seen_count = kept;
        return well;
}
