/* A tile path that is taken names a tile that exists, and has no second spelling. */
#include <assert.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/front/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* C2SP tlog-tiles, written from the numbers. */
static void spell(const struct journal_tile_name *name, char out[128])
{
        char groups[64] = "";
        int64_t rest = name->tile;
        snprintf(groups, sizeof groups, "%03d", (int)(rest % 1000));
        for (rest /= 1000; rest > 0; rest /= 1000) {
                char longer[64];
                snprintf(longer, sizeof longer, "x%03d/%.58s", (int)(rest % 1000), groups);
                memcpy(groups, longer, sizeof groups);
        }
        int length = snprintf(out, 128, "/tile/%d/%s", name->level, groups);
        if (name->width < 256)
                snprintf(out + length, 128 - (size_t)length, ".p/%d", name->width);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char *path = malloc(size + 1), spelled[128];
        assert(path != NULL);
        memcpy(path, data, size);
        path[size] = '\0';
        struct journal_tile_name name;
        if (journal_tile_parse(path, &name)) {
                spell(&name, spelled);
                assert(strcmp(path, spelled) == 0);
        }
        free(path);
        return 0;
}
