/* Any bytes as a directory's listing, line by line: what is taken for a file has a name that stays in its folder. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "gateway/relay/listing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const char *text = (const char *)data;
        for (size_t at = 0; at < size;) {
                const char *end = memchr(text + at, '\n', size - at);
                size_t length = end != NULL ? (size_t)(end - text) - at : size - at;
                struct listing_entry entry;
                if (listing_line_read(text + at, length, &entry)) {
                        assert(entry.name[0] != '\0' && strchr(entry.name, '/') == NULL && strcmp(entry.name, "..") != 0);
                        (void)listing_name_unfinished(entry.name);
                }
                at += length + 1;
        }
        return 0;
}
