/* pes_ids.c - a set of FNV-1a hashes with open addressing, never more than half full. */
#include "gateway/formats/pes_ids.h"

#include <stdlib.h>

enum { FIRST_ROOM = 256 };

static uint64_t id_hash(const char *id)
{
        uint64_t hash = 0xCBF29CE484222325U;
        for (const char *at = id; *at != '\0'; at++)
                hash = (hash ^ (uint8_t)*at) * 0x100000001B3U;
        hash ^= hash >> 31; /* the low bits choose the slot */
        return hash != 0 ? hash : 1;
}

static bool slot_take(struct pes_ids *ids, uint64_t hash)
{
        size_t at = hash & (ids->room - 1);
        while (ids->slots[at] != 0) {
                if (ids->slots[at] == hash)
                        return false;
                at = (at + 1) & (ids->room - 1);
        }
        ids->slots[at] = hash;
        ids->count++;
        return true;
}

static void ids_grow(struct pes_ids *ids)
{
        struct pes_ids grown = {.room = ids->room == 0 ? FIRST_ROOM : ids->room * 2};
        grown.slots = calloc(grown.room, sizeof *grown.slots);
        if (grown.slots == NULL)
                abort();
        for (size_t i = 0; i < ids->room; i++)
                if (ids->slots[i] != 0)
                        (void)slot_take(&grown, ids->slots[i]);
        free(ids->slots);
        *ids = grown;
}

bool pes_ids_add(struct pes_ids *ids, const char *id)
{
        if (ids->count * 2 >= ids->room)
                ids_grow(ids);
        return slot_take(ids, id_hash(id));
}

void pes_ids_free(struct pes_ids *ids)
{
        free(ids->slots);
        *ids = (struct pes_ids){0};
}
