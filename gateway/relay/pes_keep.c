/* pes_keep.c - begin, chunks, finish: the event is written with the last call, so that half a file is no file. */
#include "gateway/relay/pes_keep.h"

#include <stdlib.h>

#include "gateway/core/owner.h"
#include "signing/signing.h"

#include <openssl/sha.h>

DEFINE_OWNER(json_t, json_decref)
DEFINE_OWNER(uint8_t, free)
DEFINE_OWNER(char, free)

struct keeping {
        struct db *db;
        const json_t *begun;
        bool aside;
};

static bool chunk_keep(const struct keeping *keeping, int64_t number, const uint8_t *data, size_t size, struct problem *problem)
{
        uint8_t digest[SHA256_DIGEST_LENGTH];
        if (keeping->aside) {
                const struct db_argument arguments[] = {db_integer(json_integer_value(json_object_get(keeping->begun, "id"))),
                                                        db_integer(number), db_bytes(data, size)};
                return db_call(keeping->db, "api.quarantine_chunk", arguments, 3, problem);
        }
        SHA256(data, size, digest);
        const struct db_argument arguments[] = {db_text(json_string_value(json_object_get(keeping->begun, "day"))),
                                                db_integer(json_integer_value(json_object_get(keeping->begun, "content"))),
                                                db_integer(number), db_bytes(digest, sizeof digest), db_bytes(data, size)};
        return db_call(keeping->db, "api.chunk_put", arguments, 5, problem);
}

static bool chunks_keep(const struct keeping *keeping, const struct parcel_file *file, struct problem *problem)
{
        OWN(uint8_t) block = malloc(SIGNING_CHUNK);
        if (block == NULL)
                abort();
        uint64_t size = parcel_file_size(file);
        for (uint64_t offset = 0; offset < size; offset += SIGNING_CHUNK) {
                size_t wanted = size - offset < SIGNING_CHUNK ? (size_t)(size - offset) : SIGNING_CHUNK;
                if (parcel_file_read(file, offset, block, wanted) != (long)wanted)
                        return problem_set(problem, "internal", "The file could not be read again.");
                if (!chunk_keep(keeping, (int64_t)(offset / SIGNING_CHUNK), block, wanted, problem))
                        return false;
        }
        return true;
}

bool pes_keep_return(struct db *db, const json_t *facts, const struct parcel_file *file, bool *routed, struct problem *problem)
{
        OWN(json_t) begun = NULL;
        OWN(char) text = json_dumps(facts, JSON_COMPACT);
        const struct db_argument argument = db_text(text);
        if (!db_call_json(db, "api.return_begin", &argument, 1, &begun, problem))
                return false;
        *routed = json_is_object(begun);
        if (!*routed || json_is_true(json_object_get(begun, "duplicate")))
                return true;
        const struct keeping keeping = {db, begun, false};
        const struct db_argument finish = db_text(json_string_value(json_object_get(begun, "id")));
        return chunks_keep(&keeping, file, problem) && db_call(db, "api.return_finish", &finish, 1, problem);
}

bool pes_keep_aside(struct db *db, const json_t *facts, const struct parcel_file *file, struct problem *problem)
{
        OWN(json_t) begun = NULL;
        OWN(char) text = json_dumps(facts, JSON_COMPACT);
        const struct db_argument arguments[] = {db_text("pes"), db_text(text)};
        if (!db_call_json(db, "api.quarantine_begin", arguments, 2, &begun, problem))
                return false;
        if (json_is_true(json_object_get(begun, "duplicate")))
                return true;
        const struct keeping keeping = {db, begun, true};
        const struct db_argument finish = db_integer(json_integer_value(json_object_get(begun, "id")));
        return chunks_keep(&keeping, file, problem) && db_call(db, "api.quarantine_finish", &finish, 1, problem);
}
