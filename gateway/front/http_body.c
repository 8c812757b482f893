/*
 * http_body.c - takes bytes as fast as they can be kept, and no faster: where the
 * store is behind or memory is short the connection is suspended, and the
 * client's own TCP window tells it to wait.
 */
#include "gateway/front/http_body.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/db.h"
#include "gateway/core/log.h"
#include "gateway/front/digest.h"
#include "gateway/front/http_exchange.h"
#include "gateway/front/http_job.h"
#include "gateway/front/instant.h"
#include "gateway/front/store.h"

enum {
        IN_FLIGHT_MOST = 12,      /* chunks of one upload on their way to the disk: 3 MiB keep two storers busy */
        FAST_MILLISECONDS = 1000, /* a chunk that took longer comes from a slow client */
        NONE_LIMIT = 4096,        /* of the body of a route that takes none: thrown away */
        OVER_LIMIT = 1024 * 1024, /* read past the limit, so that the client reads our answer; then we hang up */
        WAKE_AT_ONCE = 8,         /* waiters for memory woken by one freed chunk */
        STEP_BYTES = 16384        /* forward: a client that holds memory others wait for must make one now and then */
};

struct chunk {
        struct store_item item;
        struct exchange *exchange;
        struct buffer buffer;
        size_t index;
};

static EVP_MD *sha256;
static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;

static void sha256_fetch(void)
{
        sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

bool body_open(struct exchange *exchange)
{
        bool stored = exchange->route->body == BODY_STORED;
        if (!stored && http_header(&exchange->request, "Content-Digest") == NULL)
                return true;
        pthread_once(&sha256_once, sha256_fetch);
        exchange->body.digest = EVP_MD_CTX_new();
        return sha256 != NULL && exchange->body.digest != NULL && EVP_DigestInit_ex(exchange->body.digest, sha256, NULL) == 1;
}

void body_close(struct exchange *exchange)
{
        struct intake *body = &exchange->body;
        buffer_free(exchange->server->budget, &body->buffer);
        if (exchange->caller != NULL)
                atomic_store(&exchange->caller->held_since, 0);
        memory_wake(exchange->server, false);
        EVP_MD_CTX_free(body->digest);
        free(body->chunks);
        body->digest = NULL;
        body->chunks = NULL;
}

/* ---- memory ---- */

void memory_wake(struct server *server, bool all)
{
        struct exchange *woken[WAKE_AT_ONCE];
        size_t count;
        do {
                count = 0;
                pthread_mutex_lock(&server->lock);
                while (server->short_of_memory.first != NULL && count < WAKE_AT_ONCE) {
                        woken[count] = server->short_of_memory.first;
                        exchange_unlist(&server->short_of_memory, woken[count++]);
                }
                pthread_mutex_unlock(&server->lock);
                for (size_t i = 0; i < count; i++)
                        exchange_resume(woken[i]);
        } while (all && count == WAKE_AT_ONCE);
}

/* Suspended until memory_wake(): the list keeps it, so it cannot end meanwhile. */
static void memory_wait(struct exchange *exchange)
{
        struct server *server = exchange->server;
        atomic_store(&exchange->caller->held_since, 0); /* it waits for us, not we for it */
        exchange_suspend(exchange);
        pthread_mutex_lock(&server->lock);
        exchange_list(&server->short_of_memory, exchange);
        pthread_mutex_unlock(&server->lock);
}

/* ---- chunks ---- */

static void chunk_done(struct store_item *item, const struct problem *failed)
{
        struct chunk *chunk = (struct chunk *)item;
        struct exchange *exchange = chunk->exchange;
        struct intake *body = &exchange->body;
        struct server *server = exchange->server;
        buffer_free(server->budget, &chunk->buffer);
        pthread_mutex_lock(&exchange->lock);
        if (failed != NULL && body->problem.row == NULL)
                body->problem = *failed;
        memcpy(body->chunks[chunk->index].sha256, item->sha256, sizeof(item->sha256));
        bool last = --body->in_flight == 0;
        bool finished = last && body->ended, orphan = last && exchange->orphan;
        bool room = exchange->waits_for_window;
        exchange->waits_for_window = false;
        pthread_mutex_unlock(&exchange->lock);
        free(chunk);
        if (orphan)
                exchange_record(exchange);
        else if (finished)
                exchange_run(exchange);
        else if (room)
                exchange_resume(exchange);
        memory_wake(server, false);
}

static bool chunk_append(struct intake *body, int64_t number, size_t size)
{
        if (body->chunk_count == body->chunk_room) {
                size_t room = body->chunk_room == 0 ? 16 : body->chunk_room * 2;
                struct stored_chunk *chunks = realloc(body->chunks, room * sizeof(*chunks));
                if (chunks == NULL)
                        return false;
                body->chunks = chunks;
                body->chunk_room = room;
        }
        body->chunks[body->chunk_count++] = (struct stored_chunk){.number = number, .size = (uint32_t)size};
        return true;
}

/* The full buffer becomes a chunk on its way. False where too many are under way already. */
static bool chunk_send(struct exchange *exchange, bool must)
{
        struct intake *body = &exchange->body;
        const struct request *request = &exchange->request;
        struct chunk *chunk = calloc(1, sizeof(*chunk));
        pthread_mutex_lock(&exchange->lock);
        int64_t number = request->store_first + (int64_t)body->chunk_count;
        if (chunk == NULL || (!must && body->in_flight >= IN_FLIGHT_MOST) || !chunk_append(body, number, body->buffer.size)) {
                pthread_mutex_unlock(&exchange->lock);
                free(chunk);
                return false;
        }
        body->in_flight++;
        chunk->index = body->chunk_count - 1;
        pthread_mutex_unlock(&exchange->lock);
        chunk->exchange = exchange;
        chunk->buffer = body->buffer;
        body->buffer = (struct buffer){0};
        chunk->item = (struct store_item){.line = exchange->caller->line,
                                          .day = request->store_day,
                                          .content = request->store_content,
                                          .number = number,
                                          .data = chunk->buffer.data,
                                          .size = chunk->buffer.size,
                                          .done = chunk_done};
        body->eager = instant_ticks() - body->chunk_began < FAST_MILLISECONDS;
        atomic_store(&exchange->caller->held_since, 0);
        store_put(exchange->server->store, &chunk->item);
        return true;
}

/* Suspended until a chunk is stored, unless one has been since we looked. */
static enum body_progress window_wait(struct exchange *exchange)
{
        pthread_mutex_lock(&exchange->lock);
        bool full = exchange->body.in_flight >= IN_FLIGHT_MOST;
        if (full) {
                exchange->waits_for_window = true;
                exchange_suspend_locked(exchange);
        }
        pthread_mutex_unlock(&exchange->lock);
        return full ? BODY_SUSPENDED : BODY_MORE;
}

/* ---- bytes ---- */

static size_t buffer_limit(const struct exchange *exchange)
{
        return exchange->route->body == BODY_STORED ? exchange->request.store_chunk : (size_t)exchange->route->limit;
}

static void step_note(struct exchange *exchange, size_t taken)
{
        const struct buffer *buffer = &exchange->body.buffer;
        bool step = buffer->size / STEP_BYTES != (buffer->size + taken) / STEP_BYTES;
        if (buffer_claimed(buffer) > 0 && (step || atomic_load(&exchange->caller->held_since) == 0))
                atomic_store(&exchange->caller->held_since, instant_ticks());
}

/* A buffer that can take at least one byte, or the connection suspended. */
static enum body_progress room_make(struct exchange *exchange)
{
        struct intake *body = &exchange->body;
        size_t limit = buffer_limit(exchange);
        while (body->buffer.size == limit) {
                if (chunk_send(exchange, false))
                        break;
                if (window_wait(exchange) == BODY_SUSPENDED)
                        return BODY_SUSPENDED;
        }
        if (body->buffer.size < body->buffer.room)
                return BODY_MORE;
        body->buffer.line = exchange->caller->line;
        if (body->buffer.room == 0)
                body->chunk_began = instant_ticks();
        if (!buffer_grow(exchange->server->budget, &body->buffer, limit, body->eager)) {
                memory_wait(exchange);
                return BODY_SUSPENDED;
        }
        return BODY_MORE;
}

/* Bytes that nobody wants: of a route without a body, past the limit, or after a failure. */
static bool is_waste(struct exchange *exchange)
{
        if (exchange->route->body == BODY_NONE || exchange->route->body == BODY_MEASURED || exchange->body.over)
                return true;
        pthread_mutex_lock(&exchange->lock);
        bool failed = exchange->body.problem.row != NULL;
        pthread_mutex_unlock(&exchange->lock);
        return failed;
}

static enum body_progress waste_take(struct exchange *exchange, size_t *left)
{
        struct intake *body = &exchange->body;
        uint64_t limit = exchange->route->body == BODY_NONE ? NONE_LIMIT : exchange->route->limit + OVER_LIMIT;
        body->bytes += *left;
        *left = 0;
        return body->bytes > limit ? BODY_BROKEN : BODY_MORE;
}

enum body_progress body_take(struct exchange *exchange, const char *data, size_t *left)
{
        struct intake *body = &exchange->body;
        if (body->bytes == 0)
                body->first_byte = instant_here();
        if (exchange->route->body != BODY_NONE && body->bytes + *left > exchange->route->limit)
                body->over = true;
        if (is_waste(exchange))
                return waste_take(exchange, left);
        while (*left > 0) {
                if (atomic_load(&exchange->caller->dropped))
                        return BODY_BROKEN;
                if (room_make(exchange) == BODY_SUSPENDED)
                        return BODY_SUSPENDED;
                size_t room = body->buffer.room - body->buffer.size;
                size_t taken = *left < room ? *left : room;
                memcpy(body->buffer.data + body->buffer.size, data, taken);
                if (body->digest != NULL)
                        EVP_DigestUpdate(body->digest, data, taken);
                step_note(exchange, taken);
                body->buffer.size += taken;
                body->bytes += taken;
                data += taken;
                *left -= taken;
        }
        if (exchange->route->body == BODY_STORED && body->buffer.size == buffer_limit(exchange))
                (void)!chunk_send(exchange, false);
        return BODY_MORE;
}

enum body_progress body_end(struct exchange *exchange)
{
        struct intake *body = &exchange->body;
        atomic_store(&exchange->caller->held_since, 0);
        if (exchange->route->body != BODY_STORED)
                return BODY_MORE;
        /* After a failure the rest of the body was thrown away: what lies in the buffer is half a chunk. */
        if (body->buffer.size > 0 && !is_waste(exchange) && !chunk_send(exchange, true))
                return BODY_BROKEN;
        pthread_mutex_lock(&exchange->lock);
        bool waits = body->in_flight > 0;
        if (waits)
                exchange_suspend_locked(exchange);
        body->ended = true;
        pthread_mutex_unlock(&exchange->lock);
        return waits ? BODY_SUSPENDED : BODY_MORE;
}

/* ---- the whole ---- */

/* What was stored under a wrong digest is taken away again: it was never acknowledged. */
static void chunks_drop(struct exchange *exchange)
{
        const struct request *request = &exchange->request;
        struct problem problem = {0};
        const struct db_argument arguments[] = {db_text(request->store_day), db_integer(request->store_content),
                                                db_integer(request->store_first), db_integer((int64_t)exchange->body.chunk_count)};
        if (!db_call(request->db, "api.chunk_drop", arguments, 4, &problem))
                log_event(LOG_LEVEL_WARNING, "chunks-kept", "reason", problem.detail, NULL); /* the commit's digest refuses them */
}

static bool digest_check(struct exchange *exchange, const uint8_t found[32], struct problem *problem)
{
        const struct request *request = &exchange->request;
        const char *field = http_header(request, "Content-Digest");
        uint8_t announced[32];
        if (field == NULL)
                return true;
        if (!digest_parse(field, announced))
                return problem_set(problem, "request-malformed", "Content-Digest has no sha-256 (RFC 9530 2)");
        if (memcmp(found, announced, sizeof(announced)) == 0)
                return true;
        char hex[65];
        digest_hex(found, hex);
        return problem_set(problem, "digest-mismatch", "%" PRIu64 " bytes came, their SHA-256 is %s", exchange->body.bytes, hex);
}

/* What came of a body that was stored, and is not what it should be. */
static bool stored_refuse(struct exchange *exchange, const char *outcome)
{
        if (exchange->route->body != BODY_STORED)
                return false;
        if (exchange->body.chunk_count > 0)
                chunks_drop(exchange);
        exchange_tell(exchange, exchange->request.db, outcome);
        return false;
}

void body_abandon(struct exchange *exchange, const char *outcome)
{
        if (exchange->body.over)
                stored_refuse(exchange, "failed");
        else
                exchange_tell(exchange, exchange->request.db, outcome);
}

bool body_check(struct exchange *exchange, struct problem *problem)
{
        struct intake *body = &exchange->body;
        if (body->over) {
                problem_set(problem, "body-too-large", "at most %" PRIu64 " bytes", exchange->route->limit);
                return stored_refuse(exchange, "failed");
        }
        if (body->problem.row != NULL) {
                *problem = body->problem;
                exchange_tell(exchange, exchange->request.db, "failed");
                return false;
        }
        if (body->digest == NULL)
                return true;
        uint8_t found[EVP_MAX_MD_SIZE];
        EVP_DigestFinal_ex(body->digest, found, NULL);
        EVP_MD_CTX_free(body->digest); /* a handler that is run again finds it checked */
        body->digest = NULL;
        memcpy(exchange->request.stored_sha256, found, sizeof(exchange->request.stored_sha256));
        return digest_check(exchange, found, problem) || stored_refuse(exchange, "digest");
}
