/* archive.c - pulls one chunk, pushes it into the bundle, hands on what came out. */
#include "gateway/front/archive.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/core/db.h"
#include "gateway/core/log.h"
#include "gateway/formats/bundle.h"

enum { OUT_FIRST = 300 * 1024 };

struct archive_answer {
        json_t *entries;
        struct bundle *bundle;
        size_t at;     /* the entry that comes next, or the one that is open */
        int64_t next;  /* its next chunk */
        uint64_t left; /* bytes that it lacks; it is open while there are any */
        struct archive_maker maker;
        struct spool *spool; /* of the entry that is open, where the maker made it */
        uint8_t *out;        /* what the bundle has given and nobody has taken */
        size_t size, room;
        bool ended, broken;
};

static bool out_write(void *context, const uint8_t *data, size_t size)
{
        struct archive_answer *answer = context;
        if (size > answer->room - answer->size) {
                size_t room = answer->size + size + OUT_FIRST;
                uint8_t *larger = realloc(answer->out, room);
                if (larger == NULL)
                        return false;
                answer->out = larger;
                answer->room = room;
        }
        memcpy(answer->out + answer->size, data, size);
        answer->size += size;
        return true;
}

static void answer_close(void *context)
{
        struct archive_answer *answer = context;
        bundle_free(answer->bundle);
        spool_close(answer->spool);
        if (answer->maker.close != NULL)
                answer->maker.close(answer->maker.context);
        json_decref(answer->entries);
        free(answer->out);
        free(answer);
}

static bool chunk_take(void *context, int64_t number, const uint8_t *data, size_t size)
{
        struct archive_answer *answer = context;
        answer->broken = number != answer->next || size > answer->left || size == 0 || !bundle_data(answer->bundle, data, size);
        if (answer->broken)
                return false;
        answer->next++;
        answer->left -= size;
        return true;
}

static bool broken_off(const struct problem *problem, const char *otherwise)
{
        log_event(LOG_LEVEL_ERROR, "archive-broken", "reason", problem->row != NULL ? problem->detail : otherwise, NULL);
        return false;
}

/* One more block of what the maker made. */
static bool spool_go_on(struct archive_answer *answer)
{
        struct problem problem = {0};
        uint8_t *block = NULL;
        size_t size = 0;
        bool well = spool_read(answer->spool, &block, &size) && size > 0 && bundle_data(answer->bundle, block, size);
        free(block);
        if (!well)
                return broken_off(&problem, "spool");
        answer->left -= size;
        return true;
}

/* One more chunk of the entry that is open. */
static bool entry_go_on(struct archive_answer *answer, struct db *db, const json_t *entry)
{
        struct problem problem = {0};
        if (answer->spool != NULL)
                return spool_go_on(answer);
        uint64_t before = answer->left;
        const struct db_argument arguments[] = {db_text(json_string_value(json_object_get(entry, "day"))),
                                                db_integer(json_integer_value(json_object_get(entry, "content"))),
                                                db_integer(answer->next), db_integer(1)};
        if (db_call_rows(db, "api.chunk_read", arguments, 4, chunk_take, answer, &problem) && !answer->broken &&
            answer->left < before)
                return true;
        return broken_off(&problem, "chunk missing");
}

/* Made whole first: its size stands before it, and a judge is not held by a slow client. */
static bool entry_make(struct archive_answer *answer, struct db *db, const json_t *entry)
{
        struct problem problem = {0};
        struct spool *made = NULL;
        if (answer->maker.make == NULL || !spool_open(answer->maker.folder, &made, &problem))
                return broken_off(&problem, "nobody makes this entry");
        if (!answer->maker.make(answer->maker.context, db, entry, made, &problem)) {
                spool_close(made);
                return broken_off(&problem, "entry");
        }
        answer->spool = made;
        answer->left = spool_size(made);
        return bundle_entry(answer->bundle, json_string_value(json_object_get(entry, "name")), answer->left,
                            json_integer_value(json_object_get(entry, "at")));
}

static bool entry_begin(struct archive_answer *answer, struct db *db, const json_t *entry)
{
        const char *name = json_string_value(json_object_get(entry, "name"));
        const json_t *text = json_object_get(entry, "text");
        int64_t at = json_integer_value(json_object_get(entry, "at"));
        if (name == NULL)
                return false;
        if (json_is_string(text)) {
                const struct signing_bytes bytes = {(const uint8_t *)json_string_value(text), json_string_length(text)};
                return bundle_bytes(answer->bundle, name, bytes, at);
        }
        if (json_object_get(entry, "make") != NULL)
                return entry_make(answer, db, entry);
        answer->next = 0;
        answer->left = (uint64_t)json_integer_value(json_object_get(entry, "size"));
        return bundle_entry(answer->bundle, name, answer->left, at);
}

static bool step(struct archive_answer *answer, struct db *db)
{
        const json_t *entry = json_array_get(answer->entries, answer->at);
        if (entry == NULL) {
                answer->ended = true;
                return bundle_end(answer->bundle);
        }
        bool well = answer->left > 0 ? entry_go_on(answer, db, entry) : entry_begin(answer, db, entry);
        if (answer->left == 0) {
                spool_close(answer->spool);
                answer->spool = NULL;
                answer->at++;
        }
        return well;
}

static bool answer_next(void *context, struct db *db, uint8_t **block, size_t *size)
{
        struct archive_answer *answer = context;
        *block = NULL;
        *size = 0;
        while (answer->size == 0 && !answer->ended)
                if (!step(answer, db))
                        return false;
        *block = answer->out;
        *size = answer->size;
        answer->out = NULL;
        answer->size = answer->room = 0;
        return true;
}

enum answer archive_answer(struct request *request, json_t *entries, const char *file_name, const struct archive_maker *maker)
{
        struct archive_answer *answer = calloc(1, sizeof(*answer));
        struct problem problem = {0};
        if (answer == NULL)
                abort();
        const struct signing_sink out = {answer, out_write};
        answer->entries = entries;
        if (maker != NULL)
                answer->maker = *maker;
        if ((answer->bundle = bundle_new(&out)) == NULL) {
                answer_close(answer);
                problem_set(&problem, "internal", "no memory for an archive");
                return http_answer_problem(request, &problem);
        }
        const struct http_stream stream = {.context = answer, .next = answer_next, .close = answer_close};
        return http_answer_stream(request, "application/zip", file_name, -1, stream);
}
