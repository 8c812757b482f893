/*
 * range.h - which chunks the gateway lacks, and in what groups to send them. Pure.
 */
#ifndef PLI_CLIENT_RANGE_H
#define PLI_CLIENT_RANGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct range {
        uint64_t first, count;
};
/* Rising, without overlap. Zero-initialise; ranges_free() at the end. */
struct ranges {
        struct range *list;
        size_t count, room;
};

/* What of 0 … chunks-1 is not in `arrived`, an array of [first, last] in any
 * order (NULL: nothing arrived). False where it is no such array. */
bool ranges_missing(const json_t *arrived, uint64_t chunks, struct ranges *out) __attribute__((warn_unused_result));
/* The same ranges in groups of at most `most` chunks. */
void ranges_cut(const struct ranges *ranges, uint64_t most, struct ranges *out);
uint64_t ranges_total(const struct ranges *ranges);
void ranges_free(struct ranges *ranges);

#endif
