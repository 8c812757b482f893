/* Any bytes as a sealed envelope's manifest: refused, or the same after writing and reading it again (but for its signature, which
 * is not the writer's). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "signing/manifest.h"
#include "signing/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(const char *one, const char *other)
{
        const char *end = strstr(one, ",\"signed\":");
        return end != NULL && strncmp(one, other, (size_t)(end - one)) == 0;
}

static void written_check(const signing_manifest *manifest)
{
        struct sink_memory out = {.limit = 2 * MANIFEST_BYTES_MAX};
        const struct signing_sink sink = sink_memory(&out);
        signing_manifest *again = NULL;
        if (!manifest_write(manifest, &sink, NULL))
                abort();
        if (!signing_manifest_read((struct signing_bytes){out.data, out.size}, &again, NULL) ||
            !same(signing_manifest_json(manifest), signing_manifest_json(again)))
                abort();
        signing_manifest_free(again);
        free(out.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const uint8_t nothing[1][SIGNING_SHARE] = {{1}};
        const struct signing_bytes bytes = {data, size}, empty = {0};
        signing_manifest *manifest = NULL;
        signing_opened *opened = NULL;
        if (!signing_manifest_read(bytes, &manifest, NULL))
                return 0;
        written_check(manifest);
        if (signing_unseal(manifest, nothing, 1, source_memory(&empty), &opened, NULL))
                abort();
        signing_manifest_free(manifest);
        return 0;
}
