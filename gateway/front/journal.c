/*
 * journal.c - C2SP tlog-tiles: /tile/L/N[.p/W] with N in groups of three digits,
 * all but the last led by "x"; a full tile has 256 hashes of 32 bytes and never
 * changes, a partial one neither (its width is in its name): both may be cached
 * for ever.
 */
#include "gateway/front/journal.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/front/call.h"

DEFINE_OWNER(json_t, json_decref)

enum { TILE_HASHES = 256, LEVEL_MOST = 63 };

static enum answer checkpoint_answer(struct request *request, const char *function, const char *none)
{
        struct problem problem = {0};
        OWN(json_t) note = NULL;
        if (!db_call_json(request->db, function, NULL, 0, &note, &problem))
                return http_answer_problem(request, &problem);
        const char *text = json_string_value(note);
        if (text == NULL) {
                problem_set(&problem, "not-found", "%s", none);
                return http_answer_problem(request, &problem);
        }
        http_answer_header(request, "Cache-Control", "no-cache");
        return http_answer_bytes(request, 200, "text/plain; charset=utf-8", text, strlen(text));
}

enum answer journal_checkpoint(struct request *request)
{
        return checkpoint_answer(request, "api.checkpoint_note", "the journal is empty: no checkpoint has been signed yet");
}

enum answer journal_cosigned(struct request *request)
{
        return checkpoint_answer(request, "api.checkpoint_cosigned", "no witness has signed a checkpoint yet");
}

/* A decimal number without leading zeros, up to `most`, that ends at one of `ends`. */
static bool number_parse(const char **at, const char *ends, int most, int *out)
{
        int value = 0;
        const char *start = *at;
        while (**at >= '0' && **at <= '9') {
                value = value * 10 + (**at - '0');
                if (value > most)
                        return false;
                (*at)++;
        }
        if (*at == start || (*start == '0' && *at - start > 1) || strchr(ends, **at) == NULL)
                return false;
        *out = value;
        return true;
}

static bool group_parse(const char **at, int64_t *tile)
{
        int value = 0;
        for (int i = 0; i < 3; i++, (*at)++) {
                if (**at < '0' || **at > '9')
                        return false;
                value = value * 10 + (**at - '0');
        }
        if (*tile > (INT64_MAX >> 8) / 1000 - 1)
                return false;
        *tile = *tile * 1000 + value;
        return true;
}

/* "x001/x234/067": a first group of x000 would be a second spelling. */
static bool tile_parse(const char **at, int64_t *tile)
{
        *tile = 0;
        if (strncmp(*at, "x000", 4) == 0)
                return false;
        while (**at == 'x') {
                (*at)++;
                if (!group_parse(at, tile) || **at != '/')
                        return false;
                (*at)++;
        }
        return group_parse(at, tile);
}

bool journal_tile_parse(const char *path, struct journal_tile_name *out)
{
        static const char prefix[] = "/tile/";
        struct journal_tile_name name = {.width = TILE_HASHES};
        if (strncmp(path, prefix, strlen(prefix)) != 0)
                return false;
        const char *at = path + strlen(prefix);
        if (!number_parse(&at, "/", LEVEL_MOST, &name.level) || *at != '/')
                return false;
        at++;
        if (!tile_parse(&at, &name.tile))
                return false;
        if (strncmp(at, ".p/", 3) == 0) {
                at += 3;
                if (!number_parse(&at, "", TILE_HASHES - 1, &name.width) || name.width == 0)
                        return false;
        }
        if (*at != '\0')
                return false;
        *out = name;
        return true;
}

enum answer journal_tile(struct request *request)
{
        struct problem problem = {0};
        struct journal_tile_name name;
        uint8_t *hashes = NULL;
        size_t size = 0;
        if (!journal_tile_parse(request->path, &name)) {
                problem_set(&problem, "not-found", "tiles are named as C2SP tlog-tiles says");
                return http_answer_problem(request, &problem);
        }
        const struct db_argument arguments[] = {db_integer(name.level), db_integer(name.tile), db_integer(name.width)};
        if (!db_call_bytes(request->db, "api.journal_tile", arguments, 3, &hashes, &size, &problem))
                return http_answer_problem(request, &problem);
        enum answer answer;
        if (hashes == NULL || size != (size_t)name.width * 32) {
                problem_set(&problem, "not-found", "the journal has no such tile yet");
                answer = http_answer_problem(request, &problem);
        } else {
                http_answer_header(request, "Cache-Control", "public, max-age=31536000, immutable");
                answer = http_answer_bytes(request, 200, "application/octet-stream", hashes, size);
        }
        free(hashes);
        return answer;
}
