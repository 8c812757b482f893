/* source.c - sources and sinks made of memory. */
#include "signing/source.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/refusal.h"

enum { BLOCK = 64 * 1024 };

typedef uint8_t bytes;
DEFINE_OWNER(bytes, free)

static bool memory_read(void *context, uint64_t offset, uint8_t *buffer, size_t size)
{
        const struct signing_bytes *memory = context;
        if (offset > memory->size || size > memory->size - offset)
                return false;
        if (size > 0)
                memcpy(buffer, memory->data + offset, size);
        return true;
}

struct signing_source source_memory(const struct signing_bytes *memory)
{
        return (struct signing_source){(void *)(uintptr_t)memory, memory->size, memory_read};
}

bool source_copy(const struct signing_source *source, const struct signing_sink *sink, struct signing_refusal *why)
{
        OWN(bytes) block = malloc(BLOCK);
        if (block == NULL)
                return refuse(why, "MEMORY", "", "no memory to read a source");
        for (uint64_t at = 0; at < source->size;) {
                size_t size = source->size - at < BLOCK ? (size_t)(source->size - at) : BLOCK;
                if (!source->read(source->context, at, block, size))
                        return refuse(why, "SOURCE_FAILED", "", "the content's bytes could not be read");
                if (!sink->write(sink->context, block, size))
                        return refuse(why, "SINK_FAILED", "", "the content's bytes could not be handed on");
                at += size;
        }
        return true;
}

bool source_read(const struct signing_source *source, size_t limit, uint8_t **out, struct signing_refusal *why)
{
        if (source->size > limit)
                return refuse(why, "TOO_LARGE", "limit", "the content is larger than %zu bytes", limit);
        OWN(bytes) data = malloc((size_t)source->size + 1);
        if (data == NULL)
                return refuse(why, "MEMORY", "", "no memory for the content");
        if (source->size > 0 && !source->read(source->context, 0, data, (size_t)source->size))
                return refuse(why, "SOURCE_FAILED", "", "the content's bytes could not be read");
        *out = TAKE(data);
        return true;
}

static bool memory_write(void *context, const uint8_t *data, size_t size)
{
        struct sink_memory *memory = context;
        if (size > memory->limit - memory->size)
                return false;
        if (size > memory->room - memory->size) {
                size_t room = memory->size + size < memory->limit / 2 ? 2 * (memory->size + size) : memory->limit;
                uint8_t *grown = realloc(memory->data, room);
                if (grown == NULL)
                        return false;
                memory->data = grown;
                memory->room = room;
        }
        if (size > 0)
                memcpy(memory->data + memory->size, data, size);
        memory->size += size;
        return true;
}

struct signing_sink sink_memory(struct sink_memory *memory)
{
        return (struct signing_sink){memory, memory_write};
}
