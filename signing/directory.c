/* directory.c - the walk over a ZIP archive's end record and central directory. */
#include "signing/directory.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/refusal.h"

enum {
        END_SIZE = 22,     /* end of central directory record, without its comment */
        END64_SIZE = 56,   /* its zip64 form */
        LOCATOR_SIZE = 20, /* zip64 end of central directory locator */
        HEADER_SIZE = 46,  /* central file header, without name, extra and comment */
        COMMENT_MAX = 65535
};

typedef uint8_t bytes;
DEFINE_OWNER(bytes, free)

static uint64_t number(const uint8_t *at, int size)
{
        uint64_t value = 0;
        for (int i = size - 1; i >= 0; i--)
                value = value << 8 | at[i];
        return value;
}

static bool unreadable(struct signing_refusal *why)
{
        return refuse(why, "SOURCE_FAILED", "", "the container's bytes could not be read");
}

static bool malformed(struct signing_refusal *why, const char *clause, const char *sentence)
{
        return refuse(why, "CONTAINER_MALFORMED", clause, "%s", sentence);
}

/* Where the directory lies and where it must end. */
struct extent {
        uint64_t count, size, offset, end;
};

static bool end64_read(const struct signing_source *source, uint64_t locator, struct extent *extent, struct signing_refusal *why)
{
        uint8_t record[END64_SIZE];
        if (!source->read(source->context, locator, record, LOCATOR_SIZE))
                return unreadable(why);
        uint64_t at = number(record + 8, 8);
        if (locator < END64_SIZE || at > locator - END64_SIZE)
                return malformed(why, "APPNOTE 4.3.15", "the zip64 locator points outside the archive");
        if (!source->read(source->context, at, record, END64_SIZE))
                return unreadable(why);
        if (memcmp(record, "PK\6\6", 4) != 0 || number(record + 16, 8) != 0 || number(record + 24, 8) != number(record + 32, 8))
                return malformed(why, "APPNOTE 4.3.14", "the zip64 end record is not one");
        *extent = (struct extent){number(record + 32, 8), number(record + 40, 8), number(record + 48, 8), at};
        return true;
}

/* The last end record must own the whole rest of the file: one hidden in a
 * comment, or bytes after it, are read differently by different readers. */
static bool end_find(const struct signing_source *source, struct extent *extent, struct signing_refusal *why)
{
        size_t size = source->size < END_SIZE + COMMENT_MAX ? (size_t)source->size : END_SIZE + COMMENT_MAX;
        if (size < END_SIZE)
                return malformed(why, "APPNOTE 4.3.16", "too short to be a ZIP archive");
        OWN(bytes) tail = malloc(size);
        if (tail == NULL)
                return refuse(why, "MEMORY", "", "no memory for the archive's end");
        if (!source->read(source->context, source->size - size, tail, size))
                return unreadable(why);
        size_t at = size - END_SIZE;
        while (at > 0 && memcmp(tail + at, "PK\5\6", 4) != 0)
                at--;
        if (memcmp(tail + at, "PK\5\6", 4) != 0)
                return malformed(why, "APPNOTE 4.3.16", "no end of central directory: not a ZIP archive, or one cut short");
        const uint8_t *end = tail + at;
        if (number(end + 20, 2) != size - at - END_SIZE)
                return malformed(why, "APPNOTE 4.3.16", "bytes follow the archive's end record, or its comment holds another one");
        if (number(end + 4, 4) != 0 || number(end + 8, 2) != number(end + 10, 2))
                return malformed(why, "APPNOTE 4.3.16", "archives in several parts are not read");
        uint64_t position = source->size - size + at;
        if (at >= LOCATOR_SIZE && memcmp(end - LOCATOR_SIZE, "PK\6\7", 4) == 0)
                return end64_read(source, position - LOCATOR_SIZE, extent, why);
        *extent = (struct extent){number(end + 10, 2), number(end + 12, 4), number(end + 16, 4), position};
        return true;
}

static bool header_check(const uint8_t *header, uint64_t left, uint64_t *size, struct signing_refusal *why)
{
        if (left < HEADER_SIZE || memcmp(header, "PK\1\2", 4) != 0)
                return malformed(why, "APPNOTE 4.3.12", "the central directory holds something that is no file header");
        uint64_t name = number(header + 28, 2);
        *size = HEADER_SIZE + name + number(header + 30, 2) + number(header + 32, 2);
        if (*size > left)
                return malformed(why, "APPNOTE 4.3.12", "a file header runs past the central directory");
        if (name == 0 || memchr(header + HEADER_SIZE, '\0', name) != NULL)
                return refuse(why, "CONTAINER_NAME", "APPNOTE 4.4.17", "an entry's name is empty or holds a NUL byte");
        return true;
}

static bool headers_check(const uint8_t *directory, const struct extent *extent, struct signing_refusal *why)
{
        uint64_t at = 0;
        for (uint64_t n = 0; n < extent->count; n++) {
                uint64_t size = 0;
                if (!header_check(directory + at, extent->size - at, &size, why))
                        return false;
                at += size;
        }
        if (at != extent->size)
                return malformed(why, "APPNOTE 4.3.12", "the central directory is longer than its entries");
        return true;
}

bool directory_check(const struct signing_source *source, uint64_t *count, struct signing_refusal *why)
{
        struct extent extent = {0};
        if (!end_find(source, &extent, why))
                return false;
        if (extent.count > DIRECTORY_ENTRIES_MAX)
                return refuse(why, "CONTAINER_ENTRIES", "limit", "the archive lists %llu entries, more than %d",
                              (unsigned long long)extent.count, DIRECTORY_ENTRIES_MAX);
        if (extent.size > DIRECTORY_BYTES_MAX)
                return refuse(why, "CONTAINER_ENTRIES", "limit", "the archive's directory is larger than %d bytes",
                              DIRECTORY_BYTES_MAX);
        if (extent.count == 0 || extent.offset > extent.end || extent.end - extent.offset != extent.size)
                return malformed(why, "APPNOTE 4.3.6", "the archive is empty, or bytes lie between its directory and its end");
        uint8_t start[4];
        if (!source->read(source->context, 0, start, sizeof start))
                return unreadable(why);
        if (memcmp(start, "PK\3\4", 4) != 0)
                return malformed(why, "APPNOTE 4.3.6", "bytes lie before the archive's first entry");
        OWN(bytes) directory = malloc((size_t)extent.size);
        if (directory == NULL)
                return refuse(why, "MEMORY", "", "no memory for the archive's directory");
        if (!source->read(source->context, extent.offset, directory, (size_t)extent.size))
                return unreadable(why);
        if (!headers_check(directory, &extent, why))
                return false;
        *count = extent.count;
        return true;
}
