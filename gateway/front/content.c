/*
 * content.c - reads by api.chunk_read, a few chunks at a time.
 *
 * A judge reads the end of a container first (its directory), then one entry
 * after the other: a miss that continues the last read fetches CONTENT_AHEAD
 * chunks, any other fetches one.
 */
#include "gateway/front/content.h"

#include <assert.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct slot {
        int64_t number; /* -1: free */
        uint64_t used;  /* for "least recently" */
        uint8_t *data;
        size_t size;
};

struct content {
        struct db *db;
        char day[11];
        int64_t id;
        uint64_t size;
        uint32_t chunk;
        int64_t next; /* the chunk after the last one fetched */
        uint64_t clock;
        struct slot slots[CONTENT_CHUNKS];
        struct problem problem;
};

static int64_t chunk_count(const struct content *content)
{
        return (int64_t)((content->size + content->chunk - 1) / content->chunk);
}

static size_t chunk_size(const struct content *content, int64_t number)
{
        uint64_t start = (uint64_t)number * content->chunk;
        return content->size - start < content->chunk ? (size_t)(content->size - start) : content->chunk;
}

struct content *content_open(struct db *db, const struct content_place *place)
{
        assert(place->chunk > 0);
        struct content *content = calloc(1, sizeof *content);
        if (content == NULL)
                abort();
        content->db = db;
        snprintf(content->day, sizeof content->day, "%s", place->day);
        content->id = place->content;
        content->size = place->size;
        content->chunk = place->chunk;
        for (size_t i = 0; i < CONTENT_CHUNKS; i++)
                content->slots[i].number = -1;
        return content;
}

void content_close(struct content *content)
{
        if (content == NULL)
                return;
        for (size_t i = 0; i < CONTENT_CHUNKS; i++)
                free(content->slots[i].data);
        free(content);
}

const struct problem *content_problem(const struct content *content)
{
        return &content->problem;
}

static struct slot *find(struct content *content, int64_t number)
{
        for (size_t i = 0; i < CONTENT_CHUNKS; i++)
                if (content->slots[i].number == number)
                        return &content->slots[i];
        return NULL;
}

static struct slot *oldest(struct content *content)
{
        struct slot *slot = &content->slots[0];
        for (size_t i = 1; i < CONTENT_CHUNKS; i++)
                if (content->slots[i].used < slot->used)
                        slot = &content->slots[i];
        return slot;
}

/* One row of api.chunk_read into the least recently used slot; a row of an unexpected size is left out. */
static bool keep(void *context, int64_t number, const uint8_t *data, size_t size)
{
        struct content *content = context;
        if (number < 0 || number >= chunk_count(content) || size != chunk_size(content, number))
                return true;
        struct slot *slot = find(content, number);
        if (slot == NULL)
                slot = oldest(content);
        uint8_t *room = realloc(slot->data, size);
        if (room == NULL)
                return false;
        memcpy(room, data, size);
        *slot = (struct slot){.number = number, .used = ++content->clock, .data = room, .size = size};
        return true;
}

static bool fetch(struct content *content, int64_t first)
{
        int64_t left = chunk_count(content) - first, ahead = first == content->next ? CONTENT_AHEAD : 1;
        const struct db_argument arguments[] = {db_text(content->day), db_integer(content->id), db_integer(first),
                                                db_integer(left < ahead ? left : ahead)};
        if (!db_call_rows(content->db, "api.chunk_read", arguments, 4, keep, content, &content->problem))
                return false;
        content->next = first + (left < ahead ? left : ahead);
        if (find(content, first) == NULL)
                return problem_set(&content->problem, "content-missing", "chunk %" PRId64 " of content %" PRId64 " is not there",
                                   first, content->id);
        return true;
}

static struct slot *chunk_of(struct content *content, int64_t number)
{
        struct slot *slot = find(content, number);
        if (slot == NULL && fetch(content, number))
                slot = find(content, number);
        if (slot != NULL)
                slot->used = ++content->clock;
        return slot;
}

static bool read_at(void *context, uint64_t offset, uint8_t *buffer, size_t size)
{
        struct content *content = context;
        if (offset > content->size || size > content->size - offset)
                return problem_set(&content->problem, "content-missing", "read past the end of content %" PRId64, content->id);
        while (size > 0) {
                const struct slot *slot = chunk_of(content, (int64_t)(offset / content->chunk));
                if (slot == NULL)
                        return false;
                size_t skip = (size_t)(offset % content->chunk);
                size_t take = slot->size - skip < size ? slot->size - skip : size;
                memcpy(buffer, slot->data + skip, take);
                buffer += take;
                offset += take;
                size -= take;
        }
        return true;
}

struct verdict_source content_source(struct content *content)
{
        return (struct verdict_source){.context = content, .size = content->size, .read = read_at};
}

bool content_copy(struct content *content, bool (*write)(void *context, const uint8_t *data, size_t size), void *context)
{
        for (int64_t number = 0; number < chunk_count(content); number++) {
                const struct slot *slot = chunk_of(content, number);
                if (slot == NULL || !write(context, slot->data, slot->size))
                        return false;
        }
        return true;
}

static bool digest_update(void *context, const uint8_t *data, size_t size)
{
        return EVP_DigestUpdate(context, data, size) == 1;
}

bool content_digest(struct content *content, uint8_t sha256[32], struct problem *problem)
{
        EVP_MD_CTX *digest = EVP_MD_CTX_new();
        uint8_t result[EVP_MAX_MD_SIZE];
        bool done = digest != NULL && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1 &&
                    content_copy(content, digest_update, digest) && EVP_DigestFinal_ex(digest, result, NULL) == 1;
        EVP_MD_CTX_free(digest);
        if (!done && content->problem.row != NULL)
                *problem = content->problem;
        else if (!done)
                return problem_set(problem, "internal", "no digest could be made");
        if (done)
                memcpy(sha256, result, 32);
        return done;
}
