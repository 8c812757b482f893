/* document.c - chunks out of the database, a few at a time. */
#include "gateway/relay/document.h"

#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/relay/hash.h"

enum { CHUNKS_AT_ONCE = 16 }; /* 4 MiB a call: short transactions, few of them */

typedef struct hash hash_state;
DEFINE_OWNER(hash_state, hash_free)

bool document_read(const json_t *file, struct document *out)
{
        struct document read = {
                .name = json_string_value(json_object_get(file, "name")),
                .day = json_string_value(json_object_get(file, "day")),
                .sha256 = json_string_value(json_object_get(file, "sha256")),
                .content = json_integer_value(json_object_get(file, "content")),
                .size = (uint64_t)json_integer_value(json_object_get(file, "size")),
        };
        if (read.name == NULL || read.day == NULL || read.sha256 == NULL || !json_is_integer(json_object_get(file, "size")))
                return false;
        *out = read;
        return true;
}

/* Chunks on their way, in order, none missing. */
struct passage {
        const struct signing_sink *to;
        struct hash *hash;
        int64_t next;
        uint64_t passed;
        bool refused, gap;
};

static bool chunk_pass(void *context, int64_t number, const uint8_t *data, size_t size)
{
        struct passage *passage = context;
        passage->gap = number != passage->next;
        if (passage->gap)
                return false;
        hash_add(passage->hash, data, size);
        passage->refused = !passage->to->write(passage->to->context, data, size);
        passage->next++;
        passage->passed += size;
        return !passage->refused;
}

static bool chunks_pass(const struct document *document, struct passage *passage)
{
        while (passage->passed < document->size) {
                int64_t first = passage->next;
                const struct db_argument arguments[] = {db_text(document->day), db_integer(document->content), db_integer(first),
                                                        db_integer(CHUNKS_AT_ONCE)};
                if (!db_call_rows(document->db, "api.chunk_read", arguments, 4, chunk_pass, passage, document->problem))
                        return false;
                if (passage->refused)
                        return false; /* the archive's fault: it knows why */
                if (passage->gap || passage->next == first)
                        return problem_set(document->problem, "content-missing", "Chunk %lld of %s is not there.",
                                           (long long)passage->next, document->name);
        }
        return true;
}

bool document_copy(void *context, const struct signing_sink *to)
{
        const struct document *document = context;
        OWN(hash_state) hash = hash_new();
        char hex[65];
        struct passage passage = {.to = to, .hash = hash};
        if (!chunks_pass(document, &passage))
                return false;
        hash_show(hash, hex);
        if (strcmp(hex, document->sha256) != 0)
                return problem_set(document->problem, "content-missing", "%s no longer has the digest that was acknowledged.",
                                   document->name);
        return true;
}
