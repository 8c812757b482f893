/* range.c - arithmetic on ranges of chunks. */
#include "gateway/client/range.h"

#include <assert.h>
#include <stdlib.h>

static void range_add(struct ranges *ranges, uint64_t first, uint64_t count)
{
        if (ranges->count == ranges->room) {
                ranges->room = ranges->room > 0 ? ranges->room * 2 : 8;
                ranges->list = reallocarray(ranges->list, ranges->room, sizeof *ranges->list);
                assert(ranges->list != NULL);
        }
        ranges->list[ranges->count++] = (struct range){first, count};
}

static int range_order(const void *left, const void *right)
{
        const struct range *a = left, *b = right;
        return a->first < b->first ? -1 : a->first > b->first;
}

static bool arrived_read(const json_t *arrived, uint64_t chunks, struct ranges *out)
{
        size_t index;
        json_t *pair;
        if (arrived == NULL || json_is_null(arrived))
                return true;
        if (!json_is_array(arrived))
                return false;
        json_array_foreach(arrived, index, pair)
        {
                const json_t *first = json_array_get(pair, 0), *last = json_array_get(pair, 1);
                if (!json_is_integer(first) || !json_is_integer(last))
                        return false;
                json_int_t from = json_integer_value(first), to = json_integer_value(last);
                if (from < 0 || to < from || (uint64_t)to >= chunks)
                        return false;
                range_add(out, (uint64_t)from, (uint64_t)(to - from) + 1);
        }
        if (out->count > 1)
                qsort(out->list, out->count, sizeof *out->list, range_order);
        return true;
}

bool ranges_missing(const json_t *arrived, uint64_t chunks, struct ranges *out)
{
        struct ranges there = {0};
        if (!arrived_read(arrived, chunks, &there)) {
                ranges_free(&there);
                return false;
        }
        uint64_t next = 0;
        for (size_t i = 0; i < there.count; i++) {
                if (there.list[i].first > next)
                        range_add(out, next, there.list[i].first - next);
                uint64_t end = there.list[i].first + there.list[i].count;
                next = end > next ? end : next;
        }
        if (next < chunks)
                range_add(out, next, chunks - next);
        ranges_free(&there);
        return true;
}

void ranges_cut(const struct ranges *ranges, uint64_t most, struct ranges *out)
{
        assert(most > 0);
        for (size_t i = 0; i < ranges->count; i++) {
                uint64_t first = ranges->list[i].first, left = ranges->list[i].count;
                while (left > 0) {
                        uint64_t part = left < most ? left : most;
                        range_add(out, first, part);
                        first += part;
                        left -= part;
                }
        }
}

uint64_t ranges_total(const struct ranges *ranges)
{
        uint64_t total = 0;
        for (size_t i = 0; i < ranges->count; i++)
                total += ranges->list[i].count;
        return total;
}

void ranges_free(struct ranges *ranges)
{
        free(ranges->list);
        *ranges = (struct ranges){0};
}
