/* tiles.c - see tiles.h. */
#include "gateway/client/tiles.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/client/catalogue.h"

/* Hashes of a full tile, levels of the tree that one tile spans, lists of kept tiles. */
enum { TILE_WIDTH = 256, TILE_HEIGHT = 8, LISTS = 1024 };

struct tile {
        unsigned level;
        uint64_t number;
        unsigned width;
        struct merkle_hash hashes[TILE_WIDTH];
        struct tile *next;
};

struct tiles {
        struct session *session;
        uint64_t size;
        struct tile *lists[LISTS];
        struct problem problem;
        bool failed;
};

struct tiles *tiles_new(struct session *session, uint64_t size)
{
        struct tiles *tiles = calloc(1, sizeof *tiles);
        assert(tiles != NULL);
        tiles->session = session;
        tiles->size = size;
        return tiles;
}

void tiles_free(struct tiles *tiles)
{
        if (tiles == NULL)
                return;
        for (size_t i = 0; i < LISTS; i++)
                for (struct tile *tile = tiles->lists[i], *next; tile != NULL; tile = next) {
                        next = tile->next;
                        free(tile);
                }
        free(tiles);
}

const struct problem *tiles_problem(const struct tiles *tiles)
{
        return tiles->failed ? &tiles->problem : NULL;
}

/* Groups of three digits, all but the last led by "x". */
static void number_write(uint64_t number, char *out, size_t room)
{
        char rest[TILE_PATH_MAX];
        snprintf(out, room, "%03u", (unsigned)(number % 1000));
        for (number /= 1000; number > 0; number /= 1000) {
                snprintf(rest, sizeof rest, "%s", out);
                snprintf(out, room, "x%03u/%.100s", (unsigned)(number % 1000), rest);
        }
}

void tile_path(unsigned level, uint64_t number, unsigned width, char out[TILE_PATH_MAX])
{
        char name[TILE_PATH_MAX], partial[16] = "";
        number_write(number, name, sizeof name);
        if (width < TILE_WIDTH)
                snprintf(partial, sizeof partial, ".p/%u", width);
        snprintf(out, TILE_PATH_MAX, "/tile/%u/%.90s%s", level, name, partial);
}

static bool tile_fetch(struct tiles *tiles, struct tile *tile)
{
        char path[TILE_PATH_MAX];
        struct answer answer = {0};
        tile_path(tile->level, tile->number, tile->width, path);
        if (!session_call(tiles->session, &(struct call){.method = "GET", .path = path}, &answer, &tiles->problem))
                return false;
        bool whole = answer.size == (size_t)tile->width * MERKLE_HASH;
        if (whole)
                memcpy(tile->hashes, answer.body, answer.size);
        answer_free(&answer);
        return whole || problem_set(&tiles->problem, "gateway-answer", words("%s is not a tile of %u hashes"), path, tile->width);
}

static const struct tile *tile_find(struct tiles *tiles, unsigned level, uint64_t number)
{
        struct tile **list = &tiles->lists[(number * 8 + level) % LISTS];
        for (struct tile *tile = *list; tile != NULL; tile = tile->next)
                if (tile->level == level && tile->number == number)
                        return tile;
        uint64_t nodes = tiles->size >> (level * TILE_HEIGHT), left = nodes - number * TILE_WIDTH;
        struct tile *tile = calloc(1, sizeof *tile);
        assert(tile != NULL);
        *tile = (struct tile){.level = level, .number = number, .width = left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH};
        if (!tile_fetch(tiles, tile)) {
                tiles->failed = true;
                free(tile);
                return NULL;
        }
        tile->next = *list;
        *list = tile;
        return tile;
}

/* The root of 2^height hashes. */
static void hashes_join(const struct merkle_hash *hashes, unsigned height, struct merkle_hash *out)
{
        struct merkle_hash left, right;
        if (height == 0) {
                *out = *hashes;
                return;
        }
        hashes_join(hashes, height - 1, &left);
        hashes_join(hashes + ((size_t)1 << (height - 1)), height - 1, &right);
        merkle_parent(&left, &right, out);
}

static bool node_read(void *context, unsigned level, uint64_t index, struct merkle_hash *out)
{
        struct tiles *tiles = context;
        unsigned height = level % TILE_HEIGHT;
        if (tiles->failed || level >= 62 || index >= tiles->size >> level)
                return false;
        uint64_t first = index << height;
        const struct tile *tile = tile_find(tiles, level / TILE_HEIGHT, first / TILE_WIDTH);
        if (tile == NULL)
                return false;
        hashes_join(tile->hashes + first % TILE_WIDTH, height, out);
        return true;
}

struct merkle_reader tiles_reader(struct tiles *tiles)
{
        return (struct merkle_reader){tiles, node_read};
}
