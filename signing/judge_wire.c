/* judge_wire.c - sources and sinks whose other end is the caller. */
#include "signing/judge_wire.h"

#include <stdlib.h>
#include <string.h>

/* The caller may be gone: then there is nobody left to judge for. */
static bool answer_read(struct judge_wire *wire)
{
        if (!frame_read(JUDGE_FD, &wire->frame, FRAME_FOREVER))
                wire->failed = true;
        return !wire->failed;
}

static bool pull(struct judge_wire *wire, uint64_t offset, uint8_t *buffer, size_t size)
{
        while (size > 0) {
                const struct frame_pull wanted = {offset, size < FRAME_PULL_MAX ? (uint32_t)size : FRAME_PULL_MAX};
                if (wire->failed || !frame_write(JUDGE_FD, FRAME_PULL, &wanted, sizeof wanted, FRAME_FOREVER) ||
                    !answer_read(wire) || wire->frame.type != FRAME_BYTES || wire->frame.size != wanted.size) {
                        wire->failed = true;
                        return false;
                }
                memcpy(buffer, wire->frame.data, wanted.size);
                buffer += wanted.size;
                offset += wanted.size;
                size -= wanted.size;
        }
        return true;
}

static bool block_has(const struct judge_block *block, uint64_t offset)
{
        return offset >= block->offset && offset < block->offset + block->size;
}

/* The block that holds `offset`; the one not used last makes room. */
static const struct judge_block *block_get(struct judge_wire *wire, uint64_t offset)
{
        for (unsigned i = 0; i < JUDGE_BLOCKS; i++) {
                if (block_has(&wire->blocks[i], offset)) {
                        wire->last = i;
                        return &wire->blocks[i];
                }
        }
        wire->last = (wire->last + 1) % JUDGE_BLOCKS;
        struct judge_block *block = &wire->blocks[wire->last];
        if (block->data == NULL && (block->data = malloc(JUDGE_BLOCK)) == NULL)
                return NULL;
        block->offset = offset - offset % JUDGE_BLOCK;
        uint64_t left = wire->size - block->offset;
        block->size = 0;
        size_t size = left < JUDGE_BLOCK ? (size_t)left : JUDGE_BLOCK;
        if (!pull(wire, block->offset, block->data, size))
                return NULL;
        block->size = size;
        return block;
}

static bool wire_read(void *context, uint64_t offset, uint8_t *buffer, size_t size)
{
        struct judge_wire *wire = context;
        if (offset > wire->size || size > wire->size - offset)
                return false;
        if (size >= JUDGE_BLOCK)
                return pull(wire, offset, buffer, size);
        while (size > 0) {
                const struct judge_block *block = block_get(wire, offset);
                if (block == NULL)
                        return false;
                size_t start = (size_t)(offset - block->offset);
                size_t part = block->size - start < size ? block->size - start : size;
                memcpy(buffer, block->data + start, part);
                buffer += part;
                offset += part;
                size -= part;
        }
        return true;
}

struct signing_source judge_wire_source(struct judge_wire *wire)
{
        return (struct signing_source){wire, wire->size, wire_read};
}

static bool wire_write(void *context, const uint8_t *data, size_t size)
{
        struct judge_wire *wire = context;
        if (!frame_write(JUDGE_FD, FRAME_WRITE, data, size, FRAME_FOREVER))
                wire->failed = true;
        return !wire->failed;
}

struct signing_sink judge_wire_sink(struct judge_wire *wire)
{
        return (struct signing_sink){wire, wire_write};
}

bool judge_wire_say(enum frame_type type, const json_t *json)
{
        char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
        bool said = text != NULL && frame_write(JUDGE_FD, type, text, strlen(text), FRAME_FOREVER);
        free(text);
        return said;
}

bool judge_wire_begin(struct judge_wire *wire, const char *name, const char *media_type, uint64_t size, bool *take)
{
        json_t *json = json_pack("{s:s, s:s, s:I}", "name", name, "mediaType", media_type, "size", (json_int_t)size);
        if (!judge_wire_say(FRAME_BEGIN, json))
                wire->failed = true;
        json_decref(json);
        if (wire->failed || !answer_read(wire))
                return false;
        *take = wire->frame.type == FRAME_TAKE;
        return *take || wire->frame.type == FRAME_SKIP;
}

bool judge_wire_end(struct judge_wire *wire)
{
        if (!frame_write(JUDGE_FD, FRAME_END, NULL, 0, FRAME_FOREVER))
                wire->failed = true;
        return !wire->failed;
}

void judge_wire_clear(struct judge_wire *wire)
{
        for (unsigned i = 0; i < JUDGE_BLOCKS; i++)
                free(wire->blocks[i].data);
        frame_free(&wire->frame);
        *wire = (struct judge_wire){0};
}
