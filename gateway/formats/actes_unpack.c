/* actes_unpack.c - reads a tar.gz in memory, by libarchive. */
#include "gateway/formats/actes_unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/formats/text.h"
#include "signing/refusal.h"

typedef struct archive archive_reader;
DEFINE_OWNER(archive_reader, archive_read_free)
DEFINE_OWNER(uint8_t, free)

enum { BLOCK = 65536 };

static bool archive_refuse(struct archive *reader, struct signing_refusal *why)
{
        const char *reason = archive_error_string(reader);
        return refuse(why, "ARCHIVE_UNREADABLE", "@CTES: tar.gz", "the archive cannot be read: %s",
                      reason != NULL && text_is_utf8(reason) ? reason : "it is damaged");
}

static bool is_plain(struct archive_entry *entry)
{
        const char *name = archive_entry_pathname(entry);
        return archive_entry_filetype(entry) == AE_IFREG && archive_entry_hardlink(entry) == NULL && name != NULL &&
               *name != '\0' && strchr(name, '/') == NULL && strlen(name) < 256 && text_is_utf8(name);
}

/* The size that the header announces is not believed: a hole would be as large as it likes. */
static bool entry_read(struct archive *reader, size_t room, uint8_t **out, size_t *size, struct signing_refusal *why)
{
        OWN(uint8_t) data = NULL;
        size_t used = 0, held = 0;
        for (la_ssize_t got = 1; got > 0; used += (size_t)got) {
                if (held - used < BLOCK) {
                        held = held * 2 + BLOCK;
                        uint8_t *more = realloc(data, held);
                        if (more == NULL)
                                abort();
                        data = more;
                }
                got = archive_read_data(reader, data + used, BLOCK);
                if (got < 0)
                        return archive_refuse(reader, why);
                if ((size_t)got > room - used)
                        return refuse(why, "ARCHIVE_SIZE", "64 MiB unpacked", "the archive holds more than %d bytes",
                                      ACTES_UNPACK_MAX);
        }
        *out = TAKE(data);
        *size = used;
        return true;
}

static bool entries_read(struct archive *reader, const struct actes_taker *taker, struct signing_refusal *why)
{
        struct archive_entry *entry = NULL;
        size_t left = ACTES_UNPACK_MAX, count = 0;
        int found;
        for (; (found = archive_read_next_header(reader, &entry)) == ARCHIVE_OK; count++) {
                OWN(uint8_t) data = NULL;
                size_t size = 0;
                if (count == ACTES_UNPACK_FILES || !is_plain(entry))
                        return refuse(why, "ARCHIVE_ENTRY", "@CTES: plain files",
                                      "the archive holds a folder, a link or too many files");
                if (!entry_read(reader, left, &data, &size, why))
                        return false;
                left -= size;
                if (!taker->take(taker->context, archive_entry_pathname(entry), (struct signing_bytes){data, size}))
                        return refuse(why, "ARCHIVE_ENTRY", "", "the archive's files are not wanted");
        }
        return found == ARCHIVE_EOF || archive_refuse(reader, why);
}

bool actes_unpack(struct signing_bytes archive, const struct actes_taker *taker, struct signing_refusal *why)
{
        OWN(archive_reader) reader = archive_read_new();
        if (reader == NULL)
                abort();
        if (archive_read_support_filter_gzip(reader) != ARCHIVE_OK || archive_read_support_format_tar(reader) != ARCHIVE_OK ||
            archive_read_open_memory(reader, archive.data, archive.size) != ARCHIVE_OK)
                return archive_refuse(reader, why);
        return entries_read(reader, taker, why);
}
